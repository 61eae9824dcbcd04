# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The variables of the roles and playbooks of dataminer. Made from the pages of the modules by `make roles`: change those, and run it."""

from __future__ import annotations

from ..._upgrade.variables.table import Option, Product, Variable

PRODUCT = Product(
    "dataminer",
    group="dataminer_agents",
    members="every node of the DataMiner System, both nodes of each Failover pair",
    servers="nodes",
    variables=(
        Variable(
            "acknowledge",
            ("dataminer_preflight", "dataminer_upgrade"),
            Option("list", elements="str", choices=("two_versions", "legacy_policy", "unproved_upgrade")),
            short="dataminer_acknowledge",
        ),
        Variable("agents", ("dataminer_preflight", "dataminer_upgrade"), Option("list", elements="str"), short="dataminer_scope_agents"),
        Variable(
            "api_account",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload", "dataminer_verify"),
            Option("dict", required=True, keys={"name": Option(required=True), "password": Option(required=True, secret=True)}),
            short="dataminer_accounts.api",
        ),
        Variable(
            "api_allow_http",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload", "dataminer_verify"),
            Option("bool"),
            short="dataminer_api_allow_http",
        ),
        Variable(
            "api_urls",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload", "dataminer_verify"),
            Option("dict"),
        ),
        Variable(
            "api_validate_certs",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload", "dataminer_verify"),
            Option("bool"),
            short="dataminer_api_validate_certs",
        ),
        Variable("automatic_start", ("dataminer_preflight", "dataminer_upgrade"), Option("bool"), short="dataminer_automatic_start"),
        Variable(
            "backup",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload"),
            Option("dict", keys={"who": Option(required=True), "at": Option(required=True), "what": Option()}),
            short="dataminer_backup",
        ),
        Variable(
            "backup_max_age_hours",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload"),
            Option("int"),
            short="dataminer_backup_max_age_hours",
        ),
        Variable("begin_minutes", ("dataminer_helper_package", "dataminer_upgrade"), Option("float"), short="dataminer_begin_minutes"),
        Variable(
            "check_timeout_minutes",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload"),
            Option("int"),
            short="dataminer_check_timeout_minutes",
        ),
        Variable("delayed_start", ("dataminer_preflight", "dataminer_upgrade"), Option("bool"), short="dataminer_delayed_start"),
        Variable("evidence_directory", ("dataminer_helper_package", "dataminer_upgrade"), Option(), short="dataminer_evidence_directory"),
        Variable("expected_minutes", ("dataminer_helper_package", "dataminer_upgrade"), Option("int"), short="dataminer_expected_minutes"),
        Variable("extract_all_files", ("dataminer_preflight", "dataminer_upgrade"), Option("bool"), short="dataminer_extract_all_files"),
        Variable(
            "facts",
            ("dataminer_preflight", "dataminer_upgrade", "dataminer_upload"),
            Option(
                "dict",
                keys={
                    "antivirus": Option("list", elements="str"),
                    "antivirus_excludes_dataminer": Option("bool"),
                    "snmpv3_elements": Option("int"),
                    "several_failover_addresses": Option("bool"),
                },
            ),
            short="dataminer_facts",
        ),
        Variable(
            "failover_policy",
            ("dataminer_preflight", "dataminer_upgrade"),
            Option(choices=("simultaneously", "backup_first", "backup_first_with_switchback", "default")),
            short="dataminer_failover_policy",
        ),
        Variable(
            "fresh_upload", ("dataminer_preflight", "dataminer_upgrade", "dataminer_upload"), Option("bool"), short="dataminer_fresh_upload"
        ),
        Variable("give_up_minutes", ("dataminer_helper_package", "dataminer_upgrade"), Option("int"), short="dataminer_give_up_minutes"),
        Variable("health_minutes", ("dataminer_helper_package", "dataminer_upgrade"), Option("int"), short="dataminer_health_minutes"),
        Variable(
            "known_source",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload", "dataminer_verify"),
            Option(),
            short="dataminer_known_source",
        ),
        Variable(
            "nodes",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload", "dataminer_verify"),
            Option("list", elements="str"),
        ),
        Variable("orchestrator", ("dataminer_preflight", "dataminer_upgrade"), Option(), short="dataminer_orchestrator"),
        Variable(
            "package",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload"),
            Option(
                "dict",
                required=True,
                keys={"source": Option(required=True), "sha256": Option(required=True), "cumulative_update": Option("int")},
            ),
            short="dataminer_package",
        ),
        Variable(
            "package_cache",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload"),
            Option(),
            short="dataminer_package_cache",
        ),
        Variable(
            "pair_entry",
            ("dataminer_preflight", "dataminer_upgrade"),
            Option(choices=("pair", "online_node", "both_nodes")),
            short="dataminer_pair_entry",
        ),
        Variable("patience_minutes", ("dataminer_helper_package", "dataminer_upgrade"), Option("int"), short="dataminer_patience_minutes"),
        Variable(
            "poll_interval_seconds",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload", "dataminer_verify"),
            Option("float"),
            short="dataminer_poll_interval",
            has_own=False,
        ),
        Variable(
            "raise",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload"),
            Option("list", elements="str"),
            short="dataminer_raise",
        ),
        Variable("reboot", ("dataminer_preflight", "dataminer_upgrade"), Option("bool"), short="dataminer_reboot"),
        Variable("restart_lost", ("dataminer_helper_package", "dataminer_upgrade"), Option("bool"), short="dataminer_restart_lost"),
        Variable("run_checks", ("dataminer_preflight",), Option("bool"), short="dataminer_run_checks"),
        Variable("scope", ("dataminer_preflight", "dataminer_upgrade"), Option(choices=("cluster", "agents")), short="dataminer_scope"),
        Variable(
            "stable_minutes",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload"),
            Option("int"),
            short="dataminer_stable_minutes",
        ),
        Variable(
            "staging_directory",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload"),
            Option(),
            short="dataminer_staging_directory",
        ),
        Variable("stall_minutes", ("dataminer_helper_package", "dataminer_upgrade"), Option("float"), short="dataminer_stall_minutes"),
        Variable("state", ("dataminer_upload",), Option(choices=("available", "uploaded", "absent"))),
        Variable("stop_snmp", ("dataminer_preflight", "dataminer_upgrade"), Option("bool"), short="dataminer_stop_snmp"),
        Variable("target", ("dataminer_verify",), Option()),
        Variable(
            "upgrade_account",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload"),
            Option("dict", required=True, keys={"name": Option(required=True), "password": Option(secret=True)}),
            short="dataminer_accounts.upgrade",
        ),
        Variable("wait_minutes", ("dataminer_verify",), Option("int"), short="dataminer_wait_minutes"),
        Variable(
            "waive",
            ("dataminer_helper_package", "dataminer_preflight", "dataminer_upgrade", "dataminer_upload"),
            Option("list", elements="str"),
            short="dataminer_waive",
        ),
    ),
    others=("dataminer_api_url",),
)
