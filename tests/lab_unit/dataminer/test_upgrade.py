"""An upgrade of the whole system: upload to all, checks on all, actions on all, and what it leaves (dataminer 1.1, 2, 4, 9)."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.lab.products.dataminer import state_files
from tests.lab_unit.dataminer.builders import (
    PAIR_AND_ONE,
    a_system,
    history,
    node,
    package_path,
    play,
    progress,
    rules_broken,
    start,
    upgrade,
    versions,
)


def test_every_node_gets_the_new_code_and_writes_its_history_at_the_first_start() -> None:
    built = a_system(agents=PAIR_AND_ONE)
    play(lambda: upgrade(built, "dma2"))
    assert versions(built) == dict.fromkeys(("dma1", "dma1b", "dma2"), "10.5.0 CU12")
    for name in versions(built):
        last = node(built, name).text(state_files.HISTORY).splitlines()[-1]
        assert last.endswith(";10.5.0.0-16806-20260220-release")
    assert rules_broken(built) == [] and history(built).defects == []


def test_one_operation_is_one_start_however_many_nodes_take_part() -> None:
    built = a_system(agents=4)
    play(lambda: upgrade(built))
    seen = history(built)
    assert len(seen.events("upgrade.start")) == len(seen.events("upgrade.end", succeeded=True)) == 1
    events = ("upload.end", "prerequisite.run", "node.upgrade.start", "node.upgrade.end")
    assert [len(seen.events(event)) for event in events] == [4, 4, 4, 4]


def test_the_package_goes_to_the_orchestrator_first_and_to_an_offline_node_last() -> None:
    built = a_system(agents=PAIR_AND_ONE)
    play(lambda: upgrade(built, "dma2"))
    assert [entry.host.partition(".")[0] for entry in history(built).events("upload.start")] == ["dma2", "dma1", "dma1b"]


def test_a_successful_upgrade_keeps_only_progress_log() -> None:
    built = a_system()
    play(lambda: upgrade(built))
    folders = node(built, "dma2").host.files.entries(state_files.PACKAGES)
    assert [one.name[:-33] for one in folders] == ["DataMiner 10.5.0.0(CU12)-16806 Full Upgrade.dmupgrade"]
    assert node(built, "dma2").host.files.list(folders[0].path) == ["progress.log"]


def test_services_are_back_and_start_delayed() -> None:
    built = a_system()
    play(lambda: upgrade(built))
    service = node(built, "dma2").host.services["SLDataMiner"]
    assert (service.is_running, service.start_mode, service.delayed) == (True, "auto", True)
    assert {80, 443, 8004} <= node(built, "dma2").host.listeners


def test_without_automatic_start_the_code_is_there_but_no_history() -> None:
    built = a_system(agents=1)

    async def work() -> None:
        await upgrade(built, AutomaticStartServices="false")
        assert versions(built) == {"dma1": "10.5.0 CU6"} and node(built, "dma1").version.title == "10.5.0 CU12"
        node(built, "dma1").start_services()
        await built.world.journal.wait_for("dataminer.state", state="Running")

    play(work)
    assert versions(built) == {"dma1": "10.5.0 CU12"}


def test_stop_snmp_stops_the_windows_service() -> None:
    built = a_system(agents=1, nodes={"dma1": {"windows_snmp": "running"}})
    play(lambda: upgrade(built))
    assert not node(built, "dma1").is_service_running("SNMP") and rules_broken(built) == []


def test_reboot_after_upgrade_restarts_every_host() -> None:
    built = a_system()
    play(lambda: upgrade(built, RebootAfterUpgrade="true"))
    assert {entry.host for entry in history(built).events("reboot.end")} == {"dma1.contoso.lab", "dma2.contoso.lab"}
    assert set(versions(built).values()) == {"10.5.0 CU12"} and rules_broken(built) == []


def test_a_missing_redistributable_restarts_the_host_although_nobody_asked() -> None:
    built = a_system(nodes={"dma2": {"vc_redistributable": "14.32.31326.0"}})
    play(lambda: upgrade(built))
    assert [entry.host for entry in history(built).events("reboot.start", reason="upgrade")] == ["dma2.contoso.lab"]
    assert node(built, "dma2").host.inventory.vc_runtimes["x64"] == "14.44.35211.0"
    assert set(versions(built).values()) == {"10.5.0 CU12"} and rules_broken(built) == []


def test_the_upgrade_outlives_the_utility_that_began_it() -> None:
    built = a_system(upgrade={"seconds": 0.1})

    async def work() -> int:
        process = start(built)
        assert process.task
        code = await process.task
        assert built.dataminer.system.operation is not None
        assert [one.name for one in node(built, "dma1").host.processes.find("SLTaskbarUtility") if one.parent_id == process.id]
        await built.world.journal.wait_for("upgrade.end")
        return code

    assert play(work) == 1
    assert set(versions(built).values()) == {"10.5.0 CU12"}


def test_a_utility_that_survives_ends_with_the_operation() -> None:
    built = a_system(uncertain={"self_replacement": "survives", "exit_code": 3})
    assert play(lambda: upgrade(built)) == 3
    assert history(built).events("upgrade.end")[0].t <= history(built).events("utility.end")[0].t


def test_a_web_package_moves_the_web_version_without_a_restart() -> None:
    built = a_system(package={"kind": "web"})
    play(lambda: upgrade(built))
    assert history(built).events("service.stop") == [] and versions(built)["dma1"] == "10.5.0 CU6"
    assert node(built, "dma2").web_version.title == "10.5.0 CU12" and rules_broken(built) == []


def test_the_migration_package_leaves_every_node_on_brokergateway() -> None:
    built = a_system(package={"kind": "NATSMigration"})
    play(lambda: upgrade(built))
    for name in ("dma1", "dma2"):
        one = node(built, name)
        assert one.has_broker_gateway and one.is_service_running("nats-server") and not one.is_service_running("NAS")
        assert one.host.services["NATS"].start_mode == "manual" and one.host.files.is_file(state_files.MESSAGE_BROKER)
    assert history(built).events("service.stop", service="SLDataMiner") == []


def test_the_ports_helper_leaves_its_cached_result() -> None:
    built = a_system(package={"kind": "VerifyClusterPorts"})
    play(lambda: upgrade(built))
    path = rf"{state_files.ROOT}\Upgrades\Helper\VerifyClusterPorts\VerifyClusterPorts.LastRun.xml"
    assert "<Success>true</Success>" in node(built, "dma2").text(path)


def test_a_host_that_goes_down_in_the_middle_is_a_killed_upgrade() -> None:
    built = a_system(upgrade={"seconds": 0.3})

    async def work() -> None:
        start(built)
        await built.world.journal.wait_for("upgrade.step", "dma2.contoso.lab", action="Update Files")
        await node(built, "dma2").host.reboot()
        await built.world.journal.wait_for("upgrade.end")

    play(work)
    assert rules_broken(built) == ["upgrade_killed"]
    assert node(built, "dma2").broken and versions(built)["dma1"] == "10.5.0 CU12"


def test_the_end_of_the_world_is_nobodys_violation() -> None:
    built = a_system(upgrade={"seconds": 5})

    async def work() -> None:
        start(built)
        await built.world.journal.wait_for("upgrade.step", action="Kill")
        await built.world.end()

    play(work)
    assert rules_broken(built) == []


def test_progress_lines_can_have_address_and_time() -> None:
    built = a_system(agents=1, uncertain={"progress_lines": "full", "progress_tail": "finished"})
    play(lambda: upgrade(built))
    last = progress(built, "dma1").splitlines()[-1]
    assert last.startswith(f"{node(built, 'dma1').address}|20") and last.endswith("|information|Upgrade finished")


def test_journal_names_what_was_asked_for_and_no_secret() -> None:
    built = a_system()
    play(lambda: upgrade(built, StopSNMP="false"))
    begun = history(built).events("upgrade.start")[0]
    assert begun.get("options") == {
        "is_cluster": True,
        "extract_all_files": True,
        "delayed_start": True,
        "automatic_start": True,
        "stop_snmp": False,
        "reboot": False,
    }
    assert begun.get("policy") == "Simultaneously" and begun.get("to") == "10.5.0 CU12" and not history(built).contains("CANARY")
    assert json.loads(json.dumps(built.world.snapshot()))["dataminer"]["nodes"]["dma1.contoso.lab"]["upgrades"] == 1


def test_an_upload_does_not_survive_a_restart_where_it_does_not() -> None:
    built = a_system(agents=1, stored=[{"state": "Uploaded"}], uncertain={"uploaded_survives_restart": False})

    async def work() -> list[str]:
        one = node(built, "dma1")
        folder = one.host.files.entries(state_files.PACKAGES)[0].path
        assert one.host.files.list(folder) == [package_path(built).rpartition("\\")[2], "progress.log"]
        one.stop_services()
        one.start_services()
        await asyncio.sleep(0)
        return one.host.files.list(folder)

    assert play(work) == ["progress.log"]


def test_a_restart_that_the_package_itself_makes_is_no_kill() -> None:
    built = a_system(nodes={"dma1": {"vc_redistributable": None}}, uncertain={"self_replacement": "survives"})

    async def work() -> None:
        start(built)
        await built.world.journal.wait_for("upgrade.end")

    play(work)
    assert history(built).events("reboot.end", "dma1.contoso.lab") and rules_broken(built) == []
    assert set(versions(built).values()) == {"10.5.0 CU12"}


def test_a_half_upgraded_cluster_can_be_run_whole_again() -> None:
    built = a_system(agents=4, nodes={"dma1": {"version": "10.5.0 CU12"}, "dma2": {"version": "10.5.0 CU12"}})
    play(lambda: upgrade(built, "dma3"))
    assert set(versions(built).values()) == {"10.5.0 CU12"} and rules_broken(built) == []


@pytest.mark.parametrize("line", ["cu", "hotfix"])
def test_history_lines_can_be_of_another_kind(line: str) -> None:
    built = a_system(agents=1, uncertain={"history_line": line})
    play(lambda: upgrade(built))
    expected = {"cu": "10.5.0.0-16806-CU12", "hotfix": "Hotfix"}[line]
    assert node(built, "dma1").text(state_files.HISTORY).splitlines()[-1].endswith(f";{expected}")


@pytest.mark.parametrize("kind", ["truncated", "absent"])
def test_dms_xml_can_be_broken(kind: str) -> None:
    built = a_system(nodes={"dma2": {"dms_xml": kind}})
    text = node(built, "dma2").text(state_files.DMS)
    assert not text.rstrip().endswith("</DMS>") and node(built, "dma1").text(state_files.DMS).rstrip().endswith("</DMS>")
