"""The simulated group, written without this knowledge, is read by it: detection, command line, logs and verdict."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host import detect
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.command_line import (
    management_server_upgrade,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.bootstrap import read_bootstrap_log
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.narrator import Narrator
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.verdict import Outcome, judge
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.wizard import read_setup_log
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.accounts import Account
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Answers

from tests.lab_unit.scom.builders import LOGS, SETUP_EXE, SETUP_USER, a_world, play, run_setup, stop_services
from tests.lab_unit.windows.builders import hand


def host_of(built, name):
    host = built.world.find_host(name)
    assert host
    return host


async def detected(built, name):
    result = await hand(host_of(built, name), "host_probe", questions=detect.QUESTIONS)
    return detect.read(Answers.from_result(result["answers"]))


def our_line(built):
    accounts = built.scenario.accounts
    line = management_server_upgrade(
        Account(accounts["das"].name, password=accounts["das"].password),
        Account(accounts["data_reader"].name, password=accounts["data_reader"].password),
        accept_license=True,
    )
    arguments = line.arguments
    for name, text in line.secrets.items():
        arguments = arguments.replace("{secret:" + name + "}", text)
    return f"{SETUP_EXE} {arguments}"


@pytest.mark.parametrize(("release", "rollup"), [("2022 UR3", "UR3"), ("2019 UR6", "UR6"), ("2016 UR10", "UR10")])
def test_a_simulated_server_is_detected_with_its_rollup(release, rollup):
    built = a_world(scom={"release": release})

    async def whole():
        installation = await detected(built, "ms1")
        assert installation.management_server.release is Release.from_text(release.split()[0])
        assert installation.management_server.update_rollup == rollup
        assert installation.console is not None
        assert installation.console.update_rollup == rollup
        assert installation.management_group
        assert installation.operational_database.name == "OperationsManager"
        assert installation.doubts == ()

    play(whole)


def test_our_command_line_upgrades_a_simulated_server_and_its_logs_are_understood():
    built = a_world()

    async def whole():
        stop_services(built, "ms2")
        assert await run_setup(built, "ms1", our_line(built), SETUP_USER) == 0
        files = host_of(built, "ms1").files
        wizard = files.read(f"{LOGS}\\OpsMgrSetupWizard.log")
        assert judge(read_setup_log(wizard), exit_code=0).outcome is Outcome.PROVISIONAL_SUCCESS
        assert Narrator().feed(wizard)
        assert not any(read_bootstrap_log(files.read(f"{LOGS}\\Setup{number}.log")).refusal for number in range(2))
        installation = await detected(built, "ms1")
        assert installation.management_server.release is Release.R2025
        assert installation.management_server.update_rollup == "RTM"
        assert installation.doubts == ()

    play(whole)
