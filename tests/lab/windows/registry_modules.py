"""ansible.windows modules about the registry: win_regedit, win_reg_stat."""

from __future__ import annotations

import re
from typing import Any

from .module_call import Call, Handler, ModuleFailed
from .registry import AccessDenied, Data, RegistryValue

_PATH = re.compile(r"^HK(CC|CR|CU|LM|U):\\")
_TYPE_OF_WORD = {"expandstring": "expand_string", "multistring": "multi_string"}
_NAME_OF_TYPE = {
    "string": "REG_SZ",
    "expand_string": "REG_EXPAND_SZ",
    "multi_string": "REG_MULTI_SZ",
    "dword": "REG_DWORD",
    "qword": "REG_QWORD",
    "binary": "REG_BINARY",
    "none": "REG_NONE",
}


async def win_regedit(call: Call) -> dict[str, Any]:
    _require_administrator(call)
    registry, path = call.host.registry, _checked(call.need("path", "key"))
    name = call.get("name", "entry", "value")
    facts = {"data_changed": False, "data_type_changed": False}
    if call.get("state", default="present") == "absent":
        return {**facts, "changed": _remove(call, path, name)}
    kind = _type(call.get("type", "datatype", default="string"))
    data = _data(call.get("data"), kind)
    old = registry.values(path).get(_spelled(call, path, name))
    if name is None and call.get("data") is None:
        changed = not registry.exists(path)
        if changed and not call.check_mode:
            registry.create(path)
        return {**facts, "changed": changed}
    if old is not None:
        facts = {"data_changed": old.data != data, "data_type_changed": old.type != kind}
    changed = old is None or any(facts.values())
    if changed and not call.check_mode:
        registry.set(path, name or "", data, kind)
    return {**facts, "changed": changed}


async def win_reg_stat(call: Call) -> dict[str, Any]:
    registry, path, name = call.host.registry, _checked(call.need("path", "key")), call.get("name", "entry", "value")
    try:
        values = registry.values(path)
    except AccessDenied as denied:
        raise ModuleFailed(str(denied)) from denied
    if not registry.exists(path):
        return {"exists": False}
    if name is None:
        return {"exists": True, "properties": {one.name: _stat(one) for one in values.values()}, "sub_keys": registry.keys(path)}
    value = values.get(_spelled(call, path, name))
    return {"exists": True, **_stat(value)} if value else {"exists": False}


def _remove(call: Call, path: str, name: str | None) -> bool:
    registry = call.host.registry
    if name is None and not call.get("delete_key", default=True):
        changed = "" in registry.values(path)
        if changed and not call.check_mode:
            registry.delete(path, "")
        return changed
    changed = registry.exists(path) if name is None else _spelled(call, path, name) in registry.values(path)
    if changed and not call.check_mode:
        registry.delete(path, name)
        call.host.write("registry.delete", key=path, value=name)
    return changed


def _spelled(call: Call, path: str, name: str | None) -> str:
    """The name of a value as the registry spells it."""
    wanted = (name or "").lower()
    return next((one for one in call.host.registry.values(path) if one.lower() == wanted), name or "")


def _stat(value: RegistryValue) -> dict[str, Any]:
    data: Any = value.data
    raw = [f"0x{byte:02x}" for byte in data] if isinstance(data, bytes) else data
    return {"type": _NAME_OF_TYPE[value.type], "value": list(data) if isinstance(data, bytes) else data, "raw_value": raw}


def _checked(path: str) -> str:
    if not _PATH.match(path):
        raise ModuleFailed(f"path: {path} is not a valid powershell path, see module documentation for examples.")
    return path


def _type(word: str) -> str:
    return _TYPE_OF_WORD.get(word.lower(), word.lower())


def _data(data: Any, kind: str) -> Data:
    if kind in ("dword", "qword"):
        return int(str(data), 0) % 2 ** (32 if kind == "dword" else 64) if data not in (None, "") else 0
    if kind == "multi_string":
        return [str(one) for one in (data if isinstance(data, list) else [data] if data is not None else [])]
    if kind in ("binary", "none"):
        return bytes(data) if isinstance(data, list) else bytes.fromhex(str(data or "").removeprefix("hex:").replace(",", ""))
    return "" if data is None else str(data)


def _require_administrator(call: Call) -> None:
    if not call.session.is_administrator:
        raise ModuleFailed("Requested registry access is not allowed.")


HANDLERS: dict[str, Handler] = {"win_regedit": win_regedit, "win_reg_stat": win_reg_stat}
