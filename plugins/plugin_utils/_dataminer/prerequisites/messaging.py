# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The message bus between agents: NATS that runs, and the gate of the migration to BrokerGateway (7 P7, 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._upgrade.facts import Fact
from ..._upgrade.findings import Finding, Severity, finding
from ..._upgrade.questions import Answers, Questions, directory, event_count, file
from ..._upgrade.rules import RuleBook
from ..._upgrade.windows_facts import Service, fact
from ..files.dms_xml import Endpoint
from ..node.broker_gateway import BROKER_SERVICE, LEGACY_SERVICES, MIGRATION, WHOLE, lacking
from ..node.installation import Installation
from ..package.names import PackageKind
from ..system.goal import Goal
from ..versions.ranges import since
from ..versions.upgrade_path import BROKER_GATEWAY_NEEDED
from ..versions.versions import Version

_LIBRARY = "DataMinerMessageBroker.API.dll"
_LOWEST_LIBRARY = (3, 0, 0)
_ASP_NET = 10
# 7 P7 D: before these the migration package is not there; from the second on old libraries block it.
MIGRATION_PACKAGE_FROM, LIBRARY_BLOCKS_FROM = since("10.5.0 CU4/10.5.7"), since("10.5.0 CU9/10.5.12")

QUESTIONS: Questions = {
    "dm.broker_library": file(rf"C:\Skyline DataMiner\ProtocolScripts\{_LIBRARY}"),
    "dm.asp_net": directory(r"C:\Program Files\dotnet\shared\Microsoft.AspNetCore.App"),
}


# The vendor's condition names no time: all that the log still holds counts, unless somebody says from when on (7 P7 D).
EVER = "2000-01-01T00:00:00Z"


def questions(since_utc: str = "") -> Questions:
    """QUESTIONS, with the errors of secure channels since a time in ISO-8601 UTC: the migration wants none."""
    return {**QUESTIONS, "dm.schannel": event_count("System", since_utc or EVER, provider="Schannel", levels=(1, 2))}


@dataclass(frozen=True)
class Messaging:
    """What is judged on one node.

    ``goal``: of the run. ``running_minutes``: for how long DataMiner has been running. ``library``: the version of the message broker's
    library among the scripts of connectors, None where there is none. ``schannel_errors``: errors of secure channels lately.
    """

    goal: Goal
    source: Fact[Version]
    services: Fact[Mapping[str, Service]]
    migrated: Fact[bool]
    endpoints: Fact[tuple[Endpoint, ...]]
    has_broker_config: Fact[bool]
    running_minutes: Fact[float]
    stable_minutes: float
    library: Fact[tuple[int, ...] | None]
    hosting: Fact[frozenset[int]]
    soft_launch: Fact[Mapping[str, bool]]
    schannel_errors: Fact[int]

    @property
    def migrates(self) -> bool:
        return self.goal.helper == MIGRATION

    @property
    def is_gate(self) -> bool:
        """Whether the gate of the migration is to be passed now: for the migration itself and for the check of it."""
        return self.goal.helper.startswith(MIGRATION) and self.goal.helper != "NATSMigrationRollback"


def read(
    node: Installation, answers: Answers, goal: Goal, source: Fact[Version], stable_minutes: float, hosting: Fact[frozenset[int]]
) -> Messaging:
    return Messaging(
        goal=goal,
        source=source,
        services=node.services,
        migrated=node.maintenance.then(lambda settings: settings.broker_gateway),
        endpoints=node.endpoints,
        has_broker_config=node.has_broker_config,
        running_minutes=Fact.reading("since when DataMiner runs", node.running_for_minutes, ValueError),
        stable_minutes=stable_minutes,
        library=fact(_LIBRARY, lambda: _library(answers)),
        hosting=hosting,
        soft_launch=node.soft_launch,
        schannel_errors=fact("the errors of secure channels", lambda: int(answers.data("dm.schannel").get("count", 0))),
    )


def _library(answers: Answers) -> tuple[int, ...] | None:
    text = answers.data("dm.broker_library").get("file_version")
    return tuple(int(part) for part in str(text).split(".")) if text else None


RULES: RuleBook[Messaging] = RuleBook()


@RULES.rule("dataminer.messaging.nats_runs", Severity.BLOCKER, reference="8 D", when=lambda seen: seen.goal.restarts_dataminer)
def nats_runs(seen: Messaging) -> Finding | None:
    """The message bus runs on every node: the package's own check refuses otherwise."""
    names = (BROKER_SERVICE,) if seen.migrated.value else LEGACY_SERVICES
    found = seen.services.value
    down = [name for name in names if name in found and not found[name].is_running]
    absent = [name for name in names if name not in found]
    if not down and len(absent) < len(names):
        return None
    shown = ", ".join([*(f"{name} {found[name].status}" for name in down), *(f"{name} not installed" for name in absent)])
    return finding(
        seen=shown,
        wanted=f"{' and '.join(names)} running",
        fix="start the service; where it does not start, follow the vendor's page on NATS",
    )


def _after_migration(seen: Messaging) -> bool:
    """Whether the node should be on BrokerGateway: it says so, or its target is beyond the migration.

    Web applications 10.6 run on a server of 10.5 (P13), which need not be migrated.
    """
    if seen.goal.kind is PackageKind.WEB:
        return False
    return (seen.migrated.is_known and seen.migrated.value) or seen.goal.target.line >= (10, 6)


@RULES.rule("dataminer.messaging.migrated_whole", Severity.BLOCKER, reference="7 P7, 8 D", when=_after_migration)
def node_is_migrated_whole(seen: Messaging) -> Finding | None:
    """A node on BrokerGateway runs nats-server, and has NAS and NATS stopped with start type Manual."""
    if not seen.migrated.value:
        if not BROKER_GATEWAY_NEEDED.reached_by(seen.goal.target) or seen.goal.is_helper:
            return None
        fix = "migrate the whole cluster first: NATSMigration.dmupgrade, on 10.5.0 CU11 or later, or on 10.5.12 CU2"
        return finding(seen="BrokerGateway is not true in MaintenanceSettings.xml", wanted="a node that was migrated", fix=fix)
    wrong = lacking(seen.services.value, is_on=True, has_config=seen.has_broker_config.value)
    if not wrong:
        return None
    fix = "run Tools\\NATSRepair.exe on one node, or the migration again"
    return finding(seen="; ".join(wrong), wanted=WHOLE, fix=fix)


def _gate(seen: Messaging) -> bool:
    return seen.is_gate


@RULES.rule("dataminer.migration.stable", Severity.BLOCKER, reference="7 P7 D", when=_gate)
def dataminer_runs_long_enough(seen: Messaging) -> Finding | None:
    """Before the migration all agents, offline Failover nodes too, have been running for at least 15 minutes."""
    minutes = seen.running_minutes.value
    if minutes >= seen.stable_minutes:
        return None
    return finding(
        seen=f"running for {minutes:.0f} minutes",
        wanted=f"at least {seen.stable_minutes:.0f} minutes",
        fix=f"wait {seen.stable_minutes - minutes:.0f} minutes more, then run again",
    )


@RULES.rule("dataminer.migration.version", Severity.BLOCKER, reference="7 P7 D", when=_gate)
def version_can_be_migrated(seen: Messaging) -> Finding | None:
    """The migration package works from 10.5.0 CU4 and 10.5.7 on."""
    if MIGRATION_PACKAGE_FROM.reached_by(seen.source.value):
        return None
    return finding(seen=str(seen.source.value), wanted=f"{MIGRATION_PACKAGE_FROM} or later", fix="upgrade to 10.5.0 CU11 or later first")


@RULES.rule("dataminer.migration.hosting_bundle", Severity.BLOCKER, reference="7 P7 D", when=_gate)
def hosting_bundle_10_is_there(seen: Messaging) -> Finding | None:
    """BrokerGateway needs the hosting bundle of ASP.NET Core 10."""
    if _ASP_NET in seen.hosting.value:
        return None
    return finding(seen="no ASP.NET Core 10", wanted="the hosting bundle of ASP.NET Core 10", fix="install it on every node")


@RULES.rule("dataminer.migration.endpoints", Severity.BLOCKER, reference="7 P7 D", when=_gate)
def endpoints_are_complete(seen: Messaging) -> Finding | None:
    """ClusterEndpoints.json is there, with an ignition value for every node."""
    endpoints = seen.endpoints.value
    without = [one.address for one in endpoints if not one.has_ignition]
    if endpoints and not without:
        return None
    shown = f"no ignition value for {', '.join(without)}" if without else "no ClusterEndpoints.json, or an empty one"
    return finding(seen=shown, wanted="every node with its ignition value", fix="wait until the cluster is in sync; then ask the vendor")


@RULES.rule("dataminer.migration.endpoints_manager", Severity.BLOCKER, reference="7 P7 D", when=_gate)
def endpoints_manager_is_on(seen: Messaging) -> Finding | None:
    """The soft-launch option ClusterEndpointsManager must not be disabled."""
    if seen.soft_launch.value.get("clusterendpointsmanager", True):
        return None
    return finding(
        seen="ClusterEndpointsManager is false", wanted="it left out or true", fix="remove it from SoftLaunchOptions.xml and restart"
    )


@RULES.rule("dataminer.migration.old_library", Severity.BLOCKER, reference="7 P7 D", when=_gate)
def no_old_library_is_left(seen: Messaging) -> Finding | None:
    """An old library of the message broker among the scripts of connectors blocks the migration."""
    version = seen.library.value
    if version is None or version[:3] >= _LOWEST_LIBRARY:
        return None
    return finding(
        seen=f"{_LIBRARY} {'.'.join(str(part) for part in version)} in ProtocolScripts",
        wanted="3.0.0 or later, or none",
        fix="replace the connector that brings it, then remove the file",
    )


@RULES.rule("dataminer.migration.secure_channel", Severity.BLOCKER, reference="7 P7 D", when=_gate)
def secure_channels_work(seen: Messaging) -> Finding | None:
    """Errors of secure channels in the event log point to ciphers that BrokerGateway cannot use."""
    if not seen.schannel_errors.value:
        return None
    return finding(
        seen=f"{seen.schannel_errors.value} errors of Schannel in the system log",
        wanted="none",
        fix="enable TLS 1.2 with TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 or AES_256_GCM_SHA384",
    )


@RULES.rule("dataminer.migration.manual_config", Severity.WARNING, reference="7 P7 D", when=_gate)
def manual_config_was_looked_at(seen: Messaging) -> Finding:
    """NATSForceManualConfig must be the same on all nodes, and no check of the vendor looks at it."""
    return finding(
        seen=f"not looked at for {seen.goal.helper}: where this setting is kept is not published",
        wanted="the same on every node",
        fix="compare NATSForceManualConfig on all nodes by hand, then waive this",
    )
