"""An upgrade is proved by agreement of all evidence, never by one sign of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server import proof
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.verdict import Cause, Outcome, Verdict
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.proof import Proof

from tests.unit.scom.builders import ATask, a_group, a_management_server, an_observation

GOOD = Verdict(Outcome.PROVISIONAL_SUCCESS, "setup says it ended well", "Successful")
BEFORE = an_observation()
ENDED = "2026-03-01T01:40:00Z"


def upgraded(group=None, **server):
    return an_observation(a_management_server(release="2025", **server), group=group or a_group(database="2025"))


def prove(after=None, task=None, verdict=GOOD, before=BEFORE):
    return proof.of(before, after or upgraded(), Release.R2025, task or ATask("exited", 0, ended_utc=ENDED), verdict)


def wrong(proved) -> list[str]:
    assert not proved.proven
    return [item.name for item in proved.disagreeing]


def test_an_upgrade_is_proven_when_everything_agrees():
    proved = prove()
    assert proved.proven and proved.first_cause == ""
    assert {item.name for item in proved.items} >= {
        "exit code",
        "setup's log",
        "server version in the registry",
        "version of the server's files",
        "version of the operational database",
        "service OMSDK",
        "TCP 5724 (Data Access)",
    }
    assert all(set(item) == {"name", "expected", "seen", "agrees", "source", "acknowledged"} for item in proved.as_result())


def test_exit_code_zero_does_not_prove_an_upgrade_that_did_not_happen():
    assert wrong(prove(BEFORE)) == [
        "server version in the registry",
        "version of the server's files",
        "version of the operational database",
    ]


@pytest.mark.parametrize("code", [1603, -17, 1, 3221225786])
def test_a_bad_exit_code_fails_although_the_versions_moved(code):
    assert wrong(prove(task=ATask("exited", code))) == ["exit code"]


def test_a_failed_log_fails_although_setup_ended_with_zero_and_its_first_cause_is_told():
    cause = Cause(
        "Sql Server does not have Full Text Search installed.", "01:20:00", 77, "full-text search is missing", "add it to SQL Server"
    )
    proved = prove(verdict=Verdict(Outcome.FAILED, "FATAL ACTION: X", first_cause=cause))
    assert wrong(proved) == ["setup's log"]
    assert proved.first_cause == "Sql Server does not have Full Text Search installed. (full-text search is missing; add it to SQL Server)"


def test_how_setup_ended_can_be_acknowledged_and_everything_else_still_decides():
    failed, log = ATask("exited", -1), Verdict(Outcome.FAILED, "FATAL ACTION: X")
    proved = proof.of(BEFORE, upgraded(), Release.R2025, failed, log, acknowledged=True)
    assert proved.proven and proved.first_cause == ""
    assert [item.name for item in proved.items if item.acknowledged] == ["exit code", "setup's log"]
    unhealthy = proof.of(BEFORE, upgraded(ports=[5723]), Release.R2025, failed, log, acknowledged=True)
    assert wrong(unhealthy) == ["TCP 5724 (Data Access)"]
    assert not proof.setup_disagrees(unhealthy)


def test_without_a_cause_in_the_log_the_first_disagreement_is_the_cause():
    assert prove(upgraded(a_group(database="2022 UR3"))).first_cause.startswith("version of the operational database: 10.22.11642.0")


def test_an_unread_log_of_a_setup_that_ran_is_no_agreement():
    assert wrong(prove(verdict=None)) == ["setup's log"]


@pytest.mark.parametrize(
    ("after", "name"),
    [
        (upgraded(a_group(database="2022 UR3")), "version of the operational database"),
        (upgraded(Fact.unread("the group", "login failed")), "version of the operational database"),
        (upgraded(file_release="2022 UR3"), "version of the server's files"),
        (upgraded(doubts=["management server: service cshost missing"]), "marks on the host"),
        (upgraded(running=["OMSDK", "HealthService"]), "service cshost"),
        (upgraded(ports=[5723]), "TCP 5724 (Data Access)"),
    ],
    ids=["database of before", "database unread", "files of before", "new doubt", "service stopped", "port closed"],
)
def test_any_evidence_that_disagrees_fails(after, name):
    assert wrong(prove(after)) == [name]


def test_a_file_that_vanished_disagrees_and_one_that_never_was_there_is_left_out():
    def without_file(seen):
        server = replace(seen.me.installation.management_server, file_version=None)
        return replace(seen, me=replace(seen.me, installation=replace(seen.me.installation, components=(server,))))

    assert wrong(prove(without_file(upgraded()))) == ["version of the server's files"]
    assert prove(without_file(upgraded()), before=without_file(BEFORE)).proven


@pytest.mark.parametrize("code", [3010, 1641])
def test_a_restart_that_setup_asked_for_has_to_be_proved_by_the_boot_time(code):
    task = ATask("exited", code, ended_utc=ENDED)
    assert wrong(prove(task=task)) == ["restart"]
    assert prove(upgraded(boot_time_utc="2026-03-01T01:45:00.1234567Z"), task=task).proven


def test_a_lost_task_is_proved_without_an_exit_code_when_its_log_ended_well():
    assert prove(task=ATask("lost", lost_reason="rebooted")).proven
    unknown = Verdict(Outcome.UNKNOWN, "setup is gone and its log has no end")
    assert wrong(prove(task=ATask("lost"), verdict=unknown)) == ["setup's log"]


def test_a_server_that_is_at_the_target_already_is_proved_without_a_task():
    proved = proof.of(BEFORE, upgraded(), Release.R2025)
    assert proved.proven
    assert "exit code" not in {item.name for item in proved.items}


def test_nothing_proves_nothing():
    assert not Proof(()).proven


def test_a_proof_says_each_piece_of_evidence_on_a_line():
    lines = prove(upgraded(ports=[5723])).text().splitlines()
    assert "  NOT      TCP 5724 (Data Access): nothing listens (expected listening)" in lines
    assert any(line.startswith("  agrees   exit code: 0") for line in lines)


def test_waiting_helps_a_server_at_the_target_only():
    assert proof.is_settled(upgraded(), Release.R2025)
    assert proof.is_settled(BEFORE, Release.R2025), "a failed setup is not mended by waiting"
    assert not proof.is_settled(upgraded(running=[]), Release.R2025)
    assert not proof.is_settled(upgraded(Fact.unread("the group", "restarting")), Release.R2025)
