# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Version numbers of the product, with server and agent numbers kept apart by their types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering
from typing import TypeVar

_GROUPS = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?", re.ASCII)

V = TypeVar("V", bound="Version")


class NotAVersion(ValueError):
    """A text that is no version of three or four number groups."""


@total_ordering
@dataclass(frozen=True, eq=False)
class Version:
    """Four number groups, ordered.

    Versions of two different kinds are never equal, lower or higher: comparing them, with ``==`` too, raises TypeError.
    Within one release agent builds are lower *or* higher than server builds, so any answer would be a wrong one (2.2 D).
    """

    major: int
    minor: int
    build: int
    revision: int = 0

    @classmethod
    def parse(cls: type[V], text: str) -> V:
        """Read ``10.22.11642.0`` or ``10.22.11642``; raises NotAVersion.

        >>> str(ServerVersion.parse("10.22.11642"))
        '10.22.11642.0'
        """
        match = _GROUPS.fullmatch(text.strip())
        if match is None:
            raise NotAVersion(f"{text!r} is no version such as 10.22.11642.0")
        return cls(*(int(group or 0) for group in match.groups()))

    @property
    def family(self) -> tuple[int, int]:
        """The first two groups, which name the release of a server."""
        return self.major, self.minor

    @property
    def groups(self) -> tuple[int, int, int, int]:
        """All four groups as numbers."""
        return self.major, self.minor, self.build, self.revision

    def __str__(self) -> str:
        return ".".join(str(group) for group in self.groups)

    def __hash__(self) -> int:
        return hash((type(self), self.groups))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        self._refuse_other_kind(other)
        return self.groups == other.groups

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        self._refuse_other_kind(other)
        return self.groups < other.groups

    def _refuse_other_kind(self, other: Version) -> None:
        if type(self) is not type(other):
            raise TypeError(f"{type(self).__name__} {self} cannot be compared with {type(other).__name__} {other}")


@dataclass(frozen=True, eq=False)
class ServerVersion(Version):
    """Version of a management server, a database, a console, a web console or reporting."""


@dataclass(frozen=True, eq=False)
class AgentVersion(Version):
    """Version of an agent or of a gateway."""
