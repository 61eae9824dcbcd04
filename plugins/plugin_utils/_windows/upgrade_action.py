# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every action of this collection has in common: options from its page, one host, and errors that tell an operator what to do."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from .._given import without_blanks
from .._questions import State, Unreadable
from .group_lock import LockHeld
from .host import ConnectionLost, HandFailed, Host
from .long_task import StillRunning
from .options import documented_spec, retyped_secrets
from .reboot import NotBack


class Stop(Exception):
    """Ends an action with a result: a refusal, or a failure whose text is complete already."""

    def __init__(self, text: str, **facts: Any) -> None:
        self.text = text
        self.facts = facts
        super().__init__(text)


class UpgradeAction(ActionBase):
    """Base of the actions: C(MODULE) names the documented module, C(act) does its work and returns the result."""

    MODULE: str
    # Makes every host that an action reaches, its own and others (inventory.open_host).
    reach: type[Host] = Host
    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Called by Ansible. Everything a host or an operator can cause ends as a result, never as a traceback."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        self.task_vars = task_vars or {}
        spec = documented_spec(self.MODULE)
        self._task.args = without_blanks(self._task.args)
        if retyped := dict(retyped_secrets(spec, self._task.args)):
            return {**result, "failed": True, "msg": _told_as_retyped(retyped)}
        _unused, options = self.validate_argument_spec(spec)
        self.host = self.reach(self.task_vars.get("inventory_hostname", "this host"), self, self._connection, self.task_vars)
        try:
            result.update(self.act(options))
        except Stop as stop:
            result.update(failed=True, msg=stop.text, **stop.facts)
        except (ConnectionLost, HandFailed, Unreadable, LockHeld, StillRunning, NotBack) as error:
            result.update(failed=True, msg=explain(error, self.host.name), still_running=isinstance(error, StillRunning))
        return result

    @property
    def check_mode(self) -> bool:
        return bool(self._task.check_mode)

    @abstractmethod
    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        """Does what the module is for."""


def explain(error: Exception, host: str) -> str:
    """What happened, where, what still runs and what to do next, in the form of every error of this collection."""
    if isinstance(error, StillRunning):
        return _paragraph(
            f"{error.host}: still running on the host, not failed.",
            seen=error.reason,
            running=f"{error.task_id} on {error.host}" + (f", since {error.status.started_utc}" if error.status else ""),
            next="run the same command again to re-attach; nothing is started twice",
        )
    if isinstance(error, LockHeld):
        holder = error.holder
        return _paragraph(
            f"{host}: nothing was started: the group is locked by other work.",
            seen=f"{holder.owner} holds {error.name} on {error.host} since {holder.acquired_utc}: {holder.purpose}",
            next=f"wait for it, then run the same command again; without renewal the lock ends at {holder.expires_utc}",
        )
    if isinstance(error, ConnectionLost):
        return _lost(error)
    if isinstance(error, HandFailed):
        return _paragraph(f"{error.host}: {error.result.get('msg', 'the module failed')}", **_refusals(error.result))
    if isinstance(error, Unreadable):
        denied = error.answer.state is State.DENIED
        mend = "give the connecting account the right to read this (administrators have it)" if denied else "mend this on the host"
        return _paragraph(f"{host}: {error}.", next=f"{mend}, then run the same command again")
    return _paragraph(f"{host}: {error}.", next="look at the host's console; run the same command again when it is back")


def _told_as_retyped(secrets: Mapping[str, str]) -> str:
    return _paragraph(
        f"{', '.join(secrets)}: not text; nothing was asked, tried or started.",
        seen="; ".join(f"{name} arrived as {kind}" for name, kind in secrets.items()),
        wanted="text, as it was set",
        next="put it in quotes in YAML, or give it through an environment variable (the env injector of a credential of AWX) and "
        "lookup('ansible.builtin.env', ...); then run again",
        why="text that looks like a number, a date or a boolean is made one where quotes are missing, 0123456 becomes 42798; "
        "AWX passes extra variables on without them, and each try of a wrong password counts against the account's lockout",
    )


def _lost(error: ConnectionLost) -> str:
    if error.is_refused_logon:
        return _paragraph(
            f"{error.host}: the logon of the connection was refused; what was to be asked was not asked.",
            seen=error.reason,
            next="check the account, its password and that it is not locked, then run the same command again; WinRM wants an administrator",
        )
    return _paragraph(
        f"{error.host}: the connection was lost; what was asked may or may not have happened.",
        seen=error.reason,
        next="check that the host answers over WinRM, then run the same command again; finished work is not repeated",
    )


def _refusals(result: Mapping[str, Any]) -> dict[str, str]:
    refusals = result.get("refusals") or ()
    lines = {f"seen {refusal['code']}": str(refusal["message"]) for refusal in refusals}
    return {**lines, "next": "mend this, then run the same command again; nothing was started"} if lines else {}


def _paragraph(headline: str, **lines: str) -> str:
    return "\n".join([headline, *(f"  {name.partition(' ')[0]:<8} {text}" for name, text in lines.items())])
