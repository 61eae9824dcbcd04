# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All subjects together: the questions of one round trip, what is seen of a system, and the book of all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ..._upgrade import judgement
from ..._upgrade.facts import Fact, NotRead
from ..._upgrade.judgement import Judgement
from ..._upgrade.questions import Answers, Questions, disks, file
from ..._upgrade.rules import RuleBook
from ..._upgrade.windows_facts import fact
from ..failover import policy as failover_policy
from ..failover import roles
from ..failover.policy import Policy, PolicyFacts, PolicyUnresolved
from ..failover.roles import Pair, Role
from ..node.installation import Installation
from ..package.names import PackageKind
from ..system import cluster, package_use, scope
from ..system.goal import Goal, with_operator_version
from ..system.observation import Observation
from ..system.package_use import NodePackages, PackageUse
from ..system.policy_in_use import policy_facts
from ..system.scope import NoOrchestrator, choose_orchestrator, is_on_target
from ..system.situation import Situation
from ..versions.platforms import ports_between_agents
from . import backup, checks, grpc, host, known, known_issues, legacy, mesh, messaging, path_rules, snmp, software, utility
from .nodes import on_every_node
from .options import Options

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True)
class NodeSeen:
    """What is judged of one node, an offline one of a Failover pair too. ``reach``: None when the mesh was not asked."""

    software: software.Software
    host: host.HostState
    grpc: grpc.Grpc
    messaging: messaging.Messaging
    legacy: legacy.Legacy
    snmp: snmp.SnmpState
    checks: checks.Checks
    reach: mesh.Reach | None


@dataclass(frozen=True)
class Seen:
    """What is judged. ``utility``: on the node that would start the upgrade, None when there is none that could."""

    system: str
    goal: Goal
    nodes: Mapping[str, NodeSeen]
    cluster: cluster.Cluster
    scope: scope.Scope
    pairs: tuple[Pair, ...]
    policy: PolicyFacts | None
    path: path_rules.PathFacts
    issues: known_issues.IssueFacts
    package: PackageUse
    backups: backup.Backups
    utility: utility.Utility | None = field(default=None)

    @property
    def installs(self) -> bool:
        """Whether DataMiner itself is installed, and not only the web applications or nothing."""
        return self.goal.kind in (PackageKind.FULL, PackageKind.DELTA)


def questions(options: Options, since_utc: str = "") -> Questions:
    """What is asked of every node beside what `detect` asks. ``since_utc``: from when on errors in the event log count, '' for all."""
    goal = options.wanted.goal
    staged = {"dm.staged": file(options.staged, sha256=True)} if options.staged else {}
    return {
        **software.QUESTIONS,
        **host.QUESTIONS,
        **backup.QUESTIONS,
        **legacy.QUESTIONS,
        **snmp.QUESTIONS,
        **(messaging.questions(since_utc) if goal.is_helper else messaging.QUESTIONS),
        **known.questions(goal),
        "dm.disks": disks(),
        **staged,
    }


def mesh_questions(seen: Observation, name: str, options: Options) -> Questions:
    """What one node is asked about all others once it is known who they are: the ports they talk over (second round trip)."""
    now = Situation(seen, options.wanted)
    source = now.source
    if not source.is_known:
        return {}
    node = seen.reached[name]
    migrated = node.maintenance.is_known and node.maintenance.value.broker_gateway
    ports = ports_between_agents(source.value, len(seen.nodes), broker_gateway=migrated)
    others = {now.cluster.address_of(other) for other in now.cluster.nodes.values() if other.name != name and other.addresses}
    return mesh.questions(others, ports)


def read(
    seen: Observation,
    answers: Mapping[str, Answers],
    options: Options,
    *,
    of_checks: Mapping[str, checks.Checks] | None = None,
    of_mesh: Mapping[str, Answers] | None = None,
    login: Fact[str] | None = None,
) -> Seen:
    """What is seen of a system. Nothing raises: what could not be read makes the rules say so that need it.

    ``answers``: of every node that was reached, to `detect` and `questions`. ``of_checks``: of every node on which the package's checks
    were run. ``of_mesh``: to `mesh_questions`. ``login``: see `utility.Utility`.
    """
    now = Situation(seen, options.wanted)
    nodes = {
        name: _node(seen, name, answers[name], options, of_checks, of_mesh, left_behind=name in now.left_behind) for name in seen.reached
    }
    return Seen(
        system=seen.name,
        goal=now.wanted.goal,
        nodes=nodes,
        cluster=now.cluster,
        scope=now.scope,
        pairs=seen.pairs,
        policy=_policy(now),
        path=known.path_facts(now),
        issues=known.issue_facts(now, answers, options),
        package=_package(now, answers, options),
        backups=_backups(seen, answers, options),
        utility=_utility(now, login),
    )


def _node(
    seen: Observation,
    name: str,
    answers: Answers,
    options: Options,
    of_checks: Mapping[str, checks.Checks] | None,
    of_mesh: Mapping[str, Answers] | None,
    *,
    left_behind: bool,
) -> NodeSeen:
    node, goal = seen.reached[name], options.wanted.goal
    source = with_operator_version(node.version, options.wanted.known_source)
    of_software = software.read(node, answers, goal.target)
    run = (of_checks or {}).get(name)
    return NodeSeen(
        software=of_software,
        host=host.read(node, answers, left_behind=left_behind),
        grpc=grpc.read(node, goal.target),
        messaging=messaging.read(node, answers, goal, source, options.stable_minutes, of_software.hosting),
        legacy=legacy.read(node, answers, source, goal.target),
        snmp=snmp.read(node, answers, stops_windows_snmp=options.wanted.options.stop_snmp),
        checks=run if run is not None else checks.Checks(goal.prerequisites, None),
        reach=mesh.read(of_mesh[name]) if of_mesh is not None and name in of_mesh else None,
    )


def _policy(now: Situation) -> PolicyFacts | None:
    """None for a default that cannot be told, which is refused by `decide`, not judged."""
    try:
        policy: Policy = now.policy.policy
    except (PolicyUnresolved, NotRead):
        return None
    return policy_facts(now, policy)


def _package(now: Situation, answers: Mapping[str, Answers], options: Options) -> PackageUse:
    seen, wanted = now.seen, now.wanted
    chosen = {node.name: node for node in now.scope.chosen}
    nodes = {name: _packages(seen, name, chosen[name], answers[name], options) for name in seen.reached if name in chosen}
    return PackageUse(wanted.goal, nodes, wanted.fresh_upload)


def _packages(seen: Observation, name: str, node: cluster.Node, answers: Answers, options: Options) -> NodePackages:
    installation: Installation = seen.reached[name]
    return NodePackages(
        stored=seen.nodes[name].packages,
        is_behind=Fact.reading(f"the version of {name}", lambda: not is_on_target(node, options.wanted.goal.target)),
        max_upload_mb=installation.maintenance.then(lambda settings: settings.max_upload_mb),
        free_bytes=fact("the free space of disk C", lambda: int(answers.data("dm.disks")["disks"]["C:"]["free"])),
        staged_sha256=fact("the copy of the package", lambda: _staged(answers, options)),
        backup_bytes=backup.size(answers),
    )


def _staged(answers: Answers, options: Options) -> str:
    return str(answers.data("dm.staged").get("sha256") or "") if options.staged else ""


def _backups(seen: Observation, answers: Mapping[str, Answers], options: Options) -> backup.Backups:
    offline = frozenset(name for name in seen.reached if seen.is_in_pair(name) and seen.node_role(name).role is Role.OFFLINE)
    return backup.Backups(
        attestation=options.attestation,
        maximum_hours=options.backup_max_age_hours,
        latest_utc={name: backup.latest(answers[name]) for name in seen.reached},
        now_utc={name: node.host.utc_now for name, node in seen.reached.items()},
        offline=offline,
    )


def _utility(now: Situation, login: Fact[str] | None) -> utility.Utility | None:
    try:
        name = choose_orchestrator(now.scope, now.wanted.orchestrator).node.name
    except (NoOrchestrator, NotRead):
        return None
    node = now.seen.reached[name]
    return utility.read(name, node, with_operator_version(node.version, now.wanted.known_source), login)


def _part(book: RuleBook[S], of: str) -> RuleBook[Seen]:
    return on_every_node(book, lambda seen: {name: getattr(node, of) for name, node in seen.nodes.items()})


def _each_pair() -> RuleBook[Seen]:
    return on_every_node(roles.RULES, lambda seen: {f"pair {pair.id}": pair for pair in seen.pairs})


def _reaches(seen: Seen) -> dict[str, mesh.Reach]:
    return {name: node.reach for name, node in seen.nodes.items() if node.reach is not None}


def _installs(seen: Seen) -> bool:
    return seen.installs


def _when(book: RuleBook[Seen], when: Callable[[Seen], bool]) -> RuleBook[Seen]:
    return book.looking_at(lambda seen: seen, when)


ALL_RULES: RuleBook[Seen] = RuleBook(
    [
        *package_use.RULES.looking_at(lambda seen: seen.package),
        *path_rules.RULES.looking_at(lambda seen: seen.path),
        *known_issues.RULES.looking_at(lambda seen: seen.issues, when=_installs),
        *cluster.RULES.looking_at(lambda seen: seen.cluster),
        *scope.RULES.looking_at(lambda seen: seen.scope),
        *_each_pair(),
        *failover_policy.RULES.looking_at(lambda seen: _known(seen.policy), when=lambda seen: seen.policy is not None),
        *_when(_part(software.RULES, "software"), _installs),
        *_part(host.RULES, "host"),
        *_when(_part(grpc.RULES, "grpc"), _installs),
        *_part(messaging.RULES, "messaging"),
        *_when(_part(legacy.RULES, "legacy"), _installs),
        *_when(_part(snmp.RULES, "snmp"), _installs),
        *on_every_node(mesh.RULES, _reaches),
        *_part(checks.RULES, "checks"),
        *backup.RULES.looking_at(lambda seen: seen.backups),
        *utility.RULES.looking_at(lambda seen: _known(seen.utility), when=lambda seen: seen.utility is not None),
    ]
)


def _known(part: T | None) -> T:
    if part is None:
        raise NotRead("the Taskbar Utility", "it was not asked")
    return part


def judge(seen: Seen, waived: Iterable[str] = (), raised: Iterable[str] = ()) -> Judgement:
    """All rules on one system; raises UnknownRule and ValueError as `judgement.judge`."""
    return judgement.judge(ALL_RULES, seen, waived=waived, raised=raised, host=seen.system)


def table() -> tuple[tuple[str, str, bool, str, str], ...]:
    """Name, severity, whether it can be waived, source mark and reason of every rule, for the guide."""
    return tuple((rule.name, rule.severity.value, rule.waivable, rule.reference, rule.summary) for rule in ALL_RULES)
