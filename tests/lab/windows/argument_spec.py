"""The options of a hand as its documentation states them, and core's own judgement of arguments by them.

The lab reads `plugins/modules/<hand>.yml` as data: a hand and its simulation that disagree about an option fail here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .module_call import ModuleFailed

MODULES = Path(__file__).resolve().parents[3] / "plugins" / "modules"
_COPIED = ("type", "required", "default", "choices", "elements", "aliases")


def spec_of(options: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The argument spec that documented options amount to.

    >>> spec_of({"id": {"description": "x", "type": "str", "required": True}})
    {'id': {'type': 'str', 'required': True}}
    """
    return {name: _option(facts) for name, facts in options.items()}


def validate(hand: str, arguments: Mapping[str, Any], modules: Path = MODULES) -> dict[str, Any]:
    """The arguments with types converted and defaults filled in. Raises ModuleFailed as Ansible.Basic does for a wrong one."""
    document = modules / f"{hand}.yml"
    if not document.is_file():
        raise ModuleFailed(f"the collection has no module {hand}: {document.name} is missing")
    result = ArgumentSpecValidator(_spec(document, document.stat().st_mtime_ns)).validate(dict(arguments))
    if result.error_messages:
        raise ModuleFailed("; ".join(result.error_messages))
    parameters: dict[str, Any] = result.validated_parameters
    return parameters


@lru_cache(maxsize=32)
def _spec(document: Path, changed: int) -> dict[str, Any]:
    documentation = yaml.safe_load(document.read_text(encoding="utf-8"))["DOCUMENTATION"]
    return spec_of(documentation.get("options") or {})


def _option(facts: Mapping[str, Any]) -> dict[str, Any]:
    option = {key: facts[key] for key in _COPIED if key in facts}
    if "suboptions" in facts:
        option["options"] = spec_of(facts["suboptions"])
    return option
