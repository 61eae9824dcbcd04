"""UpgradeInfo.xml as the utility reads it (dataminer 1.2); what an absent element means is the lab's harsher reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree

POLICIES = ("UseDefault", "Simultaneously", "BackupFirst", "BackupFirstWithSwitchback")
LEGACY = ("BackupFirst", "BackupFirstWithSwitchback")


class BadUpgradeInfo(Exception):
    """A file the utility cannot use."""


@dataclass(frozen=True)
class UpgradeInfo:
    """The options of one run. `given` are the elements that were there."""

    agents: tuple[str, ...]
    is_cluster: bool = False
    extract_all_files: bool = True
    delayed_start: bool = True
    automatic_start: bool = True
    stop_snmp: bool = False
    reboot: bool = False
    policy: str = "UseDefault"
    given: tuple[str, ...] = field(default=())

    def options(self) -> dict[str, bool]:
        names = ("is_cluster", "extract_all_files", "delayed_start", "automatic_start", "stop_snmp", "reboot")
        return {name: getattr(self, name) for name in names}


LOCAL = UpgradeInfo(agents=("localhost",))
_FLAGS = {
    "IsCluster": "is_cluster",
    "ExtractAllFiles": "extract_all_files",
    "DelayedStart": "delayed_start",
    "AutomaticStartServices": "automatic_start",
    "StopSNMP": "stop_snmp",
    "RebootAfterUpgrade": "reboot",
}


def read(text: bytes) -> UpgradeInfo:
    """Reads the file. Raises BadUpgradeInfo.

    >>> read(b"<UpgradeInfo><Agents><IP>10.0.0.1</IP></Agents><StopSNMP>true</StopSNMP></UpgradeInfo>").stop_snmp
    True
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise BadUpgradeInfo(f"no XML: {error}") from error
    if root.tag != "UpgradeInfo":
        raise BadUpgradeInfo(f"the root is {root.tag}")
    agents = tuple((one.text or "").strip() for one in root.findall("Agents/IP"))
    if not agents:
        raise BadUpgradeInfo("it names no agent")
    flags = {name: _flag(tag, text) for tag, name in _FLAGS.items() if (text := root.findtext(tag)) is not None}
    policy = (root.findtext("FailoverPolicy") or "UseDefault").strip()
    if policy not in POLICIES:
        raise BadUpgradeInfo(f"FailoverPolicy is {policy!r}")
    return UpgradeInfo(agents, policy=policy, given=tuple(one.tag for one in root), **flags)


def _flag(tag: str, text: str) -> bool:
    if text.strip().lower() not in ("true", "false"):
        raise BadUpgradeInfo(f"{tag} is {text!r}")
    return text.strip().lower() == "true"
