"""The exec manifest of ansible-core 2.17 and 2.18, put into the shape of the later one (reference 1.3).

Modules only: file transfer of those versions is done by scripts with pasted paths, which nobody here reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .manifest import MARK, MODULE_WRAPPER, Action, ExecManifest

_LOGON_TYPES = {"network_cleartext": "NetworkCleartext", "new_credentials": "NewCredentials"}


def parse_v1(text: str) -> ExecManifest:
    """Reads the wrapper's text, four NULs and the flat JSON object behind them. Raises KeyError, ValueError, TypeError."""
    flat = json.loads(text.partition(MARK)[2])
    actions = tuple(_action(name, flat) for name in flat["actions"])
    script = str(actions[-1].params.get("Script", "script.ps1"))
    versions = {"MinPSVersion": flat.get("min_ps_version"), "MinOSVersion": flat.get("min_os_version")}
    return ExecManifest(actions, {script: {"path": "", "script": flat["module_entry"]}}, versions)


def _action(name: str, flat: Mapping[str, Any]) -> Action:
    if name == "become_wrapper":
        return _become(flat)
    if name == "async_wrapper":
        directory = flat["environment"].get("ANSIBLE_ASYNC_DIR", r"%USERPROFILE%\.ansible_async")
        params = {"AsyncDir": directory, "AsyncJid": flat["async_jid"], "StartupTimeout": flat["async_startup_timeout"]}
        return Action("async_wrapper.ps1", params, {})
    if name == "async_watchdog":
        return Action("async_watchdog.ps1", {"Timeout": flat["async_timeout_sec"]}, {})
    if name.startswith("module_"):
        return _module(flat, for_module=name == "module_powershell_wrapper")
    return Action(f"{name}.ps1", {}, {})


def _become(flat: Mapping[str, Any]) -> Action:
    flags = dict(flag.split("=", 1) for flag in (flat.get("become_flags") or "").split() if "=" in flag)
    params = {"BecomeUser": flat["become_user"]}
    if kind := flags.get("logon_type"):
        params["LogonType"] = _LOGON_TYPES.get(kind.lower(), kind.capitalize())
    password = flat.get("become_password")
    return Action("become_wrapper.ps1", params, {"BecomePassword": password} if password else {})


def _module(flat: Mapping[str, Any], *, for_module: bool) -> Action:
    arguments = flat["module_args"]
    params = {
        "Script": f"{arguments.get('_ansible_module_name', 'script')}.ps1",
        "Environment": flat["environment"],
        "Variables": [{"Name": "complex_args", "Scope": "Global", "Value": arguments}],
        "ForModule": for_module,
    }
    return Action(MODULE_WRAPPER, params, {})
