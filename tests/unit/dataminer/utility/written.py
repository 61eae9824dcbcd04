"""What an UpgradeInfo.xml of ours says, read with another reader than the one that wrote it."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.policy import POLICIES
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility.upgrade_info import (
    OPTIONS,
    UpgradeInfo,
    UpgradeOptions,
)

TRUTH = {"true": True, "false": False}


def read_upgrade_info(data: bytes) -> UpgradeInfo:
    root = ET.fromstring(data)
    said = {element.tag: element.text or "" for element in root}
    return UpgradeInfo(
        agents=tuple(one.text or "" for one in root.iterfind("Agents/IP")),
        is_cluster=TRUTH[said["IsCluster"]],
        options=UpgradeOptions(**{row.name: TRUTH[said[row.element]] for row in OPTIONS}),
        failover_policy=next(row.policy for row in POLICIES if row.word == said["FailoverPolicy"]),
    )
