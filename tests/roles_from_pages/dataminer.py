"""The roles of DataMiner."""

from __future__ import annotations

from .shape import Apart, Bundle, Entry, Product, Role

FACTS = ("antivirus", "antivirus_excludes_dataminer", "snmpv3_elements", "several_failover_addresses")
URLS = (
    "dict({nodes} | map('extract', hostvars) | selectattr('dataminer_api_url', 'defined') | map(attribute='inventory_hostname') "
    "| zip({nodes} | map('extract', hostvars) | selectattr('dataminer_api_url', 'defined') | map(attribute='dataminer_api_url')))"
)
OF_THE_PACKAGE = "(dataminer_package | default({})).source | default('', true) | urldecode | win_basename | basename"


def _role(name: str, module: str, task: str, short_description: str, description: tuple[str, ...], without: tuple[str, ...] = ()) -> Role:
    return Role(name, module, task, {"main": Entry(short_description, description)}, run_once=True, without=without)


DATAMINER = Product(
    "dataminer",
    group="dataminer_agents",
    members="every node of the DataMiner System, both nodes of each Failover pair",
    servers="nodes",
    roles=(
        _role(
            "dataminer_helper_package",
            "dataminer_helper_package",
            "Run the helper package on the DataMiner System",
            "Run a helper package of the vendor on a whole DataMiner System",
            (
                "Runs a package that checks or migrates something, such as VerifyClusterPorts or NATSMigration, with "
                "M(systemcenter.upgrade.dataminer_helper_package).",
                "One task runs it on all nodes, however many hosts the play has. No version is installed.",
            ),
            # No version is installed that these could matter to, and a helper package may be run again.
            without=("fresh_upload", *FACTS),
        ),
        _role(
            "dataminer_preflight",
            "dataminer_prerequisites",
            "Check the prerequisites of the upgrade",
            "Check what blocks the upgrade of a DataMiner System",
            (
                "Checks every node of a DataMiner System, offline nodes of Failover pairs too, with "
                "M(systemcenter.upgrade.dataminer_prerequisites).",
                "Looks at the whole system in one task, however many hosts the play has. Changes nothing but its own folder on the nodes.",
            ),
        ),
        _role(
            "dataminer_upgrade",
            "dataminer_upgrade",
            "Upgrade the DataMiner System",
            "Upgrade a whole DataMiner System",
            (
                "Upgrades a DataMiner System as a whole with M(systemcenter.upgrade.dataminer_upgrade).",
                "One task upgrades all nodes, however many hosts the play has. A DataMiner System is never upgraded host by host.",
            ),
        ),
        _role(
            "dataminer_upload",
            "dataminer_package",
            "Bring the package to every node and run its checks",
            "Bring an upgrade package to every node of a DataMiner System, upload only",
            (
                "Brings the package to every node, verifies it there and runs its checks on every node with "
                "M(systemcenter.upgrade.dataminer_package).",
                "Installs nothing and restarts nothing.",
            ),
        ),
        _role(
            "dataminer_verify",
            "dataminer_health",
            "Verify the version and the health of the system",
            "Check whether a DataMiner System works, and verify its version",
            ("Looks at every node and the web API with M(systemcenter.upgrade.dataminer_health), and changes nothing.",),
        ),
    ),
    apart={
        "nodes": Apart(short=None, otherwise="groups['dataminer_agents'] | default([])", told="Defaults to the group C(dataminer_agents)."),
        "api_account": Apart(short="dataminer_accounts.api"),
        "upgrade_account": Apart(short="dataminer_accounts.upgrade"),
        "api_urls": Apart(short=None, otherwise=URLS, told="Defaults to C(dataminer_api_url) of each node that has one."),
        "agents": Apart(short="dataminer_scope_agents"),
        "state": Apart(short=None),
        # An empty one is an answer here: to look at the health alone.
        "target": Apart(
            short=None,
            value="{own} | default(" + OF_THE_PACKAGE + ")",
            told="Empty to look at the health alone. Defaults to the file of C(dataminer_package).",
        ),
        "poll_interval_seconds": Apart(own=None, short="dataminer_poll_interval"),
    },
    bundles={
        "facts": Bundle("dataminer_facts", "What cannot be seen from outside and some rules ask for.", FACTS),
    },
    others=("dataminer_api_url",),
)
