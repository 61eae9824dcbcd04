# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from collections.abc import Callable, Mapping

from ..plugin_utils._upgrade.given import given


class FilterModule:
    """What the modules take for given, for variables of roles. Documented in filter/given.yml."""

    def filters(self) -> Mapping[str, Callable[..., object]]:
        """Called by Ansible."""
        return {"given": given}
