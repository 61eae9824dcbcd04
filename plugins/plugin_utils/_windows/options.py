# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of an action, read from the page that documents them: an option cannot be documented one way and checked another.

What was left empty counts as not given, and a secret that does not arrive as text is told before anything makes text of it.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible.module_utils.common.validation import check_type_dict
from ansible.module_utils.common.yaml import yaml_load

from .._upgrade import retyped

MODULES = Path(__file__).resolve().parents[2] / "modules"
SPEC_KEYS = ("type", "required", "default", "choices", "elements", "aliases")
FRAGMENTS = "ansible_collections.systemcenter.upgrade.plugins.doc_fragments"


def documented_spec(module: str) -> dict[str, dict[str, Any]]:
    """The argument spec of a module of this collection, for Ansible's own validator. Options named after passwords are no_log."""
    return _spec(documented_options(module))


def documented_options(module: str) -> dict[str, Any]:
    """The options of a module as its page and the fragments of that document them."""
    page = yaml_load((MODULES / f"{module}.yml").read_text(encoding="utf-8"))["DOCUMENTATION"]
    options: dict[str, Any] = {}
    for fragment in page.get("extends_documentation_fragment", ()):
        options.update(_fragment_options(fragment))
    return {**options, **page.get("options", {})}


def _fragment_options(name: str) -> dict[str, Any]:
    if not name.startswith("systemcenter.upgrade."):
        return {}
    module, _unused, part = name.removeprefix("systemcenter.upgrade.").partition(".")
    fragment = importlib.import_module(f"{FRAGMENTS}.{module}").ModuleDocFragment
    text = getattr(fragment, (part or "documentation").upper())
    return dict(yaml_load(text).get("options") or {})


def _spec(options: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: _option(name, option) for name, option in options.items()}


def _option(name: str, option: Mapping[str, Any]) -> dict[str, Any]:
    spec = {key: option[key] for key in SPEC_KEYS if key in option}
    if "suboptions" in option:
        spec["options"] = _spec(option["suboptions"])
    if is_secret(name, option):
        spec["no_log"] = True
    return spec


def is_secret(name: str, option: Mapping[str, Any]) -> bool:
    """Whether an option holds a secret."""
    return "password" in name and option.get("type") == "str"


def with_dictionaries(spec: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The same with a dictionary where one arrives as text, which Ansible's validator would take too: C(-e key=value) brings JSON so.

    What is no dictionary is left to the validator.
    """
    found = dict(given)
    for name, option in spec.items():
        for key in {name, *option.get("aliases", ())} & {*given}:
            if option.get("type") == "dict" and isinstance(given[key], str) and given[key]:
                with contextlib.suppress(TypeError):
                    found[key] = check_type_dict(given[key])
            if option.get("options") and isinstance(found[key], Mapping):
                found[key] = with_dictionaries(option["options"], found[key])
    return found


def secrets_given(spec: Mapping[str, Any], given: Any) -> Iterator[str]:
    """The values of all secret options, at any depth."""
    if isinstance(given, list | tuple):
        for one in given:
            yield from secrets_given(spec, one)
    if not isinstance(given, Mapping):
        return
    for name, option in spec.items():
        if option.get("no_log") and given.get(name):
            yield str(given[name])
        yield from secrets_given(option.get("options", {}), given.get(name))


def retyped_secrets(spec: Mapping[str, Any], given: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The secret options that were given and are no text, at any depth, each with what it is instead; never its value."""
    if isinstance(given, list | tuple):
        for number, one in enumerate(given):
            yield from retyped_secrets(spec, one, f"{path}[{number}]")
    if not isinstance(given, Mapping):
        return
    for name, option in spec.items():
        for key in {name, *option.get("aliases", ())} & {*given}:
            here = f"{path}.{key}".lstrip(".")
            kind = retyped.kind_of(given[key])
            if option.get("no_log") and option.get("type", "str") == "str" and kind:
                yield here, kind
            yield from retyped_secrets(option.get("options", {}), given[key], here)
