"""A node with several network cards is asked for, and named, by the one address that the cluster knows it by."""

from __future__ import annotations

import json

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.scope import addresses
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.situation import Situation

from tests.unit.dataminer.system.answers import ABSENT, answer, text
from tests.unit.dataminer.system.sound_system import System, a_system, upgraded

BACKUP_NETWORK, LATER = "10.1.0.12", "192.168.7.12"


def with_cards(system: System, name: str, *cards: str) -> System:
    """The same with further addresses on a node."""
    known = [one["address"] for one in system[name].data("dm.addresses")["addresses"]]
    system[name].say(addresses=answer(addresses=[{"address": one} for one in (*cards, *known)]))
    return system


def without_endpoints(system: System) -> System:
    """The same before 10.5: no ClusterEndpoints.json on any node."""
    for node in system.nodes:
        node.say(endpoints=ABSENT)
    return system


def asked_for(system: System, by: str) -> set[str]:
    names = prerequisites.mesh_questions(system.look(), by, system.options)
    return {name.removeprefix("dm.mesh.").rpartition(".")[0] for name in names}


@pytest.mark.parametrize("name", ["dma1b", "dma2"])
def test_a_card_that_the_cluster_does_not_use_is_no_way_between_its_nodes(name: str) -> None:
    """The lowest address of all cards would be one of the network for backups, and a false blocker."""
    system = with_cards(a_system(), name, BACKUP_NETWORK)
    assert asked_for(system, "dma1a") == {"10.20.0.12", "10.20.0.21"}


def test_dms_xml_tells_the_address_where_there_is_no_list_of_endpoints_yet() -> None:
    system = without_endpoints(with_cards(a_system(), "dma2", BACKUP_NETWORK))
    assert "10.20.0.21" in asked_for(system, "dma1a")


@pytest.mark.parametrize("card", [BACKUP_NETWORK, LATER])
def test_a_node_of_a_pair_that_no_file_names_is_taken_by_the_network_of_its_virtual_address(card: str) -> None:
    """DMS.xml names a pair by what it shares."""
    system = without_endpoints(with_cards(a_system(), "dma1b", card))
    assert "10.20.0.12" in asked_for(system, "dma2")


def test_the_list_of_endpoints_comes_before_any_guess() -> None:
    system = with_cards(a_system(), "dma1b", LATER)
    system["dma1b"].say(endpoints=text(json.dumps({"Endpoints": [{"IP": LATER, "AdditionalEndpoints": ["10.20.0.10"]}]})))
    assert LATER in asked_for(system, "dma2")


def test_the_half_of_a_pair_that_was_left_behind_is_named_by_the_address_that_the_cluster_knows() -> None:
    system = with_cards(upgraded(a_system(), "dma1a", "dma2"), "dma1b", BACKUP_NETWORK)
    assert addresses(Situation(system.look(), system.wanted).scope) == ("10.20.0.12",)
