"""The registry of one simulated host: a tree without case, with volatile keys, keys that deny reading, and the 32-bit view.

A key is written `HKLM\\SOFTWARE\\X`, `HKLM:\\SOFTWARE\\X` or, for HKEY_LOCAL_MACHINE, just `SOFTWARE\\X`. The 32-bit view of SOFTWARE
lies below `SOFTWARE\\Wow6432Node` (powershell-probes 1.1).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

HIVES = {
    "hklm": "HKLM",
    "hkey_local_machine": "HKLM",
    "hkcu": "HKCU",
    "hkey_current_user": "HKCU",
    "hku": "HKU",
    "hkey_users": "HKU",
    "hkcr": "HKCR",
    "hkey_classes_root": "HKCR",
}
TYPES = ("string", "expand_string", "multi_string", "dword", "qword", "binary", "none")

Data = str | int | bytes | list[str]
OnSet = Callable[[str, str, Data], None]


class AccessDenied(PermissionError):
    """A key or file whose access list keeps the caller out (0x80070005)."""


@dataclass(frozen=True)
class RegistryValue:
    """One value: `type` of TYPES, `data` as text, unsigned integer, list of texts or bytes."""

    name: str
    type: str
    data: Data

    def plain(self) -> dict[str, Any]:
        """As `host_probe` answers it: bytes in base64 (contract, host_probe registry_key)."""
        data = base64.b64encode(self.data).decode() if isinstance(self.data, bytes) else self.data
        return {"type": self.type, "value": data}


@dataclass
class _Key:
    name: str
    values: dict[str, RegistryValue] = field(default_factory=dict)
    children: dict[str, _Key] = field(default_factory=dict)
    volatile: bool = False
    denied: bool = False


class Registry:
    """Keys and values of all hives.

    >>> registry = Registry()
    >>> registry.set(r"HKLM\\SOFTWARE\\Lab", "Build", 14393)
    >>> registry.get(r"software\\lab", "build"), registry.values(r"HKLM:\\SOFTWARE\\Lab")["Build"].type
    (14393, 'dword')
    """

    def __init__(self, on_set: OnSet | None = None) -> None:
        self._hives = {hive: _Key(hive) for hive in dict.fromkeys(HIVES.values())}
        self._on_set = on_set

    def get(self, key: str, value: str, default: Any = None, view: str = "64") -> Any:
        """The data of one value, or `default`. Raises AccessDenied."""
        found = self._find(key, view)
        entry = found.values.get(value.lower()) if found else None
        return entry.data if entry else default

    def set(self, key: str, value: str, data: Data, type: str | None = None, view: str = "64") -> None:
        """Writes a value and every missing key above it. Without a type: text is `string`, a number `dword` or `qword`."""
        kind = type or _kind_of(data)
        if kind not in TYPES:
            raise ValueError(f"{kind} is no registry type")
        name = "" if value == "(default)" else value
        self._make(key, view).values[name.lower()] = RegistryValue(name, kind, _unsigned(data, kind))
        if self._on_set:
            self._on_set(canonical(key, view), name, data)

    def create(self, key: str, *, volatile: bool = False, denied: bool = False, view: str = "64") -> None:
        """Makes an empty key; a volatile one is gone after a reboot, a denied one cannot be read."""
        made = self._make(key, view)
        made.volatile, made.denied = made.volatile or volatile, made.denied or denied

    def delete(self, key: str, value: str | None = None, view: str = "64") -> bool:
        """Removes a value, or a key with all below it; whether there was one."""
        if value is not None:
            found = self._find(key, view)
            return bool(found and found.values.pop(value.lower(), None))
        hive, parts = _split(key, view)
        parent = self._walk(hive, parts[:-1])
        return bool(parent and parts and parent.children.pop(parts[-1].lower(), None))

    def exists(self, key: str, view: str = "64") -> bool:
        hive, parts = _split(key, view)
        return self._walk(hive, parts) is not None

    def keys(self, key: str, view: str = "64") -> list[str]:
        """Names of the direct subkeys, sorted as Windows does; empty when the key is absent. Raises AccessDenied."""
        found = self._find(key, view)
        return sorted((child.name for child in found.children.values()), key=str.lower) if found else []

    def values(self, key: str, view: str = "64") -> dict[str, RegistryValue]:
        """Values by name; empty when the key is absent. Raises AccessDenied."""
        found = self._find(key, view)
        return {value.name: value for value in found.values.values()} if found else {}

    def drop_volatile(self) -> None:
        """What a reboot does to keys created with REG_OPTION_VOLATILE (windows-tasks 3.6)."""
        for hive in self._hives.values():
            _drop_volatile(hive)

    def dump(self) -> dict[str, dict[str, Any]]:
        """All keys that have values, by their full names."""
        found: dict[str, dict[str, Any]] = {}
        for hive in self._hives.values():
            _collect(hive, hive.name, found)
        return found

    def _find(self, key: str, view: str) -> _Key | None:
        hive, parts = _split(key, view)
        return self._walk(hive, parts, check=True)

    def _walk(self, hive: str, parts: list[str], *, check: bool = False) -> _Key | None:
        node: _Key | None = self._hives[hive]
        for part in parts:
            node = node.children.get(part.lower()) if node else None
            if node and node.denied and check:
                raise AccessDenied(f"Requested registry access is not allowed: {node.name}")
        return node

    def _make(self, key: str, view: str) -> _Key:
        hive, parts = _split(key, view)
        node = self._hives[hive]
        for part in parts:
            node = node.children.setdefault(part.lower(), _Key(part))
        return node


def canonical(key: str, view: str = "64") -> str:
    """The full name of a key as the journal writes it."""
    hive, parts = _split(key, view)
    return "\\".join([hive, *parts])


def value_of_specification(spec: Any) -> tuple[Data, str | None]:
    """Reads a value of a scenario: plain data, or `{type, value}` with the bytes of `binary` in hexadecimal."""
    if not isinstance(spec, Mapping):
        return spec, None
    data, kind = spec["value"], str(spec["type"])
    return (bytes.fromhex(data) if kind in ("binary", "none") and isinstance(data, str) else data), kind


def _split(key: str, view: str) -> tuple[str, list[str]]:
    parts = [part for part in key.replace("/", "\\").split("\\") if part]
    hive = HIVES.get(parts[0].rstrip(":").lower()) if parts else None
    parts = parts[1:] if hive else parts
    hive = hive or "HKLM"
    is_redirected = view == "32" and hive == "HKLM" and [part.lower() for part in parts[:1]] == ["software"]
    if is_redirected and [part.lower() for part in parts[1:2]] != ["wow6432node"]:
        parts = [parts[0], "Wow6432Node", *parts[1:]]
    return hive, parts


def _kind_of(data: Data) -> str:
    if isinstance(data, bytes):
        return "binary"
    if isinstance(data, list):
        return "multi_string"
    if isinstance(data, int):
        return "dword" if -(2**31) <= data < 2**32 else "qword"
    return "string"


def _unsigned(data: Data, kind: str) -> Data:
    if kind in ("dword", "qword"):
        return int(data) % 2 ** (32 if kind == "dword" else 64) if isinstance(data, int | str) else data
    return str(data) if kind in ("string", "expand_string") else data


def _drop_volatile(node: _Key) -> None:
    node.children = {name: child for name, child in node.children.items() if not child.volatile}
    for child in node.children.values():
        _drop_volatile(child)


def _collect(node: _Key, path: str, found: dict[str, dict[str, Any]]) -> None:
    if node.values:
        found[path] = {value.name: value.plain()["value"] for value in node.values.values()}
    for child in node.children.values():
        _collect(child, f"{path}\\{child.name}", found)
