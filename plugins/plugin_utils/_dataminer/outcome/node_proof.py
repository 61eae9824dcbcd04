# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What proves an upgrade on one node: its version history above all, its services, ports and modules, and its restart (0.9, 9)."""

from __future__ import annotations

from dataclasses import replace

from ..._upgrade.facts import Fact
from ..._upgrade.signs import Sign
from ..._upgrade.windows_facts import hours_between
from ..files.history import Start, started
from ..node import broker_gateway
from ..node.installation import Installation
from ..package.names import PackageKind
from ..system.observation import Wanted
from ..system.situation import Situation
from ..system.stored_packages import PackageStatus
from .baseline import Baseline, NodeBaseline
from .phases import entry_of
from .readiness import NodeAfter, Rung, climb_node

# What must listen on a node that works (7 D). SLNet's own port depends on the version and on settings, and SLNet is looked at by name.
WEB_PORT = 443
# Two times of a start that are nearer to each other are one start: the one Windows gives moves with its clock (windows-tasks 3.6 U).
_SAME_START_SECONDS = 20


def of_node(now: Situation, name: str, before: Baseline | None) -> list[Sign]:
    """The evidence of one node. ``before``: None when nobody has it."""
    after, wanted = now.seen, now.wanted
    node = after.reached.get(name)
    if node is None:
        why = after.nodes[name].unreachable or "no answer"
        return [Sign("node", "an answer", why, None, "9 I", name)]
    was = before.nodes.get(name) if before else None
    restart = _of_restart(node, name, was) if wanted.options.reboot else []
    if wanted.goal.kind not in (PackageKind.FULL, PackageKind.DELTA):
        entry = _of_entry(now, name, before, node) if wanted.goal.is_helper else []
        return [*entry, *_of_goal(now, name, node), *_of_services(node, name, was), *restart]
    seen = NodeAfter(
        ports=node.ports.then(lambda ports: {WEB_PORT: WEB_PORT in ports}),
        services=node.services.then(lambda found: {one.name: one.status for one in found.values()}),
        services_before=_wanted_services(node, was.services if was else frozenset(), wanted),
        modules=node.modules,
        history_before=Fact.known(was.history) if was else Fact.unread("the history before", "it was not recorded"),
        history=node.history,
    )
    rungs = [one for one in climb_node(seen, wanted.goal.target).signs if one.name != Rung.HISTORY]
    signs = [replace(one, host=name, decides=_decides(one, node, was)) for one in rungs]
    return [*signs, _of_history(node, wanted, name, was), *restart]


def _decides(sign: Sign, node: Installation, was: NodeBaseline | None) -> bool:
    """A page that could not be read before either, such as for a certificate, says nothing against the upgrade."""
    unreadable = sign.name == Rung.MODULES and not node.modules.is_known
    return sign.decides and not (unreadable and not (was is not None and was.gateway_read))


def _wanted_services(node: Installation, before: frozenset[str], wanted: Wanted) -> frozenset[str]:
    """What ran before must run again; Windows' SNMP service, when the upgrade was to stop it, and NATS of old, when it was replaced.

    With automatic_start: false somebody starts DataMiner by hand, and only the rest is looked at.
    """
    left_out = {"SNMP"} if wanted.options.stop_snmp else set()
    left_out |= _replaced(node)
    if not wanted.options.automatic_start:
        left_out |= {"SLNet", "SLDataMiner", "SLSNMPAgent"}
    return before - left_out


def _replaced(node: Installation) -> set[str]:
    migrated = node.maintenance.is_known and node.maintenance.value.broker_gateway
    return set(broker_gateway.LEGACY_SERVICES) if migrated else set()


def _of_history(node: Installation, wanted: Wanted, name: str, was: NodeBaseline | None) -> Sign:
    """The strongest sign of a node: its first start on the new code left a line (0.9). A line that is not there yet now never comes."""
    target = wanted.goal.target
    expected = f"a last line with {target}"
    if not node.history.is_known:
        return Sign("version history", expected, node.history.unread_reason, None, "0.9 D", name)
    history, last = node.history.value, node.history.value.last
    shown = str(last) if last else "no line"
    names_it = last is not None and last.version is not None and last.version.same_numbers(target)
    if was is None or (was.history.version is not None and was.history.version.same_numbers(target)):
        return Sign("version history", expected, shown, names_it, "0.9 D", name, is_final=not names_it)
    proof = started(was.history, history, target)
    agrees = proof is Start.ON_TARGET
    return Sign("version history", f"a new last line with {target}", f"{proof.value}: {shown}", agrees, "0.9 D", name, is_final=not agrees)


def _of_entry(now: Situation, name: str, before: Baseline | None, node: Installation) -> list[Sign]:
    """A helper has run where its own entry says so. A node without one may have what it changes from an earlier run."""
    what, expected = "package on the node", PackageStatus.COMPLETED.value
    view, leaves_a_trace = now.seen.nodes[name], now.wanted.goal.leaves_a_trace
    packages = view.packages
    if not packages.is_known:
        return [Sign(what, expected, packages.unread_reason, None, "2 I", name)]
    entry = entry_of(view, now.wanted, before)
    if entry is None:
        return [] if leaves_a_trace else [Sign(what, expected, "none of this run", False, "2 I", name, is_final=True)]
    moves = Fact.reading("its log", lambda: entry.is_moving(node.host.utc_now))
    rests = moves.is_known and not moves.value
    # What it changes is looked at as well, and says what an empty folder does not.
    says_nothing = entry.status is PackageStatus.UNKNOWN and leaves_a_trace
    done = entry.status is PackageStatus.COMPLETED
    return [Sign(what, expected, entry.status.value, done, "2 I", name, decides=not says_nothing, is_final=rests)]


def _of_goal(now: Situation, name: str, node: Installation) -> list[Sign]:
    """Web applications and helpers leave no line in the version history."""
    goal = now.wanted.goal
    if not goal.leaves_a_trace:
        return []
    if goal.helper == broker_gateway.MIGRATION:
        return [_of_migration(node, name)]
    version = now.version_of(name)
    what = "what it changes" if goal.is_helper else "version of the web applications"
    if not version.is_known:
        return [Sign(what, goal.title, version.unread_reason, None, "1, 9 D", name)]
    agrees = version.value.same_numbers(goal.target)
    shown = ("there" if agrees else "not there") if goal.is_helper else str(version.value)
    return [Sign(what, goal.title, shown, agrees, "1, 9 D", name, is_final=not agrees)]


def _of_migration(node: Installation, name: str) -> Sign:
    """All of it: its flag is set first, and the cluster may be rolled back ten minutes later (9 D, log-shapes 9.2)."""
    found = Fact.reading("what the migration leaves", lambda: broker_gateway.missing(node))
    shown = ("; ".join(found.value) or "all of it") if found.is_known else found.unread_reason
    whole = found.is_known and not found.value
    rolled_back = node.maintenance.is_known and not node.maintenance.value.broker_gateway
    return Sign("migration to BrokerGateway", broker_gateway.WHOLE, shown, whole, "7 P7, 8 D", name, is_final=rolled_back)


def _of_services(node: Installation, name: str, was: NodeBaseline | None) -> list[Sign]:
    if was is None or not node.services.is_known:
        return []
    found = node.services.value
    down = [one for one in sorted(was.services - _replaced(node)) if one not in found or not found[one].is_running]
    shown = f"not running: {', '.join(down)}" if down else "all running"
    return [Sign("services", "all running that ran before", shown, not down, "9 D", name)]


def _of_restart(node: Installation, name: str, was: NodeBaseline | None) -> list[Sign]:
    """With the option Reboot After Upgrade every server is restarted at the end, after DataMiner has started on its new code (4 D)."""
    what, expected = "restart of the server", "a start of Windows after the upgrade was begun"
    now = node.host.boot_time_utc
    if was is None or not was.boot_time_utc:
        return [Sign(what, expected, f"started at {now}; the start before is not recorded", False, "4 D", name, decides=False)]
    moved = Fact.reading("its start", lambda: hours_between(was.boot_time_utc, now) * 3600 > _SAME_START_SECONDS)
    shown = f"started at {now}, before the upgrade at {was.boot_time_utc}" if moved.is_known else moved.unread_reason
    return [Sign(what, expected, shown, moved.is_known and moved.value, "4 D", name)]
