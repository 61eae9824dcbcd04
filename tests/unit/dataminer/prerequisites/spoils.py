"""Ways to spoil one thing of a sound system."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.prerequisites import Attestation, checks
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility.upgrade_info import UpgradeOptions
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact

from tests.unit.dataminer.system.answers import ABSENT, RUNNING, answer, entries, page, services, text
from tests.unit.dataminer.system.sound_system import FILE, GB, OPTIONS, System, dms

MIGRATED = text("<MaintenanceSettings><SLNet><BrokerGateway>true</BrokerGateway></SLNet></MaintenanceSettings>")
ON_BROKER = services(
    [one for one in RUNNING if one not in ("NAS", "NATS")],
    NAS=("stopped", "manual"),
    NATS=("stopped", "manual"),
    **{"nats-server": ("running", "auto")},
)


def judged(system: System):
    return prerequisites.judge(system.seen())


def found(system: System, rule: str):
    judgement = judged(system)
    return [one for one in judgement.findings if one.rule == rule]


def say(**answers: Any):
    """Changes answers of the offline node of the pair: a rule that skips it would not notice."""
    return lambda system: system["dma1b"].say(**answers)


def setting(question: str, **values: Any):
    return lambda system: system["dma1b"].data(question).update(values)


def aim(version: str, **changes: Any):
    return lambda system: system.aim(version, **changes)


def both(*spoils: Any):
    def spoil(system: System) -> None:
        for one in spoils:
            one(system)

    return spoil


def from_version(raw: str):
    def spoil(system: System) -> None:
        for node in system.nodes:
            node.run(raw)

    return spoil


def configure(**changes: Any):
    return lambda system: system.configure(**changes)


def helper(name: str = "NATSMigration"):
    """The gate of the migration, open."""
    return lambda system: system.open_gate(name)


def old_source(raw: str = "10.3.0.0-12790-20230301-release", target: str = "10.4.0.0-14000"):
    return both(from_version(raw), aim(target))


def check_result(**facts: Any):
    def spoil(system: System) -> None:
        results = json.dumps(
            [{"Name": one.removesuffix(".dll"), "Outcome": "NoIssues", "TestExecuted": True} for one in OPTIONS.wanted.goal.prerequisites]
        )
        rows = json.loads(results)
        rows[0].update(facts)
        content = json.dumps([row for row in rows if row.get("Outcome") != "gone"]).encode()
        system.checks["dma1b"] = checks.of_executor(OPTIONS.wanted.goal.prerequisites, content)

    return spoil


def reach(connected: bool):
    def spoil(system: System) -> None:
        system.mesh["dma1b"] = {"dm.mesh.10.20.0.21.443": answer(resolved=[], connected=connected, ms=1, socket_error=None)}

    return spoil


# Said of every system, or of every run of its kind: what one relies on, and what cannot be looked at.
ALWAYS = {"dataminer.backup.relied_on", "dataminer.utility.login_untried"}
OF_THE_GATE = {"dataminer.migration.manual_config"}


FAILING: dict[str, Any] = {
    "dataminer.package.version": configure(goal=replace(OPTIONS.wanted.goal, kind=PackageKind.UNKNOWN, version=None)),
    "dataminer.package.used": lambda system: system["dma1b"].keep(),
    "dataminer.package.upload_limit": say(
        maintenance=text("<MaintenanceSettings><SLNet><MaxUploadSize>500</MaxUploadSize></SLNet></MaintenanceSettings>")
    ),
    "dataminer.package.disk_space": setting("dm.disks", disks={"C:": {"size": 90 * GB, "free": 15 * GB}}),
    "dataminer.package.staged": setting("dm.staged", sha256="00" * 32),
    "dataminer.package.broken_off": lambda system: system["dma1b"].keep(log="progress|Uploading package...\r\n", names=[FILE]),
    "dataminer.software.windows": both(aim("10.6.2.0-16700"), setting("dm.os", build=9600)),
    "dataminer.software.hosting_bundles": say(asp_net=entries("6.0.36", "9.0.1", folder=True)),
    "dataminer.software.framework": both(aim("10.6.6.0-17000"), say(dotnet=answer(release=461808, has_35=False))),
    "dataminer.software.framework_restart": say(dotnet=answer(release=None, has_35=False)),
    "dataminer.software.vc_runtimes": say(vc=answer(runtimes={"x64": "14.44.35211.0"})),
    "dataminer.software.host_name": setting("dm.os", computer_name="A-NAME-TOO-LONG1"),
    "dataminer.host.pending_reboot": say(pending_reboot=answer(reasons=[{"reason": "component_servicing", "detail": []}])),
    "dataminer.host.administrator": say(session=answer(is_admin=False)),
    "dataminer.host.running": say(services=services([one for one in RUNNING if one != "SLDataMiner"], SLDataMiner=("stopped", "auto"))),
    "dataminer.host.modules_running": say(services=services(RUNNING[:-1], **{"DataMiner StorageModule": ("stopped", "auto")})),
    "dataminer.grpc.connection_settings": both(aim("10.6.2.0-16700"), say(connection=text("type=Polling\r\n"))),
    "dataminer.grpc.remoting_port": both(
        aim("10.6.2.0-16700"), say(slnet_config=text('<configuration><channel port="8005"/></configuration>'))
    ),
    "dataminer.grpc.redirects": lambda system: both(
        aim("10.6.2.0-16700"),
        say(dms=text(dms(system["dma1b"]).replace("</DMS>", '<Redirects><Redirect to="a" via="http://b:8004"/></Redirects></DMS>'))),
    )(system),
    "dataminer.grpc.gateway_answers": both(aim("10.6.2.0-16700"), say(gateway_named=page([{"Name": "APIGateway", "Version": "1"}]))),
    "dataminer.messaging.nats_runs": say(services=services([one for one in RUNNING if one != "NATS"], NATS=("stopped", "auto"))),
    "dataminer.messaging.migrated_whole": say(maintenance=MIGRATED),
    "dataminer.legacy.resources": say(**{"legacy.resources": answer(path="x", size=5000)}),
    "dataminer.legacy.reports": both(old_source(), say(**{"legacy.reports": answer(path="x", size=5000)})),
    "dataminer.legacy.api_deployment": say(soft_launch=text("<SLNet><APIDeployment>true</APIDeployment></SLNet>")),
    "dataminer.legacy.keyspaces": say(database=text('<DataBases><DataBase active="true" type="AmazonKeyspaces"/></DataBases>')),
    "dataminer.legacy.annotations": both(
        aim("10.6.2.0-16700"), say(soft_launch=text("<SLNet><LegacyAnnotations>true</LegacyAnnotations></SLNet>"))
    ),
    "dataminer.snmp.port_conflict": both(
        configure(options=UpgradeOptions(stop_snmp=False)), say(services=services(SNMP=("running", "auto")))
    ),
    "dataminer.mesh.ports": reach(False),
    "dataminer.checks.failed": check_result(Outcome="IssuesDetected", ResultMessage="too old", CorrectiveAction="renew it"),
    "dataminer.checks.not_executed": check_result(TestExecuted=False, ResultMessage="Exception during test execution: x"),
    "dataminer.checks.unclear": check_result(Outcome=7),
    "dataminer.checks.missing": check_result(Outcome="gone"),
    "dataminer.checks.warned": check_result(Outcome="Warning"),
    "dataminer.backup.attested": configure(attestation=Attestation("Ann", "2031-01-10T20:00:00Z")),
    "dataminer.backup.age": both(configure(attestation=None), lambda one: one["dma2"].say(**{"backup.0": entries()})),
    "dataminer.utility.present": lambda system: system["dma2"].say(**{"utility.0": ABSENT}),
    "dataminer.utility.arguments": both(old_source(), lambda one: one["dma2"].data("dm.processes")["processes"].pop(0)),
    "dataminer.utility.memory": from_version("10.1.0.0-9500-20210301-release"),
    "dataminer.utility.remoting": both(old_source(), lambda one: one["dma2"].data("dm.ports").update(listening=[])),
    "dataminer.utility.login": lambda system: setattr(system, "login", Fact.known("the user account has expired")),
    "dataminer.migration.stable": both(
        helper(),
        setting(
            "dm.processes",
            processes=[{"name": one, "process_id": 1, "started_utc": "2031-01-15T21:50:00Z"} for one in ("SLNet", "SLDataMiner")],
        ),
    ),
    "dataminer.migration.version": both(helper(), from_version("10.5.3.0-15400-20250219-release")),
    "dataminer.migration.hosting_bundle": both(helper(), say(asp_net=entries("8.0.11", folder=True))),
    "dataminer.migration.endpoints": both(
        helper(), say(endpoints=text('{"Endpoints":[{"IP":"10.20.0.12","IgnitionValue":null,"AdditionalEndpoints":["10.20.0.10"]}]}'))
    ),
    "dataminer.migration.endpoints_manager": both(
        helper(), say(soft_launch=text("<SLNet><ClusterEndpointsManager>false</ClusterEndpointsManager></SLNet>"))
    ),
    "dataminer.migration.old_library": both(helper(), say(broker_library=answer(path="x", size=1, file_version="2.9.1.0"))),
    "dataminer.migration.secure_channel": both(helper(), say(schannel=answer(count=4, by_id={}, oldest_record_utc="x"))),
}
