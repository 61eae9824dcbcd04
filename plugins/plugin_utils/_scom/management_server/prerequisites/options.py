# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an operator says about an upgrade before it is judged, and the limits that can be moved."""

from __future__ import annotations

from dataclasses import dataclass

from ...._upgrade.accounts import Account
from ...releases.platforms import MINIMUM_CORES, MINIMUM_DISK_GB, MINIMUM_MEMORY_GB
from ...releases.releases import Release


@dataclass(frozen=True)
class MediaWanted:
    """The media: the local folder that holds setup.exe, and the SHA-256 of that file when the operator gave it."""

    folder: str
    sha256: str = ""
    may_be_missing: bool = False

    @property
    def setup(self) -> str:
        return self.folder.rstrip("\\") + "\\setup.exe"


@dataclass(frozen=True)
class Options:
    """Everything an operator can say.

    ``password_days``: how many days a password should at least live on.
    """

    target: Release
    media: MediaWanted
    setup: Account
    das: Account
    data_reader: Account | None = None
    backup_max_age_hours: int = 24
    etl_surplus_limit: int = 100_000
    minimum_memory_gb: float = MINIMUM_MEMORY_GB
    minimum_cores: int = MINIMUM_CORES
    minimum_disk_gb: float = MINIMUM_DISK_GB
    password_days: int = 7

    @property
    def accounts(self) -> dict[str, Account]:
        """The accounts by their role in the upgrade."""
        named = {"setup": self.setup, "das": self.das, "data_reader": self.data_reader}
        return {role: account for role, account in named.items() if account is not None}
