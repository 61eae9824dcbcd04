"""The hand scom_command: a closed list of Operations Manager verbs, answered by the world's SDK."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.lab.world import SdkDenied, SdkStopped

from ..module_call import Call, ModuleFailed
from .envelope import Data, Trouble, envelope


async def answer(call: Call) -> dict[str, Any]:
    answers = {}
    for name, command in call.need("commands").items():
        if not isinstance(command, Mapping):
            raise ModuleFailed(f"commands: {name} is no mapping")
        answers[name] = await _ask(call, command)
    return {"changed": False, "answers": answers}


async def _ask(call: Call, command: Mapping[str, Any]) -> Data:
    async def work() -> Data:
        if "OMSDK" not in call.host.services:
            raise Trouble("absent", "sdk_absent", "there is no service OMSDK on this host")
        verb = str(command.get("verb"))
        arguments = {key: value for key, value in command.items() if key != "verb"}
        try:
            data: Data = await call.host.world.scom_sdk(call.host.name, call.session.user, verb, arguments)
        except SdkStopped as stopped:
            raise Trouble("broken", "sdk_stopped", "the service OMSDK of this server is not running") from stopped
        except SdkDenied as refused:
            raise Trouble("denied", "not_authorized", str(refused)) from refused
        except LookupError as unknown:
            raise Trouble("broken", "UnknownVerb", f"scom_command knows no verb called {verb!r}") from unknown
        return data

    return await envelope(work)
