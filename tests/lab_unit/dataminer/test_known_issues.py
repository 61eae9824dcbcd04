"""Published faults of single versions strike in the lab as the reference says (dataminer 7, K1, K2, K5, K6, K10)."""

from __future__ import annotations

import pytest

from tests.lab.products.dataminer import state_files
from tests.lab_unit.dataminer.builders import PAIR_AND_ONE, a_system, history, node, play, progress, start, upgrade, versions


@pytest.mark.parametrize(("version", "strikes"), [("10.4.0 CU12", True), ("10.4.4", True), ("10.4.5", False), ("10.5.0 CU1", False)])
def test_checks_cannot_be_loaded_from_early_versions(version: str, strikes: bool) -> None:
    built = a_system(version=version, target="10.5.0 CU3")
    play(lambda: upgrade(built))
    assert ("System.Text.Json" in progress(built, "dma1")) is strikes
    assert (history(built).events("upgrade.start") == []) is strikes


@pytest.mark.parametrize(("expired", "strikes"), [(True, True), (False, False)])
def test_expired_users_keep_an_upgrade_from_ending(expired: bool, strikes: bool) -> None:
    built = a_system(version="10.5.0", target="10.5.1", users={"dataminer_api": {"expired": expired}})

    async def work() -> None:
        start(built)
        await built.world.journal.wait_for("upgrade.stall" if strikes else "upgrade.end")

    play(work)
    assert bool(history(built).events("upgrade.end", succeeded=True)) is not strikes


@pytest.mark.parametrize(("target", "strikes"), [("10.5.0 CU3", True), ("10.5.6", True), ("10.5.0 CU4", False), ("10.5.7", False)])
def test_default_upgrade_options_keep_slnet_from_starting(target: str, strikes: bool) -> None:
    built = a_system(version="10.5.0", target=target, default_upgrade_options=True)
    play(lambda: upgrade(built))
    assert (len(history(built).events("upgrade.end")[0].get("failed")) == 2) is strikes
    assert node(built, "dma1").is_service_running("SLNet") is not strikes


def test_it_starts_once_the_element_is_gone() -> None:
    built = a_system(agents=1, version="10.5.0", target="10.5.0 CU3", default_upgrade_options=True)

    async def work() -> None:
        await upgrade(built)
        node(built, "dma1").host.files.write(state_files.MAINTENANCE, state_files.maintenance({}))
        node(built, "dma1").start_services()
        await built.world.journal.wait_for("dataminer.state", state="Running")

    play(work)
    assert versions(built) == {"dma1": "10.5.0 CU3"}


@pytest.mark.parametrize(("target", "online"), [("10.4.1", False), ("10.4.2", True)])
def test_both_nodes_of_a_pair_stay_offline(target: str, online: bool) -> None:
    built = a_system(version="10.4.0", target=target, agents=PAIR_AND_ONE)
    play(lambda: upgrade(built, "dma2"))
    assert (built.dataminer.system.pairs[0].online is not None) is online
