"""ansible.windows modules about services: win_service, win_service_info."""

from __future__ import annotations

import asyncio
from typing import Any

from .module_call import Call, Handler, ModuleFailed
from .paths import matches
from .services import Service, ServiceProblem, Services, Status

PENDING_SECONDS = 30.0
_STATES = {"running": "started", "stopped": "stopped", "start_pending": "start_pending", "stop_pending": "stop_pending", "paused": "paused"}


async def win_service(call: Call) -> dict[str, Any]:
    services, name, state = call.host.services, call.need("name"), call.get("state")
    service = services.get(name) or next((one for one in services if one.display_name.lower() == name.lower()), None)
    if service is None:
        if state in (None, "absent"):
            return {"exists": False}
        raise ModuleFailed(f"Service '{name}' does not exist", exists=False)
    _require_administrator(call, state)
    before = _shown(service)
    if state == "absent":
        if not call.check_mode:
            services.remove(service.name)
        return {"changed": True, "exists": False}
    try:
        changed = _configure(call, services, service) | await _move(call, services, service, state)
    except ServiceProblem as problem:
        raise ModuleFailed(f"Failed to change service '{name}': {problem}", exists=True, **before) from problem
    return {"changed": changed, "exists": True, **_shown(service)}


async def win_service_info(call: Call) -> dict[str, Any]:
    pattern = call.get("name", default="*")
    found = [one for one in call.host.services if matches(one.name, pattern) or one.display_name.lower() == pattern.lower()]
    return {"exists": bool(found), "services": [_info(one) for one in sorted(found, key=lambda one: one.name.lower())]}


def _configure(call: Call, services: Services, service: Service) -> bool:
    mode = call.get("start_mode")
    delayed = None if mode is None else mode == "delayed"
    mode = "auto" if mode == "delayed" else mode
    account = call.get("username")
    wanted = {"start_mode": mode, "delayed": delayed, "account": account}
    changed = any(value is not None and getattr(service, key) != value for key, value in wanted.items())
    if changed and not call.check_mode:
        services.configure(service.name, start_mode=mode, delayed=delayed, account=account)
    return changed


async def _move(call: Call, services: Services, service: Service, state: str | None) -> bool:
    if state == "restarted":
        if not call.check_mode:
            services.stop(service.name)
            await _settled(call, service)
            services.start(service.name)
            await _settled(call, service)
        return True
    goals = {"started": (Status.RUNNING, services.start), "stopped": (Status.STOPPED, services.stop)}
    if state not in goals:
        return False
    goal, move = goals[state]
    if service.status == goal.value:
        return False
    if not call.check_mode:
        move(service.name)
        await _settled(call, service)
    return True


async def _settled(call: Call, service: Service) -> None:
    """The module waits for the service control manager, as the real one does."""
    pending = (Status.START_PENDING.value, Status.STOP_PENDING.value)
    if service.status not in pending:
        return
    done = asyncio.Event()

    def look(changed: Service) -> None:
        if changed is service and service.status not in pending:
            done.set()

    listeners = call.host.services.listeners
    listeners.append(look)
    try:
        await asyncio.wait_for(done.wait(), PENDING_SECONDS)
    except TimeoutError as error:
        raise ServiceProblem(1053, f"Time out waiting for service '{service.name}'") from error
    finally:
        listeners.remove(look)


def _shown(service: Service) -> dict[str, Any]:
    return {
        "name": service.name,
        "display_name": service.display_name,
        "path": service.image_path,
        "start_mode": "delayed" if service.delayed else service.start_mode,
        "state": service.status.replace("_", ""),
        "username": service.account,
        "dependencies": [],
        "depended_by": [],
        "description": "",
        "desktop_interact": False,
        "can_pause_and_continue": False,
    }


def _info(service: Service) -> dict[str, Any]:
    state = _STATES[service.status]
    return {**_shown(service), "service_name": service.name, "process_id": service.process_id, "state": state}


def _require_administrator(call: Call, state: str | None) -> None:
    if not call.session.is_administrator:
        raise ModuleFailed(f"Failed to open service '{call.need('name')}': Access is denied", exists=True)


HANDLERS: dict[str, Handler] = {"win_service": win_service, "win_service_info": win_service_info}
