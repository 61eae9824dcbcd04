"""The variables of a role, from the page of its module."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from .shape import Apart, Product, Role

REFERENCE = re.compile(r"(?P<kind>O|RV)\((?P<name>[a-z0-9_]+)(?P<rest>[^()#:]*)\)")


@dataclass(frozen=True)
class RoleVariable:
    """A variable of a role: the options of the module that it is for, and what their page says of it."""

    name: str
    role: str
    page: Mapping[str, Any]
    apart: Apart
    short: str
    options: tuple[str, ...]

    @property
    def own(self) -> str:
        return f"{self.role}_{self.name}" if self.apart.own is not None else ""

    @property
    def counting(self) -> str:
        """The name under which the role's tasks have what counts."""
        return f"_{self.role}_{self.name}"


def variables(product: Product, role: Role) -> list[RoleVariable]:
    """In the order of the module's page."""
    return [*_singly(product, role), *_bundled(product, role)]


def pages(role: Role) -> dict[str, Any]:
    """The options that the role offers, as documented."""
    from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.options import documented_options

    hidden = {*role.fixed, *role.without}
    return {name: page for name, page in documented_options(role.module).items() if name not in hidden}


def _singly(product: Product, role: Role) -> Iterator[RoleVariable]:
    bundled = {name for bundle in product.bundles.values() for name in bundle.options}
    for name, page in pages(role).items():
        if name not in bundled:
            apart = product.apart.get(name, Apart())
            short = "" if apart.short is None else apart.short or f"{product.name}_{name}"
            yield RoleVariable(apart.own or name, role.name, _changed(page, apart.page), apart, short, (name,))


def _bundled(product: Product, role: Role) -> Iterator[RoleVariable]:
    offered = pages(role)
    for name, bundle in product.bundles.items():
        if inside := {one: offered[one] for one in bundle.options if one in offered}:
            page = {"type": "dict", "description": [bundle.description], "suboptions": inside}
            yield RoleVariable(name, role.name, page, Apart(), bundle.short, bundle.options)


def _changed(page: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A page with changes in it; None takes something away."""
    result = deepcopy(dict(page))
    for name, change in changes.items():
        if change is None:
            result.pop(name)
        else:
            result[name] = _changed(result.get(name, {}), change) if isinstance(change, Mapping) else change
    return result


def of_the_role(text: str, found: list[RoleVariable]) -> str:
    """What a page says of options, said of the role's variables."""

    def referred(match: re.Match[str]) -> str:
        name, rest = match["name"], match["rest"]
        one = next((one for one in found if name in one.options and one.own), None)
        if one is None or match["kind"] == "RV":
            return f"C({name}{rest})"
        return f"O({one.own}{'.' + name if len(one.options) > 1 else ''}{rest})"

    return REFERENCE.sub(referred, text)
