"""Agents on which an upgrade fails, and what becomes of the others."""

from __future__ import annotations

import pytest

from tests.lab_unit.dataminer.builders import a_system, history, node, play, progress, rules_broken, upgrade, versions


@pytest.mark.parametrize(("after", "state"), [("stopped", "Disconnected"), ("old_version_runs", "Running")])
def test_one_agent_fails_and_the_others_go_on(after: str, state: str) -> None:
    built = a_system(nodes={"dma2": {"upgrade": {"outcome": "fails"}}}, uncertain={"after_failure": after})

    async def work() -> None:
        await upgrade(built)
        if state == "Running":
            await built.world.journal.wait_for("dataminer.state", "dma2.contoso.lab", state=state)

    play(work)
    end = history(built).events("upgrade.end")[0]
    assert (end.get("succeeded"), end.get("failed")) == (False, ["dma2.contoso.lab"])
    assert versions(built) == {"dma1": "10.5.0 CU12", "dma2": "10.5.0 CU6"}
    assert node(built, "dma2").state.value == state
    lines = progress(built, "dma2").splitlines()
    assert lines[-3].startswith("notice|Executing 'dcomConfig.exe' failed")
    assert lines[-2:][0] == "step|Executing on-failure steps due to failure..."
    assert lines[-1].startswith("error|Upgrade failed: Execute failed:")
    assert rules_broken(built) == []


def test_a_failed_agent_can_follow_at_once() -> None:
    built = a_system(nodes={"dma2": {"upgrade": {"runs": [{"outcome": "fails"}, {"outcome": "success"}]}}})

    async def work() -> None:
        await upgrade(built)
        await upgrade(built, addresses=[node(built, "dma2").address], IsCluster="false")

    play(work)
    assert set(versions(built).values()) == {"10.5.0 CU12"} and rules_broken(built) == []


def test_a_stalled_agent_writes_nothing_and_then_goes_on() -> None:
    built = a_system(nodes={"dma2": {"upgrade": {"outcome": "stalls", "stall_seconds": 0.05}}})
    play(lambda: upgrade(built))
    assert history(built).events("upgrade.stall", "dma2.contoso.lab") and set(versions(built).values()) == {"10.5.0 CU12"}


def test_a_blind_watcher_sees_no_step_of_an_upgrade_that_ends_well() -> None:
    built = a_system(nodes={"dma2": {"upgrade": {"blind": True}}})
    play(lambda: upgrade(built))
    assert f"notice|Failed getting progress from http://{node(built, 'dma2').address}:8004/UpgradeService" in progress(built, "dma1")
    assert not [file for file in node(built, "dma2").host.files.walk() if file.path.endswith("progress.log")]
    assert set(versions(built).values()) == {"10.5.0 CU12"}


@pytest.mark.parametrize("trouble", ["receives", "size", "disk", "stopped"])
def test_an_agent_that_cannot_receive_the_package_stops_the_whole_upgrade(trouble: str) -> None:
    spec = {"receives": {"upgrade": {"receives": False}}, "size": {"maintenance": {"MaxUploadSize": 0}}, "stopped": {"running": False}}
    built = a_system(nodes={"dma2": spec.get(trouble, {})})

    async def work() -> None:
        if trouble == "disk":
            node(built, "dma2").host.disks["C:"].free = 10
        await upgrade(built)

    play(work)
    assert history(built).events("upload.end", "dma2.contoso.lab", succeeded=False)
    assert history(built).events("upgrade.start") == [] and set(versions(built).values()) == {"10.5.0 CU6"}
