"""Which Python answers for which module, and the envelope Ansible.Basic puts round its result."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from typing import Any

from tests.lab.winrm.machine import Result
from tests.lab.winrm.manifest import ExecManifest

from . import argument_spec, command_modules, copy_modules, file_modules, registry_modules, service_modules, system_modules
from .hands import host_lock, host_probe, host_task, scom_command, sql_query
from .module_call import Call, Handler, ModuleFailed
from .session import Session

COLLECTION = "systemcenter.upgrade"
HANDS: dict[str, Handler] = {
    "host_probe": host_probe.answer,
    "host_task": host_task.answer,
    "host_lock": host_lock.answer,
    "sql_query": sql_query.answer,
    "scom_command": scom_command.answer,
}
WINDOWS: dict[str, Handler] = {
    **command_modules.HANDLERS,
    **copy_modules.HANDLERS,
    **file_modules.HANDLERS,
    **registry_modules.HANDLERS,
    **service_modules.HANDLERS,
    **system_modules.HANDLERS,
}
SECRET_OPTIONS = frozenset({"secrets", "run_as_password", "password", "url_password", "force_basic_auth_password"})
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


async def run(manifest: ExecManifest, session: Session) -> Result:
    """Runs the module of a manifest and returns what module_wrapper.ps1 would print."""
    result = await _result(manifest, session)
    result |= session.host.faults.wrong_answers.get(manifest.module_name.rpartition(".")[2], {})
    if manifest.arguments.get("_ansible_inject_invocation", True):
        result.setdefault("invocation", {"module_args": _masked(manifest.module_args)})
    failed = bool(result.get("failed"))
    return Result(1 if failed else 0, [json.dumps(result)])


async def _result(manifest: ExecManifest, session: Session) -> dict[str, Any]:
    try:
        handler, arguments = _find(manifest.module_name, manifest.module_args)
        call = Call(session, arguments, manifest.check_mode, manifest.diff_mode, manifest.environment)
        return {"changed": False, **await handler(call)}
    except ModuleFailed as failure:
        return {"changed": False, **failure.result, "failed": True, "msg": failure.message}
    except Exception as defect:
        session.host.write("defect", module=manifest.module_name, error=f"{type(defect).__name__}: {defect}")
        message = f"Unhandled exception while executing module: {defect}"
        return {"failed": True, "msg": message, "exception": traceback.format_exc()}


def _find(name: str, arguments: Mapping[str, Any]) -> tuple[Handler, Mapping[str, Any]]:
    collection, _unused, short = name.rpartition(".")
    if collection == COLLECTION and short in HANDS:
        return HANDS[short], argument_spec.validate(short, arguments)
    if collection in ("ansible.windows", "ansible.builtin", "") and short in WINDOWS:
        return WINDOWS[short], arguments
    raise ModuleFailed(f"the module {name} is not simulated by the lab (tests/lab/windows/dispatch.py)")


def _masked(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: MASK if name in SECRET_OPTIONS else value for name, value in arguments.items()}
