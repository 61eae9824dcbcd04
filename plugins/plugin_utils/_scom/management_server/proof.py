# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether an upgrade really happened: everything that can be compared with the target, none of it believed alone (4, 5).

Setup ends with 0 on servers it has not changed, and writes no exit code at all when its host restarts: only agreement proves.
"""

from __future__ import annotations

from dataclasses import replace

from ..._installer.exit_codes import setup_exit_code
from ..._upgrade.proof import Proof
from ..._upgrade.signs import Sign
from ..._upgrade.steps import Task
from ..._upgrade.times import utc_time
from ..host.installation import InstalledPart
from ..releases.releases import Release, is_at, rtm_server_version, server_release
from ..releases.versions import ServerVersion
from ..setup.logs.verdict import Outcome, Verdict
from .observation import Observation

EXIT_CODE, LOG = OF_SETUP = ("exit code", "setup's log")


def is_settled(seen: Observation, target: Release) -> bool:
    """Whether looking again later would show nothing better.

    A server that is not at the target after setup will not become so by waiting; one that is needs minutes until its services answer.
    """
    return seen.me.release is not target or (seen.me.health.is_healthy and seen.group.is_known)


def of(
    before: Observation,
    after: Observation,
    target: Release,
    task: Task | None = None,
    verdict: Verdict | None = None,
    *,
    acknowledged: bool = False,
) -> Proof:
    """The proof of an upgrade of one server.

    ``task``: how setup's task ended, None when none was followed; ``verdict``: what its log says, None when there is none. A task that
    was lost has no exit code: its log must say that it ended well then. ``acknowledged``: how setup ended is shown and does not decide.
    """
    of_setup = _of_setup(task, verdict)
    items = (
        *(replace(item, acknowledged=acknowledged and not item.good) for item in of_setup),
        *_of_restart(before, after, task),
        *_of_versions(before, after, target),
        *(sign for sign in after.me.health.signs if sign.decides),
    )
    return Proof(items, _cause(verdict), details=("acknowledged",))


def setup_disagrees(proved: Proof) -> bool:
    """Whether how setup ended, as far as its exit code and its log tell it, is among what disagrees."""
    return any(item.name in OF_SETUP for item in proved.disagreeing)


def _of_setup(task: Task | None, verdict: Verdict | None) -> list[Sign]:
    items = []
    if task is not None and task.state != "lost":
        code = None if task.exit_code is None else setup_exit_code(task.exit_code)
        saw = f"{code.code}: {code.meaning}" if code else f"none, the task is {task.state}"
        items.append(Sign(EXIT_CODE, "0, or 3010 or 1641 with a restart", saw, bool(code and code.may_be_success), "4 W"))
    if verdict is not None:
        good = verdict.outcome is Outcome.PROVISIONAL_SUCCESS
        items.append(Sign(LOG, "an end without a failure", verdict.reason, good, "4 W"))
    elif task is not None:
        items.append(Sign(LOG, "an end without a failure", "no log was read", False, "4 W"))
    return items


def _of_restart(before: Observation, after: Observation, task: Task | None) -> list[Sign]:
    """A restart that setup asked for has happened when the host was started after setup ended."""
    asked = task is not None and task.exit_code is not None and setup_exit_code(task.exit_code).reboot
    if not asked or task is None:
        return []
    was, now = before.me.installation.host.boot_time_utc, after.me.installation.host.boot_time_utc
    since = task.ended_utc or was
    restarted = bool(now and since) and utc_time(now) > utc_time(since)
    return [Sign("restart", f"started after {since or 'setup ended'}", f"started {now or 'at an unknown time'}", restarted, "4 W")]


def _of_versions(before: Observation, after: Observation, target: Release) -> list[Sign]:
    expected = f"{rtm_server_version(target)} or later of {target}"
    server, old = after.me.installation.management_server, before.me.installation.management_server
    database = after.group.value.database_version if after.group.is_known else None
    unread = after.group.unread_reason if not after.group.is_known else "not recorded"
    new_doubts = [doubt for doubt in after.me.installation.doubts if doubt not in before.me.installation.doubts]
    return [
        Sign("server version in the registry", expected, str(after.me.version or "not recorded"), is_at(after.me.version, target), "5 W"),
        *_of_file(server, old, target),
        Sign("version of the operational database", expected, str(database or unread), is_at(database, target), "5 W"),
        *([Sign("marks on the host", "none that contradict", "; ".join(new_doubts), False, "5 W")] if new_doubts else []),
    ]


def _of_file(server: InstalledPart | None, old: InstalledPart | None, target: Release) -> list[Sign]:
    """The product's own file. Where it was never found, before setup either, it proves nothing and is left out."""
    now = server.file_version if server else None
    if now is None and (old is None or old.file_version is None):
        return []
    agrees = isinstance(now, ServerVersion) and server_release(now) is target
    return [Sign("version of the server's files", f"a version of {target}", str(now or "file not found"), agrees, "5 W")]


def _cause(verdict: Verdict | None) -> str:
    """The first cause by setup's log, with what is known of it."""
    if verdict is None or verdict.first_cause is None:
        return ""
    cause = verdict.first_cause
    advice = "; ".join(filter(None, [cause.meaning, cause.fix]))
    return f"{cause.text} ({advice})" if advice else cause.text
