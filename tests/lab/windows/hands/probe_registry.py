"""Questions of host_probe about the registry (powershell-probes 1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..session import Session
from .envelope import Absent, Data


def registry_key(session: Session, question: Mapping[str, Any]) -> Data:
    registry, key, view = session.host.registry, question["key"], str(question.get("view", "64"))
    values = registry.values(key, view)
    if not registry.exists(key, view):
        raise _no_key(key)
    return {"values": {name: value.plain() for name, value in values.items()}, "subkeys": registry.keys(key, view)}


def registry_subkeys(session: Session, question: Mapping[str, Any]) -> Data:
    registry, key, view = session.host.registry, question["key"], str(question.get("view", "64"))
    names = registry.keys(key, view)
    if not registry.exists(key, view):
        raise _no_key(key)
    return {"keys": {name: {one: value.plain() for one, value in registry.values(rf"{key}\{name}", view).items()} for name in names}}


def base_folder(session: Session, base: Mapping[str, Any]) -> str:
    """The folder a registry value names. Raises Absent when the key or value is missing."""
    folder = session.host.registry.get(base["key"], base["value"], view=str(base.get("view", "64")))
    if not isinstance(folder, str) or not folder:
        raise Absent("ValueAbsent", f"there is no text in the value {base['value']} of {base['key']}")
    return folder


def _no_key(key: str) -> Absent:
    return Absent("KeyAbsent", f"there is no key HKEY_LOCAL_MACHINE\\{key}")
