"""Failover pairs: who is online, what the policies do to that, and who answers at which address (dataminer 5; 0.8)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.lab.products.dataminer import state_files
from tests.lab.products.dataminer.web import Request
from tests.lab_unit.dataminer.builders import PAIR_AND_ONE, a_system, history, node, play, rules_broken, upgrade, versions

SHARED = [{"name": "dma1", "partner": "dma1b", "addressing": "shared_name"}, "dma2"]


def pair(built: Any) -> Any:
    return built.dataminer.system.pairs[0]


def failover_log(built: Any, name: str) -> list[str]:
    return [line.rpartition("=> ")[2] for line in node(built, name).text(state_files.FAILOVER_LOG).splitlines()]


@pytest.mark.parametrize(
    ("policy", "switches", "online"),
    [("Simultaneously", 0, "dma1"), ("BackupFirst", 1, "dma1b"), ("BackupFirstWithSwitchback", 2, "dma1"), ("UseDefault", 1, "dma1b")],
)
def test_policies_end_in_the_documented_roles(policy: str, switches: int, online: str) -> None:
    built = a_system(agents=PAIR_AND_ONE, default_policy="BackupFirst")
    play(lambda: upgrade(built, "dma2", FailoverPolicy=policy))
    assert len(history(built).events("failover.switch")) == switches
    assert pair(built).online is node(built, online)
    assert set(versions(built).values()) == {"10.5.0 CU12"} and rules_broken(built) == []


def test_backup_first_upgrades_the_online_node_only_after_the_switch() -> None:
    built = a_system(agents=[{"name": "dma1", "partner": "dma1b", "online": "partner"}])
    play(lambda: upgrade(built, FailoverPolicy="BackupFirst"))
    seen = history(built)
    first, switch, second = (
        seen.events("node.upgrade.end", "dma1.contoso.lab")[0],
        seen.events("failover.switch")[0],
        seen.events("node.upgrade.start", "dma1b.contoso.lab")[0],
    )
    assert first.t <= switch.t <= second.t
    assert (switch.get("source"), switch.get("target")) == ("dma1b.contoso.lab", "dma1.contoso.lab")


def test_simultaneously_both_are_offline_for_a_while_and_then_one_is_online() -> None:
    built = a_system(agents=PAIR_AND_ONE)
    play(lambda: upgrade(built, "dma2"))
    assert failover_log(built, "dma1") == ["Online", "Offline", "Preparing to go online", "Online"]
    assert failover_log(built, "dma1b")[-1] == "Offline"


def test_a_backup_that_fails_is_not_switched_to() -> None:
    built = a_system(agents=PAIR_AND_ONE, nodes={"dma1b": {"upgrade": {"outcome": "fails"}}})
    play(lambda: upgrade(built, "dma2", FailoverPolicy="BackupFirst"))
    assert history(built).events("failover.switch") == [] and pair(built).online is node(built, "dma1")


@pytest.mark.parametrize(("kind", "switches"), [("automatic", 1), ("manual", 0)])
def test_an_automatic_pair_switches_when_its_online_node_stops(kind: str, switches: int) -> None:
    built = a_system(agents=PAIR_AND_ONE, failover=kind)

    async def work() -> None:
        node(built, "dma1").stop_services()
        await asyncio.sleep(0.05)  # longer than a switch takes, to see that none comes

    play(work)
    assert len(history(built).events("failover.switch", reason="heartbeats")) == switches


def test_both_nodes_have_one_id_and_their_files_say_who_is_online() -> None:
    built = a_system(agents=PAIR_AND_ONE)
    texts = {name: node(built, name).text(state_files.DMS) for name in ("dma1", "dma1b")}
    assert 'State="Online"' in texts["dma1"] and 'State="Offline"' in texts["dma1b"]
    assert 'id="701"' in node(built, "dma1").text(state_files.DATAMINER) and 'id="701"' in node(built, "dma1b").text(state_files.DATAMINER)
    assert pair(built).address in node(built, "dma2").text(state_files.ENDPOINTS)


@pytest.mark.parametrize(("switch", "state"), [("true", 'State="Online"'), ("stale", 'State="Offline"'), ("none", "")])
def test_the_state_in_dms_xml_may_be_stale(switch: str, state: str) -> None:
    built = a_system(agents=PAIR_AND_ONE, uncertain={"failover_state": switch})
    play(lambda: upgrade(built, "dma2", FailoverPolicy="BackupFirst"))
    text = node(built, "dma1b").text(state_files.DMS)
    assert (state in text) if state else ("<Failover" not in text)


def test_the_virtual_address_belongs_to_the_online_node_alone() -> None:
    built = a_system(agents=PAIR_AND_ONE)

    async def work() -> list[Any]:
        vip, owners = pair(built).address, []
        owners.append(built.world.find_host(vip).name)
        node(built, "dma1").stop_services()
        owners.append((built.world.find_host(vip), built.world.resolves(vip)))
        await built.world.journal.wait_for("failover.switch")
        owners.append(built.world.find_host(vip).name)
        return owners

    assert play(work) == ["dma1.contoso.lab", (None, True), "dma1b.contoso.lab"]


def gateway_status(built: Any, name: str, query: str = "") -> tuple[int, bool]:
    """Status, and whether the answer is that of the node itself."""
    other = node(built, "dma1").pair.other(node(built, name))
    other.host.services.stop("DataMiner APIGateway")
    reply = built.dataminer.web.answer(node(built, name), Request("GET", f"/APIGateway/api/version{query}"))
    other.host.services.start("DataMiner APIGateway")
    return reply.status, reply.status == 200


def test_an_offline_node_answers_with_the_online_one_unless_it_is_bypassed() -> None:
    built = a_system(agents=PAIR_AND_ONE)
    assert gateway_status(built, "dma1b") == (503, False)
    assert gateway_status(built, "dma1b", "?bypassProxy=true") == (200, True)
    assert gateway_status(built, "dma1") == (200, True)


@pytest.mark.parametrize(("agents", "own"), [(PAIR_AND_ONE, True), (SHARED, False)])
def test_the_proxy_may_be_there_for_shared_names_only(agents: list[Any], own: bool) -> None:
    built = a_system(agents=agents, uncertain={"reverse_proxy": "shared_name_only"})
    assert gateway_status(built, "dma1b")[1] is own


def test_the_proxy_has_nobody_to_ask_when_the_online_web_server_is_down() -> None:
    built = a_system(agents=PAIR_AND_ONE)
    node(built, "dma1").host.services.stop("W3SVC")
    assert built.dataminer.web.answer(node(built, "dma1b"), Request("GET", "/APIGateway/api/version")).status == 502
