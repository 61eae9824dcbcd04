"""Every rule of the prerequisites: what passes, what fails, and that nothing unread passes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.node import detect
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.names import PackageKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.prerequisites import Attestation, checks, mesh
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility.upgrade_info import UpgradeOptions
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.findings import Severity

from tests.unit.dataminer.system.sound_system import (
    ABSENT,
    FILE,
    GB,
    OPTIONS,
    RUNNING,
    System,
    a_cluster,
    a_system,
    answer,
    dms,
    entries,
    page,
    services,
    text,
    unanswered,
)

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
    """The gate of the migration, open: on 10.5.0 CU11."""

    def spoil(system: System) -> None:
        from_version("10.5.0.0-16300-20251119-release")(system)
        goal = replace(
            OPTIONS.wanted.goal,
            kind=PackageKind.HELPER,
            version=None,
            file=f"{name}.dmupgrade",
            helper=name,
            restarts_dataminer=False,
            prerequisites=(),
        )
        system.configure(goal=goal, known_source=parse("10.5.0 CU11"))

    return spoil


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
# Said of every system, or of every run of its kind: what one relies on, and what cannot be looked at.
ALWAYS = {"dataminer.backup.relied_on", "dataminer.utility.login_untried"}
OF_THE_GATE = {"dataminer.migration.manual_config"}
# A starting node that does not run is never chosen, so that only a named one can be meant: see the test of its own.
TESTED_ALONE = {"dataminer.host.left_behind_running", "dataminer.utility.message_box"}
OTHERS = ("dataminer.path.", "dataminer.known.", "dataminer.cluster.", "dataminer.scope.", "dataminer.failover.")


def test_a_sound_system_has_nothing_to_find():
    judgement = judged(a_system())
    assert {one.rule for one in judgement.findings} <= ALWAYS, judgement.text()
    assert not judgement.is_blocked


def test_every_rule_has_a_case_of_its_own():
    own = {name for name in prerequisites.ALL_RULES.names if not name.startswith(OTHERS)}
    assert own == set(FAILING) | ALWAYS | OF_THE_GATE | TESTED_ALONE


@pytest.mark.parametrize("rule", FAILING)
def test_what_the_rule_warns_of_is_found(rule):
    system = a_system()
    FAILING[rule](system)
    findings = found(system, rule)
    assert findings, judged(system).text()
    assert not any(one.unknown for one in findings)
    assert all(one.seen and one.wanted and one.fix and one.why for one in findings)


@pytest.mark.parametrize(
    "rule",
    [
        one
        for one in FAILING
        if not one.startswith(("dataminer.package.version", "dataminer.backup", "dataminer.utility", "dataminer.checks"))
    ],
)
def test_a_finding_names_the_offline_node(rule):
    system = a_system()
    FAILING[rule](system)
    assert any("dma1b" in (one.subject, one.host) for one in found(system, rule))


UNREAD: dict[str, tuple[str, ...]] = {
    "dm.disks": ("dataminer.package.disk_space",),
    "dm.maintenance": ("dataminer.package.upload_limit", "dataminer.messaging.nats_runs"),
    "dm.packages": ("dataminer.package.used", "dataminer.package.broken_off"),
    "dm.staged": ("dataminer.package.staged",),
    "dm.asp_net": ("dataminer.software.hosting_bundles",),
    "dm.dotnet": ("dataminer.software.framework_restart",),
    "dm.vc": ("dataminer.software.vc_runtimes",),
    "dm.pending_reboot": ("dataminer.host.pending_reboot",),
    "dm.session": ("dataminer.host.administrator",),
    "dm.services": ("dataminer.host.running", "dataminer.host.modules_running", "dataminer.messaging.nats_runs"),
    "dm.legacy.resources": ("dataminer.legacy.resources",),
    "dm.database": ("dataminer.legacy.keyspaces",),
    "dm.soft_launch": ("dataminer.legacy.api_deployment",),
}


@pytest.mark.parametrize(("question", "rules"), UNREAD.items())
@pytest.mark.parametrize("state", ["denied", "broken", "timeout"])
def test_what_cannot_be_read_is_not_passed(question, rules, state):
    system = a_system()
    system["dma1b"].answers[question] = unanswered(state)
    judgement = judged(system)
    for rule in rules:
        assert [one.unknown for one in judgement.findings if one.rule == rule] == [True], rule
        assert rule not in judgement.passed


UNREAD_LATER: dict[str, tuple[Any, str]] = {
    "dm.connection": (aim("10.6.2.0-16700"), "dataminer.grpc.connection_settings"),
    "dm.slnet_config": (aim("10.6.2.0-16700"), "dataminer.grpc.remoting_port"),
    "dm.dms": (aim("10.6.2.0-16700"), "dataminer.grpc.redirects"),
    "dm.snmp_ports": (FAILING["dataminer.snmp.port_conflict"], "dataminer.snmp.port_conflict"),
    "dm.processes": (helper(), "dataminer.migration.stable"),
    "dm.endpoints": (helper(), "dataminer.migration.endpoints"),
    "dm.asp_net": (helper(), "dataminer.migration.hosting_bundle"),
    "dm.broker_library": (helper(), "dataminer.migration.old_library"),
    "dm.schannel": (helper(), "dataminer.migration.secure_channel"),
    "dm.soft_launch": (helper(), "dataminer.migration.endpoints_manager"),
    "dm.broker_config": (both(say(maintenance=MIGRATED), say(services=ON_BROKER)), "dataminer.messaging.migrated_whole"),
    "dm.legacy.reports": (old_source(), "dataminer.legacy.reports"),
}


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("dm.utility.0", "dataminer.utility.present"),
        ("dm.ports", "dataminer.utility.remoting"),
        ("dm.processes", "dataminer.utility.arguments"),
        ("dm.history", "dataminer.utility.memory"),
    ],
)
def test_what_cannot_be_read_of_the_starting_node_is_not_passed(question, rule):
    system = a_system()
    system["dma2"].answers[question] = unanswered()
    assert any(one.unknown for one in found(system, rule))


@pytest.mark.parametrize("question", UNREAD_LATER)
def test_what_cannot_be_read_is_not_passed_where_it_matters(question):
    prepare, rule = UNREAD_LATER[question]
    system = a_system()
    prepare(system)
    system["dma1b"].answers[question] = unanswered()
    assert any(one.unknown for one in found(system, rule))


def test_an_open_gate_lets_the_migration_pass():
    system = a_system()
    helper()(system)
    judgement = judged(system)
    assert {one.rule for one in judgement.findings} <= ALWAYS | OF_THE_GATE, judgement.text()


def test_a_node_that_was_migrated_whole_passes():
    system = a_system()
    for node in system.nodes:
        node.say(maintenance=MIGRATED, services=ON_BROKER, broker_config=answer(path="x", size=10))
    assert not judged(system).is_blocked


def test_10_6_is_refused_on_a_cluster_that_was_not_migrated():
    system = a_system()
    from_version("10.5.12.0-16400-20251119-release")(system)
    system.aim("10.6.2.0-16700")
    rules = {one.rule for one in judged(system).blockers}
    assert {"dataminer.path.broker_gateway", "dataminer.messaging.migrated_whole"} <= rules


def test_a_cluster_that_was_not_migrated_is_refused_whatever_its_cumulative_update_is():
    system = a_system()
    from_version("10.5.0.0-16300-20251119-release")(system)
    system.aim("10.6.2.0-16700")
    assert [one.unknown for one in found(system, "dataminer.path.broker_gateway")] == [False]


@pytest.mark.parametrize("spoil", [both(), say(maintenance=MIGRATED, services=services())])
def test_web_applications_10_6_go_on_a_server_of_10_5_as_it_is(spoil):
    """P13: nothing of DataMiner itself is installed, and nothing of it need be migrated."""
    system = a_system()
    from_version("10.5.12.0-16400-20251119-release")(system)
    spoil(system)
    goal = replace(OPTIONS.wanted.goal, kind=PackageKind.WEB, version=parse("10.6.2.0-16700"), restarts_dataminer=False, prerequisites=())
    system.configure(goal=goal)
    judgement = judged(system)
    assert not judgement.is_blocked, judgement.text()
    assert "dataminer.messaging.migrated_whole" in judgement.skipped


def test_windows_snmp_that_is_stopped_by_the_upgrade_is_no_conflict():
    system = a_system()
    system["dma1b"].say(services=services(SNMP=("running", "auto")))
    assert "dataminer.snmp.port_conflict" in judged(system).skipped


@pytest.mark.parametrize(
    "spoil",
    [
        say(identity=text('<DataMiner id="701"><SNMP port="461"/></DataMiner>')),
        say(snmp_ports=text("snmp 1161/udp\r\n")),
        say(services=services(SNMP=("stopped", "manual"))),
        say(services=services()),
    ],
)
def test_different_ports_or_no_windows_snmp_are_no_conflict(spoil):
    system = a_system()
    FAILING["dataminer.snmp.port_conflict"](system)
    spoil(system)
    assert found(system, "dataminer.snmp.port_conflict") == []


def test_a_waived_conflict_is_reported_and_does_not_count():
    system = a_system()
    FAILING["dataminer.snmp.port_conflict"](system)
    judgement = prerequisites.judge(system.seen(), waived=["dataminer.snmp.port_conflict"])
    assert not judgement.is_blocked
    assert [one.rule for one in judgement.waived] == ["dataminer.snmp.port_conflict"]


def test_a_check_that_could_not_be_executed_is_told_from_one_that_failed():
    system = a_system()
    check_result(TestExecuted=False, ResultMessage="Test was not executed: x")(system)
    judgement = prerequisites.judge(system.seen(), waived=["dataminer.checks.not_executed"])
    assert not judgement.is_blocked
    check_result(Outcome="IssuesDetected")(system)
    assert prerequisites.judge(system.seen(), waived=["dataminer.checks.not_executed"]).is_blocked


def test_a_check_that_does_not_apply_to_an_offline_node_refuses_nothing():
    system = a_system()
    check_result(ResultMessage="This BPA does not apply for this Agent: cannot run on Offline Failover Agents")(system)
    assert not judged(system).is_blocked


def test_an_executor_that_wrote_nothing_refuses():
    system = a_system()
    system.checks["dma1b"] = checks.of_executor(OPTIONS.wanted.goal.prerequisites, None)
    assert any(one.unknown for one in found(system, "dataminer.checks.failed"))


def test_checks_that_were_not_run_are_skipped_and_not_passed():
    judgement = judged(a_system())
    assert {"dataminer.checks.failed", "dataminer.checks.not_executed", "dataminer.mesh.ports"} <= set(judgement.skipped)


def test_every_node_is_asked_for_every_other():
    system = a_system()
    asked = prerequisites.mesh_questions(system.look(), "dma1b", system.options)
    assert set(asked) == {f"dm.mesh.{address}.{port}" for address in ("10.20.0.11", "10.20.0.21") for port in (4222, 6222, 8004, 9090)}
    assert mesh.read.__module__


def test_a_single_agent_has_nobody_to_reach():
    system = a_cluster(1)
    assert prerequisites.mesh_questions(system.look(), "dma1", system.options) == {}


def test_the_utility_waits_behind_a_message_box_where_dataminer_does_not_run():
    seen = a_system().seen()
    assert seen.utility is not None
    spoiled = replace(seen, utility=replace(seen.utility, running=Fact.known(False), version=Fact.known(parse("10.4.3.0-14000"))))
    assert "dataminer.utility.message_box" in {one.rule for one in prerequisites.judge(spoiled).blockers}


def test_a_running_instance_is_the_way_round_misread_arguments():
    system = a_system()
    old_source()(system)
    assert found(system, "dataminer.utility.arguments") == []


def test_a_login_that_works_is_no_finding():
    system = a_system()
    system.login = Fact.known("")
    assert not {"dataminer.utility.login", "dataminer.utility.login_untried"} & {one.rule for one in judged(system).findings}


def test_backups_of_offline_nodes_are_not_asked_for():
    system = a_system()
    system.configure(attestation=None)
    system["dma1b"].say(**{"backup.0": entries()})
    assert found(system, "dataminer.backup.age") == []


def test_expired_users_are_looked_for_only_where_the_issue_can_strike():
    system = a_system()
    assert "dm.security" in prerequisites.questions(system.options)
    system.aim("10.5.0.0-15300")
    assert "dm.security" not in prerequisites.questions(system.options)


def test_the_event_log_is_asked_for_the_gate_of_the_migration_only():
    system = a_system()
    assert "dm.schannel" not in prerequisites.questions(system.options)
    helper()(system)
    assert prerequisites.questions(system.options)["dm.schannel"]["since_utc"] == "2000-01-01T00:00:00Z"
    assert prerequisites.questions(system.options, "2031-01-10T00:00:00Z")["dm.schannel"]["since_utc"] == "2031-01-10T00:00:00Z"


def test_known_issues_see_every_node():
    system = a_system()
    system.aim("10.5.1.0-15001")
    system["dma1b"].say(security=text('<Security><Users><User name="bob" expired="true"/></Users></Security>'))
    findings = found(system, "dataminer.known.expired_users")
    assert [one.subject for one in findings] == ["dma1b"]
    assert "bob" in findings[0].seen


def test_a_directory_that_answers_nothing_is_found_in_the_log():
    system = a_system()
    system.aim("10.5.1.0-15001")
    system["dma2"].say(directory_log=text("query (nETBIOSName=*) ...\r\nTotal rows: 0\r\n"))
    assert found(system, "dataminer.known.domain_users_locked_out")


def test_what_only_the_operator_knows_can_be_said():
    system = a_system()
    system.aim("10.5.5.0-15600")
    assert any(one.unknown for one in found(system, "dataminer.known.antivirus"))
    system.configure(antivirus=(), antivirus_excludes=True)
    assert found(system, "dataminer.known.antivirus") == []


@pytest.mark.parametrize(
    ("target", "rule", "options"),
    [
        ("10.5.5.0-15600", "antivirus", {}),
        ("10.5.5.0-15600", "antivirus_excludes_dataminer", {"antivirus": ("Example AV",)}),
        ("10.5.1.0-15001", "several_failover_addresses", {}),
    ],
)
def test_what_only_the_operator_knows_is_asked_for_by_the_name_of_its_option(target, rule, options):
    system = a_system()
    system.aim(target)
    system.configure(**options)
    assert any(f"dataminer_facts.{rule} " in one.fix for one in judged(system).findings if one.unknown)


VERIFIED = text("<VerifyResult><Timestamp>2031-01-12T22:00:00Z</Timestamp><Success>true</Success></VerifyResult>")


@pytest.mark.parametrize(("nodes", "passes"), [(("dma1a", "dma1b", "dma2"), True), (("dma1a", "dma2"), False), (("dma1b",), False)])
def test_cluster_ports_are_verified_when_every_node_has_done_it(nodes, passes):
    """P10; a result on one node says nothing about the ports of another."""
    system = a_system()
    from_version("10.0.0.0-9118-CU21")(system)
    system.aim("10.2.0.0-11517")
    for name in nodes:
        system[name].say(port_check=VERIFIED)
    assert (found(system, "dataminer.path.cluster_ports") == []) is passes


def test_questions_have_one_spelling_each():
    asked = {**detect.questions("dma1"), **prerequisites.questions(OPTIONS, "2031-01-10T00:00:00Z")}
    assert all(name.startswith("dm.") and question["kind"] for name, question in asked.items())


def test_the_table_of_rules_says_why_and_from_where():
    for name, severity, _waivable, reference, why in prerequisites.table():
        assert name.startswith("dataminer.")
        assert Severity(severity)
        assert reference[-1:] in "DIUW"
        assert why
