"""UpgradeInfo.xml (1.2): every element explicitly, in the order of the vendor's sample, and back again."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.policy import Policy
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.state_xml import NotReadable
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility.upgrade_info import (
    OPTIONS,
    InvalidUpgradeInfo,
    UpgradeInfo,
    UpgradeOptions,
    read_upgrade_info,
    write_upgrade_info,
)
from hypothesis import given
from hypothesis import strategies as st

# The vendor's sample has these elements in this order (1.2); the agents are ours.
SAMPLE = b"""<UpgradeInfo>
  <Agents>
    <IP>localhost</IP>
    <IP>10.20.0.12</IP>
  </Agents>
  <IsCluster>true</IsCluster>
  <ExtractAllFiles>true</ExtractAllFiles>
  <DelayedStart>true</DelayedStart>
  <AutomaticStartServices>true</AutomaticStartServices>
  <StopSNMP>false</StopSNMP>
  <RebootAfterUpgrade>false</RebootAfterUpgrade>
  <FailoverPolicy>UseDefault</FailoverPolicy>
</UpgradeInfo>
"""
ORDER = [
    "Agents", "IsCluster", "ExtractAllFiles", "DelayedStart", "AutomaticStartServices", "StopSNMP", "RebootAfterUpgrade", "FailoverPolicy",
]  # fmt: skip


DEFAULTS = UpgradeOptions()


def info(*agents, options=DEFAULTS, policy=Policy.SIMULTANEOUSLY):
    return UpgradeInfo(agents or ("10.20.0.11",), True, options, policy)


def test_defaults_are_those_of_system_center():
    assert UpgradeOptions() == UpgradeOptions(
        extract_all_files=True, delayed_start=True, automatic_start=True, stop_snmp=True, reboot=False
    )


def test_every_element_is_written_in_the_order_of_the_sample():
    root = ET.fromstring(write_upgrade_info(info("10.20.0.11", "dma2.example.lab")))
    assert [element.tag for element in root] == ORDER
    assert [element.text for element in root.find("Agents")] == ["10.20.0.11", "dma2.example.lab"]


def test_the_defaults_are_written_explicitly():
    root = ET.fromstring(write_upgrade_info(info()))
    words = {element.tag: element.text for element in root if element.tag != "Agents"}
    assert words == {
        "IsCluster": "true",
        "ExtractAllFiles": "true",
        "DelayedStart": "true",
        "AutomaticStartServices": "true",
        "StopSNMP": "true",
        "RebootAfterUpgrade": "false",
        "FailoverPolicy": "Simultaneously",
    }


def test_the_file_has_no_declaration_and_no_namespace():
    assert write_upgrade_info(info()).startswith(b"<UpgradeInfo>\r\n")


def test_the_result_names_every_option_as_an_operator_does():
    assert info("dma1").as_result() == {
        "agents": ["dma1"],
        "is_cluster": True,
        "extract_all_files": True,
        "delayed_start": True,
        "automatic_start": True,
        "stop_snmp": True,
        "reboot": False,
        "failover_policy": "simultaneously",
    }


@pytest.mark.parametrize("name", [row.name for row in OPTIONS])
@pytest.mark.parametrize("value", [True, False])
def test_each_option_has_its_own_element(name, value):
    options = UpgradeOptions(**{name: value})
    element = next(row.element for row in OPTIONS if row.name == name)
    written = write_upgrade_info(info(options=options))
    assert f"<{element}>{str(value).lower()}</{element}>".encode() in written
    assert read_upgrade_info(written).options == options


@pytest.mark.parametrize(
    ("policy", "word"),
    [
        (Policy.SIMULTANEOUSLY, "Simultaneously"),
        (Policy.BACKUP_FIRST, "BackupFirst"),
        (Policy.BACKUP_FIRST_WITH_SWITCHBACK, "BackupFirstWithSwitchback"),
    ],
)
def test_each_policy_has_its_word(policy, word):
    assert f"<FailoverPolicy>{word}</FailoverPolicy>".encode() in write_upgrade_info(info(policy=policy))


def test_the_default_policy_is_never_written():
    with pytest.raises(InvalidUpgradeInfo, match="resolved"):
        write_upgrade_info(info(policy=Policy.DEFAULT))


def test_a_list_without_agents_is_never_written():
    with pytest.raises(InvalidUpgradeInfo, match="local one only"):
        write_upgrade_info(UpgradeInfo((), True, UpgradeOptions(), Policy.SIMULTANEOUSLY))


@pytest.mark.parametrize("agent", ["localhost", "127.0.0.1", "::1", "LOCALHOST.localdomain", "0.0.0.0"])
def test_a_loopback_address_is_never_written(agent):
    with pytest.raises(InvalidUpgradeInfo, match="real address"):
        write_upgrade_info(info(agent))


@pytest.mark.parametrize("agent", ["", "a b", "10.20.0", "<IP>", "dma1;dma2", "999.1.1.1", "dma1\n", "ü.example"])
def test_what_is_no_address_is_never_written(agent):
    with pytest.raises(InvalidUpgradeInfo, match="neither"):
        write_upgrade_info(info(agent))


def test_an_agent_is_written_once():
    with pytest.raises(InvalidUpgradeInfo, match="twice"):
        write_upgrade_info(info("DMA1", "dma1"))


def test_the_vendors_sample_is_read():
    read = read_upgrade_info(SAMPLE)
    assert read.agents == ("localhost", "10.20.0.12")
    assert read.is_cluster
    assert read.options == UpgradeOptions(stop_snmp=False)
    assert read.failover_policy is Policy.DEFAULT


@pytest.mark.parametrize("change", [lambda data: b"\xef\xbb\xbf" + data, lambda data: data.decode().encode("utf-16")])
def test_a_byte_order_mark_changes_nothing(change):
    assert read_upgrade_info(change(SAMPLE)) == read_upgrade_info(SAMPLE)


def test_unknown_elements_are_told():
    read = read_upgrade_info(SAMPLE.replace(b"</UpgradeInfo>", b"<KillIE>true</KillIE></UpgradeInfo>"))
    assert read.unknown == ("KillIE",)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"<StopSNMP>false</StopSNMP>", b"", "StopSNMP"),
        (b"<StopSNMP>false</StopSNMP>", b"<StopSNMP>yes</StopSNMP>", "neither true nor false"),
        (b"UseDefault", b"WhatEver", "FailoverPolicy"),
        (b"UpgradeInfo>", b"Other>", "begins with"),
        (b"</UpgradeInfo>", b"", "no readable"),
        (b"<UpgradeInfo>", b'<!DOCTYPE x [<!ENTITY a "b">]><UpgradeInfo>', "document type"),
    ],
)
def test_a_file_that_does_not_say_everything_is_refused_with_the_reason(old, new, reason):
    with pytest.raises(NotReadable, match=reason):
        read_upgrade_info(SAMPLE.replace(old, new))


ADDRESSES = st.ip_addresses().map(str) | st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z]{2,5})?", fullmatch=True)


@given(
    st.lists(ADDRESSES, min_size=1, max_size=5, unique=True),
    st.booleans(),
    st.builds(UpgradeOptions, st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans()),
    st.sampled_from([policy for policy in Policy if policy is not Policy.DEFAULT]),
)
def test_what_is_written_is_read_back(agents, is_cluster, options, policy):
    asked = UpgradeInfo(tuple(agents), is_cluster, options, policy)
    try:
        written = write_upgrade_info(asked)
    except InvalidUpgradeInfo:
        return
    assert read_upgrade_info(written) == asked


@given(st.binary(max_size=500) | st.text(max_size=300).map(lambda text: f"<UpgradeInfo>{text}</UpgradeInfo>".encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused(data):
    try:
        read_upgrade_info(data)
    except NotReadable as error:
        assert str(error)
