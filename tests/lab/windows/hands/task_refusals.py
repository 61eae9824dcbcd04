"""Why host_task does not start a task: what can be told before any write, then what registration says (windows-tasks 2.2, 8.2)."""

from __future__ import annotations

from typing import Any

from ..directory import Logon, User
from ..module_call import Call
from ..registry import AccessDenied
from ..tasks import Order

Refusal = dict[str, Any]
NEEDED_BYTES = 200 * 1024**2
LSA = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa"
_CODES = {  # Logon -> code of the refusal, Win32 code (windows-tasks 2.5)
    Logon.WRONG_PASSWORD: ("wrong_password", 1326),
    Logon.LOCKED: ("account_locked", 1909),
    Logon.EXPIRED: ("password_expired", 1330),
    Logon.MUST_CHANGE: ("password_expired", 1907),
    Logon.DISABLED: ("account_disabled", 1331),
    Logon.ACCOUNT_EXPIRED: ("account_disabled", 1793),
}


def refusal(code: str, message: str, native: int | None = None) -> Refusal:
    """One reason; the HRESULT is that of the Win32 code, signed."""
    return {"code": code, "message": message, "hresult": native - 2147024896 if native else None}


def before_any_write(call: Call, order: Order) -> list[Refusal]:
    """Every reason at once."""
    found = [_caller(call), _space(call), _scheduler(call), _program(call, order)]
    user = call.host.accounts.find(order.user)
    if order.run_as_kind != "system":
        found += _account(call, order, user)
    return [one for one in found if one]


def at_registration(call: Call, order: Order) -> list[Refusal]:
    """What registering the task says of the password: one bad try counts (windows-tasks 2.2)."""
    if order.run_as_kind != "password":
        return []
    logon = call.host.accounts.logon(order.user, call.get("run_as_password"), "task")
    if logon is Logon.OK:
        return []
    code, native = _CODES.get(logon, ("start_failed", logon.code))
    return [refusal(code, f"{order.user}: {logon.message}", native)]


def at_run(call: Call, order: Order) -> list[Refusal]:
    """What the wrapper finds of its own token before the work begins (windows-tasks 8.3)."""
    if order.run_as_kind == "system" or call.host.accounts.is_administrator(order.user):
        return []
    return [refusal("not_elevated", f"{order.user} is no administrator of this host, or its logon gives no elevated token")]


def _caller(call: Call) -> Refusal | None:
    if call.session.is_administrator:
        return None
    return refusal("not_elevated", f"{call.session.user} is no administrator here, or has a filtered token")


def _program(call: Call, order: Order) -> Refusal | None:
    try:
        call.session.refuse_second_hop(order.exe)
        exists = call.host.files.is_file(order.exe)
    except AccessDenied:
        exists = False
    return None if exists else refusal("exe_missing", f"{order.exe} does not exist")


def _space(call: Call) -> Refusal | None:
    if call.host.disks["C:"].free >= NEEDED_BYTES:
        return None
    return refusal("disk_full", "less than 200 MB are free on the system disk")


def _scheduler(call: Call) -> Refusal | None:
    scheduler = call.host.services.get("Schedule")
    if scheduler is None or scheduler.is_running:
        return None
    return refusal("scheduler_stopped", "the service Schedule (Task Scheduler) does not run")


def _account(call: Call, order: Order, user: User | None) -> list[Refusal | None]:
    if user is None:
        return [refusal("account_unknown", f"{order.user} cannot be resolved to an account")]
    accounts = call.host.accounts
    found: list[Refusal | None] = []
    if not accounts.has_right("SeBatchLogonRight", user):
        found.append(refusal("batch_right_missing", f"{order.user} has no right to log on as a batch job (SeBatchLogonRight)"))
    if accounts.has_right("SeDenyBatchLogonRight", user):
        found.append(refusal("batch_right_denied", f"a policy denies {order.user} to log on as a batch job (SeDenyBatchLogonRight)"))
    if order.run_as_kind == "password" and call.host.registry.get(LSA, "DisableDomainCreds") == 1:
        found.append(refusal("password_storage_forbidden", "a policy forbids storing passwords for tasks (DisableDomainCreds)"))
    return found
