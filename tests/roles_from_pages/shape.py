"""What a role is beside the options of its module: where its variables differ from them, and what operators read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Page = Mapping[str, Any]


@dataclass(frozen=True)
class Apart:
    """How the variables of an option differ from its name.

    Without more an option `waive` is the variable `<role>_waive` of each role, and the shorter `<product>_waive` of the playbooks.
    `own` and `short` name others, None neither. `otherwise` is an expression for what counts when neither was given, and `told` says so
    in words; `value` an expression in place of all of it. `page` changes what the module's page says.
    """

    own: str | None = ""
    short: str | None = ""
    otherwise: str = ""
    told: str = ""
    value: str = ""
    page: Page = field(default_factory=dict)
    names_server: bool = False


@dataclass(frozen=True)
class Bundle:
    """Options that are keys of one variable."""

    short: str
    description: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """An entry point of a role. `options`: the only ones it needs."""

    short_description: str
    description: tuple[str, ...]
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role:
    """`task` is the name of the task that calls the module. `arguments` are templates for options that are not the variable as it is, {x}
    standing for what counts of variable x. `fixed`: options of which the role has no variable, `without`: those that it leaves to the
    module's default. `reasons`: why an option has to be true.
    """

    name: str
    module: str
    task: str
    entries: Mapping[str, Entry]
    run_once: bool = False
    arguments: Mapping[str, Any] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Product:
    """`members` says which hosts belong into `group`; `servers` is the option that lists them; `others` are read elsewhere."""

    name: str
    group: str
    members: str
    servers: str
    roles: tuple[Role, ...]
    apart: Mapping[str, Apart]
    bundles: Mapping[str, Bundle] = field(default_factory=dict)
    others: tuple[str, ...] = ()
