"""setup.exe in the lab behaves as the reference says it does: scom 3, 4; log-shapes 1-3, 6."""

from __future__ import annotations

import re

import pytest

from tests.lab.products.scom.components import SETUP_KEY
from tests.lab_unit.scom.builders import LOGS, a_world, command_line, history, log, play, run_setup, start_setup, stop_services


def test_an_upgrade_changes_registry_files_programs_database_and_leaves_services_running() -> None:
    built = a_world()

    async def work() -> int:
        stop_services(built, "ms2")
        return await run_setup(built, "ms1")

    assert play(work) == 0
    host = built.world.find_host("ms1")
    assert host.registry.get(SETUP_KEY, "ServerVersion") == host.registry.get(SETUP_KEY, "UIVersion") == "10.25.10132.0"
    dll = host.files.file(host.registry.get(SETUP_KEY, "InstallDirectory") + "MOMAgentManagement.dll")
    assert dll.version_info.file_version == "10.25.10132.0"
    assert {one.version for one in host.inventory.programs} == {"10.25.10132.0"}
    assert [host.services[name].status for name in ("OMSDK", "cshost", "HealthService")] == ["running"] * 3
    assert {5723, 5724} <= host.listeners
    state = built.group.snapshot()
    assert state["databases"]["OperationsManager"] == {"version": "10.25.10132.0", "build": "2025 RTM", "state": "ok", "scripts": 1}
    assert history(built).violations == []


def test_update_rollups_move_files_and_not_the_registry() -> None:
    host = a_world().world.find_host("ms1")
    assert host.registry.get(SETUP_KEY, "ServerVersion") == "10.22.10118.0"
    dll = host.files.file(host.registry.get(SETUP_KEY, "InstallDirectory") + "MOMAgentManagement.dll")
    assert dll.version_info.file_version == "10.22.11642.0"


def test_the_second_server_runs_no_database_script() -> None:
    built = a_world()

    async def work() -> list[int]:
        stop_services(built, "ms2")
        first = await run_setup(built, "ms1")
        await built.world.journal.wait_for("scom.healthy", "ms1.contoso.lab")
        return [first, await run_setup(built, "ms2")]

    assert play(work) == [0, 0]
    seen = history(built)
    assert len(seen.database_scripts) == 1 and seen.violations == []
    assert seen.setups.first.ends_before(seen.setups.others)


def test_unknown_switches_are_ignored_silently() -> None:
    built = a_world()
    assert play(lambda: run_setup(built, "ms1", command_line(built) + " /DataReaderAccountUser:x /InstallLocation:C:\\x")) == 0


def test_missing_licence_switch_fails_the_run_and_changes_nothing() -> None:
    built = a_world()
    code = play(lambda: run_setup(built, "ms1", command_line(built, AcceptEndUserLicenseAgreement=None)))
    assert code == -15
    assert "Have NOT acknowledge acceptance of the license terms" in log(built, "ms1")
    assert built.world.find_host("ms1").registry.get(SETUP_KEY, "ServerVersion") == "10.22.10118.0"
    assert history(built).events("setup.refused")[0].get("reason") == "missing_licence_switch"


def test_invalid_verb_is_told_in_the_second_bootstrap_log_only() -> None:
    built = a_world()
    assert play(lambda: run_setup(built, "ms1", "setup.exe /silent /install:ManagementServer")) != 0
    text = log(built, "ms1", "Setup1.log")
    assert "Invalid command line switches - no components switch found.. Error : 0x80004005" in text
    assert "Starting to wait." not in text
    assert not built.world.find_host("ms1").files.exists(f"{LOGS}\\OpsMgrSetupWizard.log")
    assert history(built).setups.hosts == []


def test_a_second_run_takes_the_next_bootstrap_numbers() -> None:
    built = a_world()

    async def work() -> None:
        await run_setup(built, "ms1", "setup.exe /nonsense")
        await run_setup(built, "ms1")

    play(work)
    assert "Starting to wait." in log(built, "ms1", "Setup3.log")


def test_wrong_service_password_fails_the_validation_of_accounts() -> None:
    built = a_world()
    assert play(lambda: run_setup(built, "ms1", command_line(built, DASAccountPassword="wrong"))) == -1
    text = log(built, "ms1")
    assert "failed to crack NT4 format" in text and "FATAL ACTION: ValidateAccounts" in text
    assert history(built).database_scripts == []


def test_account_without_sysadmin_fails_in_the_database_script() -> None:
    built = a_world(accounts={"setup": {"sysadmin": False}})

    async def work() -> int:
        stop_services(built, "ms2")
        return await run_setup(built, "ms1")

    assert play(work) == -1
    assert "Exception running sql string" in log(built, "ms1") and "0x80131904" in log(built, "ms1")
    assert built.group.operational.state == "half_upgraded"


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"database": {"full_text": False}}, -17, "Sql Server does not have Full Text Search installed."),
        ({"database": {"version": "13.0.6300.2"}}, -14, "CheckPrerequisites: OMDBSqlVersionCheck: Failed"),
        ({"database": {"configuration": {"allow updates": 1}}}, -1, "Ad hoc update to system catalogs is not supported."),
        ({"database": {"reachable": False}}, -1, "The server was not found or was not accessible"),
        ({"etl_surplus": 250_000}, -1, "Execution Timeout Expired."),
        (
            {"duplicate_aliases": [{"management_pack": "Custom.Pack", "version": "1.0.0.0", "aliases": ["Sys", "SYS"]}]},
            -1,
            "Unable to load management pack Custom.Pack.mp",
        ),
        ({"release": "2019 UR6", "target": "2025"}, -17, "OM component OMSERVER is not valid to install on this box."),
    ],
)
def test_what_the_world_lacks_makes_setup_fail_in_the_documented_way(changes: dict, code: int, text: str) -> None:
    built = a_world(scom=changes)

    async def work() -> int:
        stop_services(built, "ms2")
        return await run_setup(built, "ms1")

    assert play(work) == code
    assert text in log(built, "ms1")


def test_failed_prerequisite_stands_in_the_xml_with_its_key() -> None:
    built = a_world(setup={"outcome": "prerequisite", "failed_check": "ReportViewerCheckTitle"})
    assert play(lambda: run_setup(built, "ms1")) == -14
    xml = log(built, "ms1", "SCOMPrereqCheck.log")
    assert re.search(r'<Result StatusCode="2">\s*<Id>[0-9A-F-]{36}</Id>\s*<Status>Failed</Status>\s*<Check>ReportViewerCheckTitle', xml)
    assert "&lt;![CDATA[CheckPrerequisites: \t\tLogic Type:and" in xml
    assert history(built).database_scripts == []


def test_fatal_action_comes_after_its_first_cause_and_rolls_back() -> None:
    built = a_world(setup={"outcome": "fatal_action", "first_cause": "the invented cause", "fails_at": 0.6})

    async def work() -> int:
        stop_services(built, "ms2")
        return await run_setup(built, "ms1")

    assert play(work) == -1
    text = log(built, "ms1")
    assert text.index("the invented cause") < text.index("FATAL ACTION: ConfigureDatabase") < text.index("Application Ended: Failed")
    assert built.world.find_host("ms1").services["OMSDK"].is_running


def test_reboot_outcome_ends_with_3010_and_owes_a_restart() -> None:
    built = a_world(setup={"outcome": "reboot"})

    async def work() -> int:
        stop_services(built, "ms2")
        code = await run_setup(built, "ms1")
        assert built.group.servers["ms1.contoso.lab"].reboot_owed and not built.group.servers["ms1.contoso.lab"].is_healthy
        await built.world.find_host("ms1").reboot(0.0)
        return code

    assert play(work) == 3010
    assert not built.group.servers["ms1.contoso.lab"].reboot_owed
    assert "Application Ended: SuccessfulNeedReboot" in log(built, "ms1")


def test_exit_zero_may_have_changed_nothing() -> None:
    built = a_world(setup={"outcome": "no_change"})
    assert play(lambda: run_setup(built, "ms1")) == 0
    assert built.world.find_host("ms1").registry.get(SETUP_KEY, "ServerVersion") == "10.22.10118.0"


def test_roll_back_may_take_the_role_away() -> None:
    built = a_world(setup={"outcome": "vanish"})

    async def work() -> int:
        stop_services(built, "ms2")
        return await run_setup(built, "ms1")

    assert play(work) == -1
    host = built.world.find_host("ms1")
    assert host.registry.get(SETUP_KEY, "ServerVersion") is None and host.inventory.programs == [] and "OMSDK" not in host.services


def test_crash_leaves_no_verdict() -> None:
    built = a_world(setup={"outcome": "crash"})
    assert play(lambda: run_setup(built, "ms1")) == -1073741819
    assert "Application Ended" not in log(built, "ms1")


def test_runs_of_a_plan_are_taken_in_order() -> None:
    built = a_world(setup={"runs": [{"outcome": "prerequisite"}, {"outcome": "success"}]})

    async def work() -> list[int]:
        stop_services(built, "ms2")
        return [await run_setup(built, "ms1"), await run_setup(built, "ms1")]

    assert play(work) == [-14, 0]
    assert history(built).violations == []


@pytest.mark.parametrize(("encoding", "start"), [("utf-16", b"\xff\xfe["), ("utf-8", b"["), ("utf-8-bom", b"\xef\xbb\xbf[")])
def test_log_encoding_is_a_switch(encoding: str, start: bytes) -> None:
    built = a_world(uncertain={"log_encoding": encoding})
    play(lambda: run_setup(built, "ms1"))
    assert built.world.find_host("ms1").files.read(f"{LOGS}\\OpsMgrSetupWizard.log").startswith(start)


def test_log_lines_are_of_dialect_a_with_tabs() -> None:
    built = a_world()
    play(lambda: run_setup(built, "ms1"))
    first = log(built, "ms1").splitlines()[0]
    assert re.fullmatch(r"\[\d\d:\d\d:\d\d\]:\tAlways:\t:Application Started", first)


def test_property_bag_echoes_switches_but_no_password() -> None:
    built = a_world()
    play(lambda: run_setup(built, "ms1"))
    text = log(built, "ms1")
    assert "DASAccountUser = CONTOSO\\svc-scom-das" in text
    assert "we will not print the value of the property bag key DASAccountPassword" in text
    assert all(account.password not in text for account in built.scenario.accounts.values())


def test_registry_of_server_moves_before_that_of_the_console() -> None:
    built = a_world(setup={"seconds": 0.2})
    seen = []

    async def work() -> None:
        process = start_setup(built, "ms1")
        await built.world.journal.wait_for("setup.progress", "ms1.contoso.lab", percent=90)
        registry = built.world.find_host("ms1").registry
        seen.append((registry.get(SETUP_KEY, "ServerVersion"), registry.get(SETUP_KEY, "UIVersion")))
        assert process.task
        await process.task

    play(work)
    assert seen == [("10.25.10132.0", "10.22.10118.0")]


def test_bootstrap_may_return_before_the_chainer_ends() -> None:
    built = a_world(uncertain={"bootstrap": "returns_early"})

    async def work() -> int:
        code = await run_setup(built, "ms1")
        assert built.world.find_host("ms1").processes.find("SetupChainerUI")
        await built.world.journal.wait_for("setup.end", "ms1.contoso.lab")
        return code

    assert play(work) == 0


def test_full_disk_ends_the_run_as_failed() -> None:
    built = a_world()

    async def work() -> int:
        process = start_setup(built, "ms1")
        await built.world.journal.wait_for("setup.progress", "ms1.contoso.lab", percent=40)
        built.world.find_host("ms1").disks["C:"].free = 0
        assert process.task
        return await process.task

    assert play(work) == -1
