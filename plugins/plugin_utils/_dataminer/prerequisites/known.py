# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the upgrade path and the known issues have to know of a system, put together from its nodes and from what an operator said (7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from ..._upgrade.facts import Fact, NotRead
from ..._upgrade.questions import Answers, Questions, file_text
from ..._upgrade.windows_facts import fact, hours_between
from ..files.settings import expired_users
from ..files.text_lines import decoded
from ..node.detect import ROOT
from ..node.file_answers import file_bytes, file_end
from ..node.installation import Installation
from ..system.goal import PORT_CHECK_HOURS, Goal
from ..system.observation import Observation
from ..system.situation import Situation
from ..versions.versions import Version
from .known_issues import IssueFacts, NodeFacts
from .options import Options
from .path_rules import PathFacts

T = TypeVar("T")

_EMPTY_QUERY = re.compile(r"nETBIOSName(?:(?!nETBIOSName).)*?Total rows: 0\b", re.IGNORECASE | re.DOTALL)
# Security.xml is looked at only where the issue with expired users can strike (K2): nothing else of it is anybody's business.
_EXPIRED_USERS_LINE = (10, 5)
SECURITY: Questions = {"dm.security": file_text(rf"{ROOT}\Security.xml", max_bytes=512 * 1024)}


def questions(goal: Goal) -> Questions:
    """What is asked of every node for the known issues of this target."""
    asked: Questions = {"dm.directory_log": file_text(rf"{ROOT}\Logging\ActiveDirectory.txt", max_bytes=128 * 1024, tail=True)}
    return {**asked, **SECURITY} if _asks_for_users(goal) else asked


def _asks_for_users(goal: Goal) -> bool:
    return goal.version is not None and goal.version.line == _EXPIRED_USERS_LINE and not goal.version.is_main


def path_facts(now: Situation) -> PathFacts:
    goal, seen = now.wanted.goal, now.seen
    return PathFacts(
        source=now.source,
        target=goal.target,
        kind=goal.kind,
        cluster_ports_verified=Fact.reading("the result of VerifyClusterPorts", lambda: _all_verified(seen)),
        migrated=Fact.reading("whether the nodes are on BrokerGateway", lambda: _migrated(seen)),
    )


def _migrated(seen: Observation) -> bool:
    nodes = seen.reached.values()
    return bool(nodes) and all(node.maintenance.value.broker_gateway for node in nodes)


def _all_verified(seen: Observation) -> bool:
    """Every node keeps the result of its own; the ports of one say nothing about another's."""
    nodes = seen.reached.values()
    return bool(nodes) and all(_verified(node) for node in nodes)


def _verified(node: Installation) -> bool:
    check = node.port_check.value
    return bool(check and check.passed and hours_between(check.ran_utc, node.host.utc_now) < PORT_CHECK_HOURS)


def issue_facts(now: Situation, answers: Mapping[str, Answers], options: Options) -> IssueFacts:
    goal, seen = now.wanted.goal, now.seen
    return IssueFacts(
        source=now.source,
        source_web=Fact.reading("the version of the web applications", lambda: _oldest_web(seen)),
        target=goal.target,
        has_failover=seen.has_failover,
        several_failover_addresses=_several_addresses(seen, options),
        nodes={name: _node_facts(node, answers[name], options) for name, node in seen.reached.items()},
        package_lacks_executor=goal.lacks_executor,
    )


def _oldest_web(seen: Observation) -> Version:
    versions = [version for view in seen.nodes.values() if (version := view.web.value) is not None]
    if not versions:
        raise NotRead("the version of the web applications", "the web API names none")
    return min(versions, key=lambda version: version.numbers)


def _several_addresses(seen: Observation, options: Options) -> Fact[bool]:
    if options.several_failover_addresses is not None:
        return Fact.known(options.several_failover_addresses)
    if seen.has_failover.is_known and not seen.has_failover.value:
        return Fact.known(False)
    shared = [seen.shared_addresses(name) for name in seen.reached]
    if any(len(addresses) > 2 for addresses in shared):
        return Fact.known(True)
    return _said(None, "how many virtual addresses and network cards the pairs use", "several_failover_addresses")


def _node_facts(node: Installation, answers: Answers, options: Options) -> NodeFacts:
    return NodeFacts(
        expired_users=users_expired(answers),
        default_upgrade_options=node.maintenance.then(lambda settings: settings.default_upgrade_options is not None),
        antivirus=_said(options.antivirus, "third-party antivirus", "antivirus"),
        antivirus_excludes=_said(options.antivirus_excludes, "what the antivirus leaves alone", "antivirus_excludes_dataminer"),
        snmpv3_elements=_said(options.snmpv3_elements, "the number of SNMPv3 elements", "snmpv3_elements"),
        directory_answers_empty=fact("ActiveDirectory.txt", lambda: _empty_directory(answers)),
    )


def users_expired(answers: Answers) -> Fact[tuple[str, ...]]:
    """The users whom a node's Security.xml marks as expired, by its answer to SECURITY."""
    return fact("Security.xml", lambda: expired_users(file_bytes(answers, "dm.security") or b"<Security/>"))


def _empty_directory(answers: Answers) -> bool:
    """No such log means that no directory was ever asked."""
    return bool(_EMPTY_QUERY.search(decoded(file_end(answers, "dm.directory_log") or b"")))


def _said(value: T | None, what: str, option: str) -> Fact[T]:
    """What only an operator can say, in an option that is a key of dataminer_facts in the inventory."""
    if value is not None:
        return Fact.known(value)
    return Fact.unread(what, "it cannot be seen from outside", f"say it: dataminer_facts.{option} (option {option}), or waive this rule")
