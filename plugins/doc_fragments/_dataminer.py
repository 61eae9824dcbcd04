# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options that the DataMiner modules share. For this collection only; it may change in any release."""

from __future__ import annotations


class ModuleDocFragment:
    # The DataMiner System, for every module that looks at all of it.
    DOCUMENTATION = r"""
options:
  nodes:
    description:
      - The inventory's names of every node of the DataMiner System, both nodes of each Failover pair. Give all of them even when the play
        is limited.
      - The list is compared with what the system says of itself, and a difference is refused.
    type: list
    elements: str
    required: true
  api_account:
    description:
      - A user of DataMiner that may log in to the web API, best a local one without a second step and with few rights. Its answers tell
        which agents there are, in which state, with how many elements and alarms.
    type: dict
    required: true
    suboptions:
      name:
        description: The name of the user.
        type: str
        required: true
      password:
        description: Its password, as text; digits need quotes. A login that is refused is tried on no other node and not again in the run.
        type: str
        required: true
  api_urls:
    description:
      - By the inventory's name of a node, the URL under which the controller reaches its web server, without a path.
      - A node that is not named is reached at C(https://) and its name in the inventory.
      - The login goes to this URL alone. A redirection is not followed, a proxy of the environment is not used, and neither is C(.netrc).
    type: dict
    default: {}
  api_validate_certs:
    description: Whether the certificates of the nodes' web servers must be valid.
    type: bool
    default: true
  api_allow_http:
    description:
      - Whether a URL of O(api_urls) may begin with C(http://). Passwords go to it in clear then, once also that of the account that
        upgrades, which is an administrator of every node.
    type: bool
    default: false
  known_source:
    description:
      - The version that runs, where the nodes do not report it, such as V(10.4.0.0-14772 CU11). The version history of a node holds no
        cumulative update, and some rules depend on it.
    type: str
"""

    PACKAGE = r"""
options:
  package:
    description: The upgrade package.
    type: dict
    required: true
    suboptions:
      source:
        description:
          - Where the package is; a path on the controller, a URL that the nodes can download from, a share that O(upgrade_account) can
            read, or a path on the nodes such as C(D:\media\DataMiner 10.5.4.0-15588 Full Upgrade.dmupgrade).
          - Keep the name that the vendor gave the file. It is the only thing that says which version the package installs.
        type: str
        required: true
      sha256:
        description: SHA-256 of the file, 64 hexadecimal digits. Nothing else is ever run.
        type: str
        required: true
      cumulative_update:
        description: The number of the cumulative update, where the file's name does not say it.
        type: int
  staging_directory:
    description: Folder on the nodes for the package, its checks and what belongs to a run.
    type: str
    default: 'C:\ProgramData\systemcenter.upgrade\dataminer'
  package_cache:
    description: Folder on the controller for packages that it must read and that are not on it.
    type: str
    default: ~/.cache/systemcenter.upgrade/packages
"""

    # What a system is checked by before a package is brought to it.
    JUDGEMENT = r"""
options:
  upgrade_account:
    description:
      - The account that runs SLTaskbarUtility and the package's checks, a local administrator of every node. The utility logs in to
        DataMiner as the Windows account that runs it, so it must be an administrator of DataMiner as well.
      - Its password is tried with one logon in a whole run of C(ansible-playbook), on one node, before anything uses it. One that is
        refused is used nowhere. An account that is locked, or close to it, is not tried, where the directory reports that.
    type: dict
    required: true
    suboptions:
      name:
        description: C(DOMAIN\user), a group managed service account C(DOMAIN\name$), or V(SYSTEM).
        type: str
        required: true
      password:
        description: Its password, as text; digits need quotes. Leave it out for SYSTEM and for group managed service accounts.
        type: str
  fresh_upload:
    description:
      - Whether a package that was executed on the system before is meant to be uploaded afresh. Without it a used package is refused, as
        System Center does.
      - Also where an empty package folder leaves open whether it was executed, and somebody has looked at that node.
    type: bool
    default: false
  backup:
    description: Who says that every server can be restored. Without it the age of the last DataMiner backup of each node counts.
    type: dict
    suboptions:
      who:
        description: Who says it.
        type: str
        required: true
      at:
        description: When the last of these was made, such as V(2026-03-01T20:00:00Z).
        type: str
        required: true
      what:
        description: What there is.
        type: str
        default: snapshots of all servers
  backup_max_age_hours:
    description: How old, in hours, what O(backup) says, or the youngest backup of DataMiner on each node, may be.
    type: int
    default: 24
  stable_minutes:
    description: For how long, in minutes, every agent must run before a migration to BrokerGateway. No other package asks for it.
    type: int
    default: 15
  antivirus:
    description: Names of antivirus programs of other vendors on the nodes; V([]) for none. Some versions have an issue with them.
    type: list
    elements: str
  antivirus_excludes_dataminer:
    description: Whether the programs of O(antivirus) leave C(C:\Skyline DataMiner) alone.
    type: bool
  snmpv3_elements:
    description: How many elements use SNMPv3. Some versions have an issue with them.
    type: int
  several_failover_addresses:
    description: Whether a Failover pair has more than two virtual addresses or several network cards. Some versions have an issue with it.
    type: bool
  check_timeout_minutes:
    description: How many minutes the package's own checks may take on one node before the run ends. They continue there.
    type: int
    default: 30
  poll_interval_seconds:
    description: Seconds between two looks, 0.1 or more; by default 5, then 15, then 60.
    type: float
"""

    # How an upgrade is done: what System Center's Upgrade window offers.
    UPGRADE = r"""
options:
  scope:
    description:
      - Whether the whole cluster is upgraded, or the agents of O(agents) only.
      - DataMiner is upgraded as a whole. V(agents) is allowed where it leaves no cluster on two versions, such as for a single agent,
        or to finish a run that broke off; else it must be acknowledged by name with O(acknowledge).
    type: str
    choices: [cluster, agents]
    default: cluster
  agents:
    description: For O(scope=agents), names or addresses of agents, also of one that is no host of the inventory.
    type: list
    elements: str
    default: []
  failover_policy:
    description:
      - How the two nodes of a Failover pair are upgraded.
      - V(default) is what the system's own setting says; it is resolved and shown before it is used. Where that was never changed
        setting it is V(simultaneously), and where it does not name exactly one policy, or differs between the nodes, it is refused.
      - V(backup_first) and V(backup_first_with_switchback) are legacy policies the vendor advises against. They must be acknowledged
        with O(acknowledge), and are refused for a major upgrade.
    type: str
    choices: [simultaneously, backup_first, backup_first_with_switchback, default]
    default: simultaneously
  acknowledge:
    description:
      - Risks the vendor advises against that you accept for this run. They are written into the evidence.
      - V(two_versions) is a cluster that is left on two versions, which is unsupported and can corrupt data.
      - V(legacy_policy) is one of the two legacy Failover policies.
      - V(unproved_upgrade) closes an upgrade that was started before, has ended and can never be verified, for example because somebody has
        upgraded the system further since. It is verified once more; where that fails the task fails too, the record of the upgrade is
        removed and no longer blocks the next one. An upgrade that runs is never closed.
    type: list
    elements: str
    choices: [two_versions, legacy_policy, unproved_upgrade]
    default: []
  extract_all_files:
    description: System Center's option Extract All Files; every system file is replaced.
    type: bool
    default: true
  delayed_start:
    description: System Center's option Delayed Start; the services of DataMiner start after those of Windows.
    type: bool
    default: true
  automatic_start:
    description: System Center's option Automatic Start Services. With V(false) somebody starts DataMiner by hand on every node afterwards.
    type: bool
    default: true
  stop_snmp:
    description:
      - System Center's option Stop SNMP; the SNMP service of Windows is stopped first.
      - With V(false) it is checked that SLSNMPAgent and the SNMP service of Windows do not use the same port.
    type: bool
    default: true
  reboot:
    description: System Center's option Reboot After Upgrade; every server is restarted at the end.
    type: bool
    default: false
  orchestrator:
    description: The inventory's name of the node to start the upgrade from. By default one is chosen, and the reason is shown.
    type: str
    default: ''
  pair_entry:
    description: How a Failover pair is named to SLTaskbarUtility. The vendor publishes nothing on it (uncertain).
    type: str
    choices: [pair, online_node, both_nodes]
    default: pair
"""

    # How a package that is executed is followed.
    RUN = r"""
options:
  restart_lost:
    description:
      - Whether to start an upgrade again whose result is not known, such as when its server was restarted. Read C(progress.log) on
        the nodes first. Nothing is started while anything of it still runs.
      - A node that was given up (see O(stall_minutes)) needs it once as well, to close that upgrade; the run after it starts again.
    type: bool
    default: false
  expected_minutes:
    description: How long an upgrade usually takes here, in minutes; shown beside its progress.
    type: int
    default: 60
  give_up_minutes:
    description: After how many minutes of watching to end the task. The upgrade continues; the next run attaches to it.
    type: int
    default: 180
  patience_minutes:
    description:
      - How many minutes a node may be out of reach before the task ends. An upgrade that runs continues.
      - For as long every node is waited for at the beginning as well, for one that is restarting may be the one to attach to. Nothing is
        waited for in check mode, and where a logon is refused.
    type: int
    default: 30
  stall_minutes:
    description:
      - After how many minutes without a new line in its log a node is said to be stalled. The longest silent step the vendor documents
        takes 30 minutes.
      - That is reported and ends nothing on the node. It is given up only where its log has an error as well and the utility has ended,
        and where an upload stands still on all nodes. It is not upgraded again before somebody has looked at it, see O(restart_lost).
    type: float
    default: 45
  begin_minutes:
    description:
      - How many minutes to wait for a first trace on any node after the utility has ended, before it is said to have refused. It may have
        handed its work to the utility in the tray, which begins with bringing the package to the nodes (uncertain).
      - Only then, and when nothing of an upgrade is seen on any node, the next run starts it again.
    type: float
    default: 30
  health_minutes:
    description: How many minutes every node and the web API may take afterwards until they work.
    type: int
    default: 60
  evidence_directory:
    description: Folder on the controller for the logs of all nodes and the proof, readable by the account of the run alone.
    type: str
    default: dataminer-evidence
"""
