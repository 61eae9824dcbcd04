"""The hosts given against what the cluster says of itself (0.3, 6), and the state files it says it in (log-shapes 10)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.dms_xml import (
    DmsFailover,
    DmsMember,
    DmsRedirect,
    Endpoint,
    read_dms,
    read_endpoints,
    read_identity,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.state_xml import NotReadable
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.cluster import RULES
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.findings import Severity
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.judgement import judge
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.dataminer.system.systems import a_cluster, a_node, four_agents, pairs_and_single


def found(cluster):
    return [(one.rule.removeprefix("dataminer.cluster."), one.subject) for one in judge(RULES, cluster).findings]


def without(cluster, *names):
    return replace(cluster, nodes={name: node for name, node in cluster.nodes.items() if name not in names})


def test_a_whole_cluster_has_no_finding():
    assert found(four_agents()) == []
    assert found(pairs_and_single()) == []
    assert found(a_cluster(a_node("dma1", 701, "10.20.0.11", cluster=""))) == []


def test_an_agent_that_was_not_given_is_named_by_the_web_api_and_by_every_dms_xml():
    """A partial inventory would be a rolling upgrade."""
    rules = found(without(four_agents(), "dma3"))
    assert ("agents_given", "agent 703 dma3") in rules
    assert [subject for rule, subject in rules if rule == "members_given"] == ["dma1", "dma2", "dma4"]


def test_a_pair_of_which_one_node_is_given_is_incomplete():
    """The web API shows a pair as one row."""
    rules = found(without(pairs_and_single(), "dma1b"))
    assert rules == [("pairs_whole", "agent 701 dma1a")]


def test_an_address_that_only_dms_xml_knows_is_missed_too():
    cluster = four_agents()
    extra = a_node("dma1", 701, "10.20.0.11", members=("10.20.0.11", "10.20.0.99"))
    rules = found(replace(cluster, nodes={**cluster.nodes, "dma1": extra}))
    assert rules == [("members_given", "dma1")]


def test_the_virtual_address_of_a_pair_belongs_to_its_nodes():
    assert "members_given" not in [rule for rule, _unused in found(pairs_and_single())]


def test_a_host_of_another_cluster_is_a_stranger():
    cluster = four_agents()
    stranger = a_node("dma9", 709, "10.20.0.19", cluster="laby")
    rules = found(replace(cluster, nodes={**cluster.nodes, "dma9": stranger}))
    assert ("strangers", "dma9") in rules


def test_two_hosts_with_one_id_that_are_no_pair_are_refused():
    cluster = four_agents()
    twice = a_node("dma1-again", 701, "10.20.0.51", members=("10.20.0.11",))
    assert ("one_id_for_each", "DataMiner ID 701") in found(replace(cluster, nodes={**cluster.nodes, "dma1-again": twice}))


def test_agents_that_do_not_run_are_told_with_their_status():
    cluster = four_agents()
    agents = tuple(replace(agent, status="Switching") if agent.id == 702 else agent for agent in cluster.agents.value)
    (finding,) = judge(RULES, replace(cluster, agents=Fact.known(agents))).findings
    assert (finding.rule, finding.seen) == ("dataminer.cluster.all_running", "status Switching")


def test_an_agent_that_a_run_left_behind_stopped_is_a_warning_and_keeps_nobody_back():
    cluster = four_agents(dma2={"left_behind": True})
    agents = tuple(replace(agent, status="Not running") if agent.id == 702 else agent for agent in cluster.agents.value)
    (finding,) = judge(RULES, replace(cluster, agents=Fact.known(agents))).findings
    assert (finding.rule, finding.severity) == ("dataminer.cluster.left_behind_running", Severity.WARNING)


def test_web_versions_that_differ_are_a_warning():
    (finding,) = judge(RULES, four_agents(dma3={"web_version": Fact.known(parse("10.4.0.0-15634"))})).findings
    assert (finding.rule, finding.severity) == ("dataminer.cluster.one_web_version", Severity.WARNING)


def test_lost_contact_is_a_warning():
    cluster = four_agents()
    dms = replace(cluster.nodes["dma1"].dms.value, members=(DmsMember("10.20.0.12", 702, "2031-01-10 08:00:00", "2031-01-11 08:00:00"),))
    (finding,) = judge(RULES, four_agents(dma1={"dms": Fact.known(dms)})).findings
    assert (finding.rule, finding.subject) == ("dataminer.cluster.contact", "dma1")


def test_what_cannot_be_read_of_one_node_does_not_hide_the_others():
    cluster = without(four_agents(dma1={"dms": Fact.unread("DMS.xml", "cut")}), "dma3")
    findings = [one for one in judge(RULES, cluster).findings if one.rule == "dataminer.cluster.members_given"]
    assert [(one.subject, one.unknown) for one in findings] == [("dma1", True), ("dma2", False), ("dma4", False)]


def test_the_clusters_name_is_told_by_the_first_node_that_can_be_read():
    cluster = four_agents(dma1={"dms": Fact.unread("DMS.xml", "cut")})
    assert cluster.name == "labx"


def test_a_web_api_that_does_not_answer_blocks():
    assert judge(RULES, replace(four_agents(), agents=Fact.unread("the web API", "503"))).is_blocked


# The shapes are those of log-shapes 10, its two test files among them.
DMS = b"""<DMS xmlns="http://www.skyline.be/config/dms" errorTime="1">
  <Cluster name="labx" synchronize="true" />
  <DMA ip="10.20.0.11" timestamp="" />
  <DMA contacted_once="TRUE" ip="10.20.0.12" id="702" timestamp="2031-01-10 08:00:00" lostContact="" />
  <Redirects><Redirect to="10.20.0.12" via="https://dma2/APIGateway" user="u" pwd="secret" /></Redirects>
  <Failover State="Online" StateBeforeShutDown="Offline" />
</DMS>"""


def test_dms_xml_is_read():
    dms = read_dms(DMS)
    assert dms.cluster == "labx"
    assert dms.members == (DmsMember("10.20.0.11", None), DmsMember("10.20.0.12", 702, "2031-01-10 08:00:00"))
    assert dms.failover == DmsFailover("Online")
    assert not any(member.is_lost for member in dms.members)


def test_password_of_a_redirect_is_not_kept():
    assert read_dms(DMS).redirects == (DmsRedirect("10.20.0.12", "https://dma2/APIGateway"),)
    assert "secret" not in repr(read_dms(DMS))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b' xmlns="http://www.skyline.be/config/dms"', b""),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: b'<?xml version="1.0" encoding="utf-8"?>' + data,
    ],
)
def test_namespace_mark_and_declaration_change_nothing(change):
    assert read_dms(change(DMS)) == read_dms(DMS)


def test_contact_lost_after_it_was_had_is_lost():
    assert read_dms(DMS.replace(b'lostContact=""', b'lostContact="2031-01-11 08:00:00"')).members[1].is_lost
    assert not read_dms(DMS.replace(b'lostContact=""', b'lostContact="2031-01-09 08:00:00"')).members[1].is_lost


def test_a_cut_dms_xml_is_told():
    """An offline agent may hold one."""
    with pytest.raises(NotReadable):
        read_dms(DMS[:200])


def test_both_nodes_of_a_pair_are_known_by_one_id():
    identity = read_identity(b'<DataMiner id="701"><DMA><DMAName mode="manual">dma1</DMAName></DMA></DataMiner>')
    assert (identity.id, identity.name) == (701, "dma1")
    with pytest.raises(NotReadable, match="no DataMiner ID"):
        read_identity(b"<DataMiner/>")


def test_endpoints_are_read_without_their_secret():
    data = b'{"Endpoints":[{"IP":"10.20.0.11","IgnitionValue":"secret","AdditionalEndpoints":["10.20.0.10"]},{"IP":"10.20.0.21"}]}'
    assert read_endpoints(data) == (Endpoint("10.20.0.11", True, ("10.20.0.10",)), Endpoint("10.20.0.21", False))
    assert "secret" not in repr(read_endpoints(data))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"Endpoints":[1]}', b'{"Endpoints":[{"IP":1}]}', b"[" * 100_000])
def test_what_is_no_list_of_endpoints_is_told(data):
    with pytest.raises(NotReadable):
        read_endpoints(data)


@pytest.mark.parametrize("read", [read_dms, read_identity, read_endpoints])
@given(data=st.binary(max_size=300), at=st.integers(0, len(DMS)))
def test_any_bytes_are_read_or_told(read, data, at):
    for damaged in (data, DMS[:at] + data, DMS[:at] + data + DMS[at:]):
        try:
            read(damaged)
        except NotReadable as error:
            assert str(error)
