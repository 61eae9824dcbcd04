"""The YAML of a role: its argument specs, what counts of its variables, and the task that calls its module."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from .options import RoleVariable, of_the_role, pages, variables
from .shape import Product, Role

HEAD = "---\n# Made from the pages of the modules by `make roles`: change those, or tests/roles_from_pages, and run it.\n"
WIDTH = 150
GIVEN = "systemcenter.upgrade.given"
SPEC_KEYS = ("type", "elements", "choices")
PLACE = re.compile(r"\{([a-z_]+)\}")


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists are indented, as ansible-lint wants them."""
        super().increase_indent(flow, False)


def argument_specs(product: Product, role: Role) -> str:
    """What `ansible-doc -t role` shows, and Ansible itself checks where the role is used without our playbooks."""
    found = variables(product, role)
    entries = {
        name: {
            "short_description": entry.short_description,
            "description": list(entry.description),
            "author": "systemcenter.upgrade contributors",
            "options": {one.own or one.short: _spec(one, found) for one in found if not entry.options or one.name in entry.options},
        }
        for name, entry in role.entries.items()
    }
    text = yaml.dump({"argument_specs": entries}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH - 10)
    return HEAD + text


def _spec(one: RoleVariable, found: list[RoleVariable]) -> dict[str, Any]:
    """What a variable of the playbooks is, where the role has none of its own, is for them to say: left empty it is no number."""
    spec = _inside(one.page, found) if one.own else {"type": "raw", "description": _described(one.page, found)}
    return {**spec, "description": [*spec["description"], *_otherwise(one)]}


def _inside(page: Mapping[str, Any], found: list[RoleVariable]) -> dict[str, Any]:
    spec = {key: page[key] for key in SPEC_KEYS if key in page}
    spec["description"] = _described(page, found)
    if "suboptions" in page:
        spec["options"] = {name: _key(name, inside, found) for name, inside in page["suboptions"].items()}
    return spec


def _key(name: str, page: Mapping[str, Any], found: list[RoleVariable]) -> dict[str, Any]:
    from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.options import is_secret

    spec = _inside(page, found) | {key: page[key] for key in ("required", "default") if key in page}
    return spec | ({"no_log": True} if is_secret(name, page) else {})


def _described(page: Mapping[str, Any], found: list[RoleVariable]) -> list[str]:
    said = page["description"]
    return [of_the_role(text, found) for text in ([said] if isinstance(said, str) else said)]


def _otherwise(one: RoleVariable) -> list[str]:
    """What counts where the variable was not given."""
    if one.apart.told:
        return [one.apart.told]
    default = _shown(one.page.get("default"))
    if not one.own or not one.short:
        return [f"Defaults to {default}."] if default else []
    if one.page.get("required"):
        return [f"Needed, unless C({one.short}) is set."]
    return [f"Defaults to C({one.short})" + (f", else to {default}." if default else ".")]


def _shown(default: object) -> str:
    if default is None or default == "":
        return ""
    text = str(default).lower() if isinstance(default, bool) else str(default)
    return f"C({text})" if "\\" in text else f"V({text})"


def defaults(product: Product, role: Role) -> str:
    """What counts of each variable: what was left empty was not given, and the shorter variable of the playbooks stands in."""
    found = variables(product, role)
    why = "# What counts: the role's own variable, else the shorter one of the playbooks. One that was left empty was not given.\n"
    return HEAD + why + "".join(f"{one.counting}: >-\n{_folded(_counting(one, found))}" for one in found)


def _counting(one: RoleVariable, found: list[RoleVariable]) -> str:
    if one.apart.value:
        return _named(one.apart.value.replace("{own}", one.own), found)
    given = [f"{one.own} | default(none)"] if one.own else []
    if one.short:
        variable, _dot, key = one.short.partition(".")
        given.append(f"({variable} | default({{}})).{key} | default(none)" if key else f"{variable} | default(none)")
    elif one.apart.otherwise:
        given.append(_named(one.apart.otherwise, found))
    return f"{given[0]} | {GIVEN}" + (f"({given[1]})" if len(given) > 1 else "")


def _folded(expression: str) -> str:
    lines = textwrap.wrap(f"{{{{ {expression} }}}}", WIDTH, break_long_words=False, break_on_hyphens=False)
    return "".join(f"  {line}\n" for line in lines)


def module_task(product: Product, role: Role) -> str:
    """The task that calls the module."""
    arguments = "".join(_lines(_arguments(role, variables(product, role)), 4))
    once = "  run_once: true\n" if role.run_once else ""
    return f"{HEAD}- name: {role.task}\n  systemcenter.upgrade.{role.module}:\n{arguments}{once}"


def _lines(arguments: Mapping[str, Any], depth: int) -> Iterator[str]:
    for name, value in arguments.items():
        if isinstance(value, Mapping):
            yield f"{' ' * depth}{name}:\n"
            yield from _lines(value, depth + 2)
        else:
            yield f"{' ' * depth}{name}: " + (f'"{value}"\n' if "{" in value else f"{value}\n")


def _arguments(role: Role, found: list[RoleVariable]) -> dict[str, Any]:
    by_option = {option: one for one in found for option in one.options}
    result: dict[str, Any] = {}
    for option in [*role.fixed, *pages(role)]:
        if option in role.arguments:
            result[option] = _filled(role.arguments[option], found)
        elif len(by_option[option].options) > 1:
            result[option] = f"{{{{ ({by_option[option].counting} or {{}}).{option} | default(none) }}}}"
        else:
            result[option] = f"{{{{ {by_option[option].counting} }}}}"
    return result


def _filled(argument: Any, found: list[RoleVariable]) -> Any:
    if isinstance(argument, Mapping):
        return {name: _filled(one, found) for name, one in argument.items()}
    return _named(argument, found)


def _named(template: str, found: list[RoleVariable]) -> str:
    """A template with what counts of the variables in it."""
    counting = {one.name: one.counting for one in found}
    return PLACE.sub(lambda match: counting[match[1]], template)
