"""UpgradeInfo.xml (1.2): every element explicitly and in the order of the vendor's sample."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.policy import Policy
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility.upgrade_info import (
    OPTIONS,
    InvalidUpgradeInfo,
    UpgradeInfo,
    UpgradeOptions,
    write_upgrade_info,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.dataminer.utility.written import read_upgrade_info

# The vendor's sample has these elements in this order (1.2).
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
