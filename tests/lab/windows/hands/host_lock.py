"""The hand host_lock: a named lock with an owner and an expiry by the host's clock (powershell-probes 5)."""

from __future__ import annotations

import re
from typing import Any

from ..clock import iso
from ..locks import MAX_TTL_SECONDS, Record
from ..module_call import Call, ModuleFailed

_NAME = re.compile(r"(?!(con|prn|aux|nul|com\d|lpt\d)(\.|\Z))[a-z0-9]([a-z0-9._-]{0,98}[a-z0-9_-])?")


async def answer(call: Call) -> dict[str, Any]:
    operation, name, owner = call.need("operation").lower(), call.need("name"), call.get("owner", default="")
    ttl_seconds = int(call.get("ttl_seconds", default=900))
    _check(operation, name, owner, ttl_seconds)
    if not call.session.is_administrator:
        raise ModuleFailed(f"lock '{name}' cannot be read or written, so it counts as held: Access is denied.", hresult=-2147024891)
    locks = call.host.locks
    before = locks.read(name)
    status = locks.status(before, owner)
    decision = _decide(operation, status)
    after = before
    if decision != "nothing":
        after = locks.next(before, "" if decision == "free" else owner, call.get("purpose", default=""), ttl_seconds)
        if not call.check_mode:
            locks.store(name, after)
            _journal(call, decision, name, owner, before)
    return {
        **locks.status(after, owner),
        "changed": decision != "nothing",
        "acquired": decision in ("take", "keep"),
        "released": decision == "free",
        "took_over": decision == "take" and status["expired"],
        "previous_owner": status["owner"],
        "utc_now": iso(call.host.clock.now()),
    }


def _check(operation: str, name: str, owner: str, ttl_seconds: int) -> None:
    if not _NAME.fullmatch(name):
        raise ModuleFailed(
            f"name: '{name}' is no name of a lock; 1 to 100 of a-z, 0-9, dot, hyphen, underscore, "
            "no dot first or last, no device's name such as con"
        )
    if operation != "inspect" and not owner:
        raise ModuleFailed(f"owner: needed to {operation} a lock")
    if not 1 <= ttl_seconds <= MAX_TTL_SECONDS:
        raise ModuleFailed(f"ttl_seconds: {ttl_seconds} is not between 1 and {MAX_TTL_SECONDS}; renew a lock rather than holding it long")


def _decide(operation: str, status: dict[str, Any]) -> str:
    """One of take, keep, free, nothing. An expired lock that nobody took meanwhile is still its owner's."""
    if operation == "inspect":
        return "nothing"
    if status["mine"]:
        return "free" if operation == "release" else "keep"
    return "take" if operation == "acquire" and not status["held"] else "nothing"


def _journal(call: Call, decision: str, name: str, owner: str, before: Record) -> None:
    if decision == "take":
        call.host.write("lock.acquire", name=name, owner=owner, took_over=bool(before.owner))
    elif decision == "free":
        call.host.write("lock.release", name=name, owner=owner)
