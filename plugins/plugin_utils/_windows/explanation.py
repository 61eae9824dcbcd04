# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How an error that ends an action is told: what happened, where, what still runs and what to do next."""

from __future__ import annotations

from .._upgrade.questions import State, Unreadable
from .._upgrade.texts import NOTHING_STARTED, RUN_AGAIN
from .following import StillRunning
from .group_lock import LockHeld
from .host import TROUBLE, AnswerUnreadable, ConnectionLost, HandFailed
from .reboot import NotBack

# What hosts and operators cause; their texts are complete.
FORESEEN = (*TROUBLE, LockHeld, StillRunning, NotBack)
UNREADABLE_NEXT = (
    "run the same command again; when it stays so, check that this is the host it should be and that nothing on it changes what programs "
    "write, then report it with the output of -vvv"
)


def explain(error: Exception, host: str) -> str:
    """An error in the form of every error of this collection; also one that was not foreseen."""
    if isinstance(error, ConnectionLost):
        return _lost(error)
    if isinstance(error, HandFailed):
        return _failed(error)
    if isinstance(error, StillRunning):
        return _going_on(error)
    if isinstance(error, LockHeld):
        return _locked(error, host)
    if isinstance(error, Unreadable | NotBack):
        return paragraph(f"{host}: {error}.", next=_next(error))
    return paragraph(
        f"{host}: this run ended with an unexpected error.",
        seen=first_line(error),
        running="nothing of the upgrade that this run has seen",
        next="run the same command again: it looks at everything anew, and attaches to what runs; report this with the output of -vvv",
    )


def _next(error: Unreadable | NotBack) -> str:
    if isinstance(error, NotBack):
        return "look at the host's console; run the same command again when it is back"
    denied = error.answer.state is State.DENIED
    fix = "give the connecting account the right to read this (administrators have it)" if denied else "fix this on the host"
    return f"{fix}, then {RUN_AGAIN}"


def first_line(error: BaseException) -> str:
    """The beginning of what an error says; its type too where it is none of ours."""
    said = str(error).strip().partition("\n")[0][:300]
    return said if isinstance(error, FORESEEN) else f"{type(error).__name__}: {said}"


def _going_on(error: StillRunning) -> str:
    return paragraph(
        f"{error.host}: still running on the host, not failed.",
        seen=error.reason,
        running=f"{error.task_id} on {error.host}" + (f", since {error.status.started_utc}" if error.status else ""),
        next="run the same command again to re-attach; nothing is started twice",
    )


def _locked(error: LockHeld, host: str) -> str:
    holder = error.holder
    return paragraph(
        f"{host}: {NOTHING_STARTED}: the group is locked by other work.",
        seen=f"{holder.owner} holds {error.name} on {error.host} since {holder.acquired_utc}: {holder.purpose}",
        next=f"wait for it, then {RUN_AGAIN}; without renewal the lock ends at {holder.expires_utc}",
    )


def _failed(error: HandFailed) -> str:
    if isinstance(error, AnswerUnreadable):
        return paragraph(f"{error.host}: {error.result['msg']}.", next=UNREADABLE_NEXT)
    return paragraph(f"{error.host}: {error.result.get('msg', 'the module failed')}", **_refusals(error))


def _lost(error: ConnectionLost) -> str:
    if error.is_refused_logon:
        return paragraph(
            f"{error.host}: the logon of the connection was refused; what was to be asked was not asked.",
            seen=error.reason,
            next="check the account, its password and that it is not locked, then run the same command again; WinRM wants an administrator",
        )
    return paragraph(
        f"{error.host}: the connection was lost; what was asked may or may not have happened.",
        seen=error.reason,
        next="check that the host answers over WinRM, then run the same command again; finished work is not repeated",
    )


def _refusals(error: HandFailed) -> dict[str, str]:
    lines = {f"seen {code}": message for code, message in error.refusals}
    return {**lines, "next": "fix this, then run the same command again; nothing was started"} if lines else {}


def paragraph(headline: str, **lines: str) -> str:
    return "\n".join([headline, *(f"  {name.partition(' ')[0]:<8} {text}" for name, text in lines.items())])
