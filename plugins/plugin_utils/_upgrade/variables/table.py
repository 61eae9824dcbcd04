# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which variables there are: those that the playbooks share, those of the roles, and what may be in them.

Pure: the standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..given import is_blank


@dataclass(frozen=True)
class Option:
    """What may be in a variable, or in a key of one. ``type`` and ``elements`` are those of module options.

    ``hashed_by``: of a place that files come from, the key beside it that has the SHA-256 of the file behind a URL.
    """

    type: str = "str"
    elements: str = ""
    required: bool = False
    secret: bool = False
    choices: tuple[str, ...] = ()
    keys: Mapping[str, Option] = field(default_factory=dict)
    hashed_by: str = ""

    @property
    def holds_secrets(self) -> bool:
        return self.secret or any(key.holds_secrets for key in self.keys.values())


@dataclass(frozen=True)
class Variable:
    """An option of some roles. ``short``: the variable of the playbooks that it comes from, or a key of one, such as ``accounts.api``.

    ``reason``: why it has to be true; empty where it does not.
    """

    name: str
    roles: tuple[str, ...]
    option: Option
    short: str = ""
    has_own: bool = True
    reason: str = ""
    names_server: bool = False

    def own(self, role: str) -> str:
        """The role's own variable, which goes before the short one; empty where there is none."""
        return f"{role}_{self.name}" if self.has_own else ""

    def names(self, role: str) -> tuple[str, ...]:
        """Where the value may stand, the first that was given counts."""
        return tuple(filter(None, (self.own(role), self.short)))


@dataclass(frozen=True)
class Product:
    """All variables of one product. ``servers``: the variable that lists its servers, by default the hosts of ``group``.

    ``members``: which hosts these are. ``others``: names that are read elsewhere, such as of each host.
    """

    name: str
    group: str
    members: str
    servers: str
    variables: tuple[Variable, ...]
    others: tuple[str, ...] = ()

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(role for variable in self.variables for role in variable.roles)

    @property
    def names(self) -> frozenset[str]:
        """The names of all variables that anything reads."""
        read = (name for one in self.variables for role in one.roles for name in one.names(role))
        return frozenset(top(name) for name in read) | {*self.others, self.of_somebody_else}

    @property
    def of_somebody_else(self) -> str:
        """The variable that lists names which begin like ours and are none of ours."""
        return f"{self.name}_other_variables"

    def of_role(self, role: str, only: Iterable[str] = ()) -> Iterator[Variable]:
        """The variables of a role, or those of these names."""
        wanted = {*only}
        return (one for one in self.variables if role in one.roles and (not wanted or one.name in wanted))

    def named(self, option: str) -> str:
        """An option, or a key of one, by the variable in which an operator sets it.

        >>> waive = Variable("waive", ("scom_preflight", "scom_management_server"), Option(), short="scom_waive")
        >>> Product("scom", "scom_management_servers", "every server", "management_servers", (waive,)).named("waive")
        'scom_waive (option waive)'
        """
        name, dot, key = option.partition(".")
        if name == self.servers:
            return f"group {self.group} (option {option})"
        known = {one.short or one.own(role) for one in self.variables for role in one.roles if one.name == name}
        return f"{known.pop()}{dot}{key} (option {option})" if len(known) == 1 else option

    def keys_of(self, name: str) -> frozenset[str]:
        """The keys that options come from in a variable which holds several of them; none for any other."""
        return frozenset(one.short.partition(".")[2] for one in self.variables if top(one.short) == name and "." in one.short)


@dataclass(frozen=True)
class Given:
    """The variables of a host: ``values`` by name, ``broken`` those whose template cannot be rendered, and why; '' where that
    could show a part of a password. ``hosts``: of the group.
    """

    values: Mapping[str, object]
    broken: Mapping[str, str]
    hosts: tuple[str, ...]

    def at(self, name: str) -> object:
        """What was given under a name, or as a key of a variable; None for what was left empty."""
        variable, _dot, key = name.partition(".")
        value = self.values.get(variable)
        if key:
            value = value.get(key) if isinstance(value, Mapping) else None
        return None if is_blank(value) else value


def top(name: str) -> str:
    """The variable of a name that may lead to a key.

    >>> top("dataminer_accounts.api")
    'dataminer_accounts'
    """
    return name.partition(".")[0]
