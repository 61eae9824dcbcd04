"""The world can be damaged: what the vendor warns of happens, and is written (scom 1, design 7)."""

from __future__ import annotations

import asyncio

from tests.lab.products.scom.components import SETUP_KEY
from tests.lab_unit.scom.builders import a_world, command_line, history, play, run_setup, start_setup, stop_services


def rules(built: object) -> list[str]:
    return [entry.get("rule") for entry in history(built).violations]


def test_two_setups_at_once_run_the_script_twice_and_damage_the_database() -> None:
    built = a_world(setup={"seconds": 0.1})

    async def work() -> None:
        stop_services(built, "ms1", "ms2")
        await asyncio.gather(run_setup(built, "ms1"), run_setup(built, "ms2"))

    play(work)
    assert {"setup_while_first_unfinished", "two_database_scripts"} <= set(rules(built))
    assert built.group.operational.state == "damaged"
    assert all(entry.get("source") for entry in history(built).violations)


def test_a_wrong_password_in_the_command_line_counts_against_the_lockout() -> None:
    built = a_world()
    play(lambda: run_setup(built, "ms1", command_line(built, DASAccountPassword="wrong")))
    assert history(built).refused == [(built.scenario.accounts["das"].name, "setup")]


def test_services_of_others_running_during_the_script_is_a_violation_per_server() -> None:
    built = a_world(scom={"servers": 3})
    play(lambda: run_setup(built, "ms1"))
    found = history(built).events("violation", rule="services_of_others_running")
    assert [entry.host for entry in found] == ["ms2.contoso.lab", "ms3.contoso.lab"]
    assert found[0].get("services") == ["HealthService", "OMSDK", "cshost"]


def test_service_started_elsewhere_during_the_script_is_a_violation() -> None:
    built = a_world(setup={"seconds": 0.2})

    async def work() -> None:
        stop_services(built, "ms2")
        process = start_setup(built, "ms1")
        await built.world.journal.wait_for("database.script", phase="start")
        built.world.find_host("ms2").services.start("OMSDK")
        assert process.task
        await process.task

    play(work)
    assert rules(built) == ["services_of_others_running"]


def test_service_started_elsewhere_while_the_first_setup_runs_but_not_its_script_is_a_violation() -> None:
    built = a_world(setup={"seconds": 0.2})

    async def work() -> None:
        stop_services(built, "ms2")
        process = start_setup(built, "ms1")
        await built.world.journal.wait_for("setup.progress", "ms1.contoso.lab", percent=70)
        built.world.find_host("ms2").services.start("HealthService")
        assert process.task
        await process.task
        built.world.find_host("ms2").services.start("OMSDK")

    play(work)
    (found,) = history(built).violations
    assert (found.get("rule"), found.host) == ("service_of_others_started", "ms2.contoso.lab")
    assert (found.get("services"), found.get("setup_of")) == (["HealthService"], "ms1.contoso.lab")
    assert found.get("source")


def test_second_setup_after_the_first_ended_but_before_it_is_healthy_is_a_violation() -> None:
    built = a_world(setup={"healthy_after": 5.0})

    async def work() -> None:
        stop_services(built, "ms2")
        await run_setup(built, "ms1")
        await run_setup(built, "ms2")

    play(work)
    assert rules(built) == ["setup_while_first_unfinished"]


def test_setup_killed_in_the_script_leaves_the_database_half_upgraded() -> None:
    built = a_world(setup={"seconds": 0.2})

    async def work() -> None:
        stop_services(built, "ms2")
        process = start_setup(built, "ms1")
        await built.world.journal.wait_for("database.script", phase="start")
        built.world.find_host("ms1").processes.kill(process)
        await built.world.journal.wait_for("setup.end", "ms1.contoso.lab")

    play(work)
    assert rules(built) == ["setup_killed"]
    assert built.group.operational.state == "half_upgraded"
    assert history(built).setups.first.exit_code is None


def test_reboot_under_setup_kills_it() -> None:
    built = a_world(setup={"seconds": 0.2})

    async def work() -> None:
        stop_services(built, "ms2")
        start_setup(built, "ms1")
        await built.world.journal.wait_for("setup.progress", "ms1.contoso.lab", percent=60)
        await built.world.find_host("ms1").reboot(0.0)

    play(work)
    assert rules(built) == ["setup_killed"]


def test_end_of_the_world_is_nobodys_violation() -> None:
    built = a_world(setup={"seconds": 5})

    async def work() -> None:
        stop_services(built, "ms2")
        start_setup(built, "ms1")
        await built.world.journal.wait_for("database.script", phase="start")
        await built.world.end()

    play(work)
    assert rules(built) == []


def test_setup_on_a_finished_server_is_started_twice() -> None:
    built = a_world(scom={"release": "2025", "target": "2025"})
    assert play(lambda: run_setup(built, "ms1")) == -17
    assert rules(built) == ["setup_started_twice"]


def test_setup_beside_a_running_one_is_started_twice_and_refused() -> None:
    built = a_world(setup={"seconds": 0.1})

    async def work() -> list[int]:
        stop_services(built, "ms2")
        return list(await asyncio.gather(run_setup(built, "ms1"), run_setup(built, "ms1")))

    assert play(work) == [0, -18]
    assert rules(built) == ["setup_started_twice"]


def test_a_first_server_refused_before_the_script_is_first_no_longer() -> None:
    built = a_world(hosts={"ms1": {"setup": {"outcome": "refused"}}})

    async def work() -> list[int]:
        stop_services(built, "ms1")
        return [await run_setup(built, "ms1"), await run_setup(built, "ms2")]

    assert play(work) == [-17, 0]
    assert rules(built) == []


def test_half_upgraded_group_is_mended_by_the_same_server() -> None:
    built = a_world(setup={"runs": [{"outcome": "database_error"}, {}]})

    async def work() -> list[int]:
        stop_services(built, "ms2")
        return [await run_setup(built, "ms1"), await run_setup(built, "ms1")]

    assert play(work) == [-1, 0]
    assert built.group.operational.state == "ok" and rules(built) == []
    assert built.world.find_host("ms1").registry.get(SETUP_KEY, "ServerVersion") == "10.25.10132.0"
