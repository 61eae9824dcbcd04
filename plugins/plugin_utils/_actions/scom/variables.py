# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The variables of the roles and playbooks of scom. Made from the pages of the modules by `make roles`: change those, and run it."""

from __future__ import annotations

from ..._upgrade.variables.table import Option, Product, Variable

PRODUCT = Product(
    "scom",
    group="scom_management_servers",
    members="every management server of the management group, gateways excluded",
    servers="management_servers",
    variables=(
        Variable("accept_license", ("scom_preflight",), Option("bool"), short="scom_accept_license"),
        Variable(
            "accept_license",
            ("scom_management_server",),
            Option("bool", required=True),
            short="scom_accept_license",
            reason="setup is started only for somebody who accepts the licence terms of the target release",
        ),
        Variable("backup_max_age_hours", ("scom_preflight", "scom_management_server"), Option("int"), short="scom_backup_max_age_hours"),
        Variable(
            "das_account",
            ("scom_preflight", "scom_management_server"),
            Option(
                "dict",
                required=True,
                keys={"type": Option(choices=("user", "local_system", "gmsa")), "name": Option(), "password": Option(secret=True)},
            ),
            short="scom_das_account",
        ),
        Variable(
            "data_reader_account",
            ("scom_preflight", "scom_management_server"),
            Option("dict", required=True, keys={"name": Option(required=True), "password": Option(secret=True)}),
            short="scom_data_reader_account",
        ),
        Variable("evidence_directory", ("scom_management_server",), Option("path"), short="scom_evidence_directory"),
        Variable("expected_minutes", ("scom_management_server",), Option("int"), short="scom_expected_minutes"),
        Variable("first", ("scom_preflight", "scom_management_server"), Option(), short="scom_first_management_server", names_server=True),
        Variable("give_up_minutes", ("scom_management_server",), Option("int"), short="scom_give_up_minutes"),
        Variable("health_minutes", ("scom_management_server",), Option("int"), short="scom_health_minutes"),
        Variable("management_servers", ("scom_preflight", "scom_management_server"), Option("list", elements="str")),
        Variable(
            "media",
            ("scom_preflight", "scom_management_server"),
            Option(
                "dict",
                required=True,
                keys={
                    "path": Option(required=True),
                    "sha256": Option(),
                    "source": Option(hashed_by="source_sha256"),
                    "source_sha256": Option(),
                },
            ),
            short="scom_media",
        ),
        Variable("patience_minutes", ("scom_management_server",), Option("int"), short="scom_patience_minutes"),
        Variable("poll_interval_seconds", ("scom_management_server",), Option("float"), short="scom_poll_interval", has_own=False),
        Variable("raise", ("scom_preflight", "scom_management_server"), Option("list", elements="str"), short="scom_raise"),
        Variable("reboot", ("scom_management_server",), Option("bool"), short="scom_reboot"),
        Variable("restart_lost", ("scom_management_server",), Option("bool"), short="scom_restart_lost"),
        Variable(
            "setup_account",
            ("scom_preflight", "scom_management_server"),
            Option("dict", required=True, keys={"name": Option(required=True), "password": Option(secret=True)}),
            short="scom_setup_account",
        ),
        Variable("setup_acknowledged", ("scom_management_server",), Option("list", elements="str"), short="scom_setup_acknowledged"),
        Variable("switches", ("scom_preflight", "scom_management_server"), Option("dict"), short="scom_switches"),
        Variable("target", ("scom_preflight", "scom_management_server"), Option(required=True), short="scom_target"),
        Variable("waive", ("scom_preflight", "scom_management_server"), Option("list", elements="str"), short="scom_waive"),
    ),
)
