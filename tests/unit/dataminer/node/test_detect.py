"""What is read of one node, and that nothing goes through the reverse proxy."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.roles import Role
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.node import detect
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.situation import Situation
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import NotRead
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Unreadable

from tests.unit.dataminer.system.answers import ABSENT, page, services, text, unanswered
from tests.unit.dataminer.system.sound_system import SOURCE, a_system, dms


def read(node):
    return detect.read(node.read)


def test_every_page_of_a_node_is_asked_past_the_reverse_proxy():
    asked = detect.questions("dma1b.example.lab")
    urls = [question["url"] for question in asked.values() if question["kind"] == "http"]
    assert len(urls) == 3
    assert all(url.endswith("bypassProxy=true") for url in urls), "an offline node would hand the request to its partner"


def test_the_tail_of_logs_and_the_whole_of_settings_are_read():
    assert detect.QUESTIONS["dm.failover_log"]["tail"]
    assert not detect.QUESTIONS["dm.dms"]["tail"]


def test_a_sound_node_is_read_whole():
    node = read(a_system()["dma1a"])
    assert node.is_installed
    assert node.unread() == {}
    assert str(node.version.value) == "10.4.0 (build 14772)"
    assert node.identity.value.id == 701
    assert node.running.value
    assert node.own_addresses == {"10.20.0.11", "10.20.0.10"}
    assert node.modules.value["SLNet"] == "10.4.2430.100"


def test_the_result_is_plain_data():
    result = read(a_system()["dma1a"]).as_result()
    assert result["version"] == "10.4.0 (build 14772)"
    assert result["history"][-1]["raw"] == SOURCE
    assert result["settings"]["max_upload_mb"] is None


@pytest.mark.parametrize(("name", "role"), [("dma1a", Role.ONLINE), ("dma1b", Role.OFFLINE)])
def test_a_role_is_told_by_independent_signs(name, role):
    system = a_system()
    told = system.look().node_role(name)
    assert told.role is role
    assert len(told.signs) == 3


def test_a_stale_state_in_dms_xml_does_not_stand_against_two_others():
    system = a_system()
    node = system["dma1b"]
    node.role = "Online"
    node.say(dms=text(dms(node)))
    assert system.look().node_role("dma1b").role is Role.OFFLINE


def test_the_rewrite_rule_tells_where_there_is_no_virtual_address():
    system = a_system()
    rule = '<rule name="dataminer-failover-reverseproxy-rule" enabled="{}">'
    for name, enabled in (("dma1a", "false"), ("dma1b", "true")):
        system[name].say(addresses=unanswered(), rewrite_rule=text(f"<rules>{rule.format(enabled)}</rule></rules>"))
    seen = system.look()
    assert (seen.node_role("dma1a").role, seen.node_role("dma1b").role) == (Role.ONLINE, Role.OFFLINE)


def test_a_node_without_a_partner_has_no_role_to_tell():
    system = a_system()
    seen = system.look()
    assert not seen.is_in_pair("dma2")
    assert Situation(seen, system.wanted).cluster.nodes["dma2"].role.value is Role.ONLINE


def test_a_line_without_a_version_is_not_guessed_at():
    node = a_system()["dma2"]
    node.run(SOURCE, "Hotfix")
    version = read(node).version
    assert not version.is_known
    assert "Hotfix" in version.unread_reason


def test_a_certificate_that_does_not_name_localhost_is_no_obstacle():
    node = a_system()["dma2"]
    node.say(
        gateway=unanswered("broken", "TrustFailure"),
        gateway_named=unanswered("broken", "TrustFailure"),
        gateway_plain=page([{"Name": "SLNet", "Version": None}]),
    )
    assert read(node).modules.value == {"SLNet": None}


def test_pages_that_say_nothing_are_told_with_their_reasons():
    node = a_system()["dma2"]
    node.say(gateway=page([], 503), gateway_named=unanswered("broken", "ConnectFailure"))
    assert read(node).modules.unread_reason == "ConnectFailure; HTTP status 503; refused"


def test_a_file_that_is_too_long_is_not_read_in_part():
    node = a_system()["dma2"]
    node.data("dm.dms")["length"] = 10_000_000
    assert "too many" in read(node).dms.unread_reason


def test_missing_settings_have_their_defaults():
    node = a_system()["dma2"]
    node.say(maintenance=ABSENT, slnet_config=ABSENT, connection=ABSENT)
    found = read(node)
    assert found.maintenance.value.max_upload_mb is None
    assert found.remoting_port.value == 8004
    assert found.connection.value.custom == ()


def test_a_node_with_a_stopped_core_service_does_not_run():
    node = a_system()["dma2"]
    node.say(services=services(("SLNet",), SLDataMiner=("stopped", "auto")))
    assert read(node).running.value is False


def test_since_when_dataminer_runs_is_not_guessed():
    node = a_system()["dma2"]
    assert read(node).running_for_minutes() > 15
    node.data("dm.processes")["processes"][1]["started_utc"] = None
    with pytest.raises(NotRead):
        read(node).running_for_minutes()


def test_a_host_without_dataminer_is_told_from_one_that_cannot_be_looked_at():
    node = a_system()["dma2"]
    node.say(root=ABSENT)
    assert not read(node).is_installed
    node.say(root=unanswered())
    with pytest.raises(Unreadable):
        read(node)


def test_own_addresses_do_without_the_network_cards():
    node = a_system()["dma1a"]
    node.say(addresses=unanswered("broken", "there is no question of kind 'network_addresses'"))
    assert read(node).own_addresses == {"10.20.0.11"}
