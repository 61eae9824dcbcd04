# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What may be done next on one management server. All judgement about starting a setup is in here.

The questions are asked in this order, and the first that has an answer ends it: was something started here before; is it a management
server; is it done; is there a path; is the whole group known; does anybody else work; whose turn is it; is anything in the way; is the lock
free. Whatever is not known is refused, never guessed. The first five can be answered days before, whoever's turn it is then.
"""

from __future__ import annotations

from dataclasses import replace

from ..._upgrade.steps import Done, Lock, Refused
from ..._upgrade.texts import NOTHING_STARTED, RUN_AGAIN
from ..releases.releases import Release, UnknownRelease, is_at
from . import order, started_before
from .completeness import group_unread, incomplete
from .observation import Observation, Wanted
from .others_work import clears, others_work
from .reasons import Attach, Kind, Start, Step
from .role_and_path import no_way, not_a_management_server
from .setup_plan import setup_plan

__all__ = ["Observation", "Wanted", "lasting_refusal", "next_step", "wanted_release"]


def wanted_release(text: str | int, host: str) -> Release | Refused:
    """The release an operator wrote, or the refusal that names the known ones."""
    try:
        return Release.from_text(text)
    except UnknownRelease as error:
        return Refused(
            Kind.UNKNOWN_TARGET,
            host,
            "the target is no release",
            str(text),
            str(error),
            "correct scom_target (option target); nothing was started",
        )


def next_step(seen: Observation, wanted: Wanted) -> Step:
    """What may be done now on this host; see the module for the order of the questions."""
    step, lock = _but_for_the_lock(seen, _by_real_names(seen, wanted)), seen.lock
    # Whatever is done is done under the lock, attaching too.
    return _locked(seen, lock) if lock and lock.is_others and isinstance(step, Attach | Start) else step


def _but_for_the_lock(seen: Observation, wanted: Wanted) -> Step:
    step = _whoever_is_next(seen, wanted)
    if step is not None:
        return step
    group = seen.group.value
    refused = others_work(seen, group, wanted.target) or order.refusal(
        seen.me, seen.peers, group, wanted.target, wanted.first, was_named=wanted.first_was_named
    )
    if refused is not None:
        return _with_findings(refused, seen)
    return _blocked(seen) or setup_plan(seen, group, wanted)


def lasting_refusal(seen: Observation, wanted: Wanted) -> Refused | None:
    """What `next_step` would refuse this server for that no turn, no wait and no stopped service clears, the prerequisites left out."""
    wanted = _by_real_names(seen, wanted)
    step = _whoever_is_next(seen, wanted)
    if step is not None:
        return step if isinstance(step, Refused) else None
    group = seen.group.value
    lasting = replace(seen, peers=tuple(peer for peer in seen.peers if not clears(peer, seen, wanted)), lock=None)
    refused = others_work(lasting, group, wanted.target) or order.lasting_refusal(
        seen.me, seen.peers, group, wanted.target, wanted.first, was_named=wanted.first_was_named
    )
    return _with_findings(refused, seen) if refused is not None else None


def _by_real_names(seen: Observation, wanted: Wanted) -> Wanted:
    return replace(wanted, first=seen.real_name(wanted.first) if wanted.first else None)


def _whoever_is_next(seen: Observation, wanted: Wanted) -> Step | None:
    """The step that is decided whoever's turn it is; None for a server that may be upgraded in its turn."""
    # What was started here comes first: a setup that failed may have taken the product away.
    return (
        started_before.step(seen, wanted)
        or not_a_management_server(seen.me, wanted.target)
        or _finished(seen, wanted)
        or no_way(seen, wanted)
        or (incomplete(seen, seen.group.value, wanted) if seen.group.is_known else group_unread(seen))
    )


def _finished(seen: Observation, wanted: Wanted) -> Step | None:
    """A server at the target is done when everything agrees; else what disagrees is for the proof to say."""
    if seen.me.release is not wanted.target:
        return None
    database = seen.group.value.database_version if seen.group.is_known else None
    if seen.me.health.is_healthy and is_at(database, wanted.target) and not seen.me.installation.doubts:
        return Done(seen.me.name, f"server at {seen.me.version}, database at {database}, healthy")
    restarts = wanted.may_restart and _owes_restart(seen, wanted.target)
    what = "restarting it, for which Windows waits, then verifying the rest of it" if restarts else "verifying the rest of it"
    return Attach(seen.me.name, None, f"server at {seen.me.version} already; {what}", restarts)


def _owes_restart(seen: Observation, target: Release) -> bool:
    """Whether setup asked for a restart that was not done: the server does not work, and Windows waits for one (4 W).

    In a group that is done as a whole it is somebody else's restart, unless setup was begun here and never proved.
    """
    found = (*seen.judgement.findings, *seen.judgement.waived)
    pending = any(one.rule == "scom.host.pending_reboot" and not one.unknown for one in found)
    members = [peer.member for peer in seen.peers]
    is_ours = order.has_begun(seen.me, target) or any(one is not None and one.release is not target for one in members)
    return pending and is_ours and not seen.me.health.is_healthy


def _locked(seen: Observation, lock: Lock) -> Refused:
    return seen.refused(
        Kind.LOCKED,
        "its management group is locked by other work",
        f"{lock.owner} since {lock.acquired_utc} on {lock.host}: {lock.purpose}",
        "the lock free",
        f"wait for it, then {RUN_AGAIN}; a dead owner's lock expires at {lock.expires_utc}; {NOTHING_STARTED}",
    )


def _blocked(seen: Observation) -> Refused | None:
    blockers = seen.judgement.blockers
    if not blockers:
        return None
    return seen.refused(
        Kind.BLOCKED,
        f"{len(blockers)} prerequisite{'s' if len(blockers) > 1 else ''} not met",
        ", ".join(dict.fromkeys(one.rule for one in blockers)),
        "no blocking finding",
        "fix what is listed below, then run the same command again; nothing was started",
    )


def _with_findings(refused: Refused, seen: Observation) -> Refused:
    return replace(refused, findings=seen.judgement.findings)
