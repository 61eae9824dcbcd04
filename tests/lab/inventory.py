"""The inventory of a served world: how Ansible reaches its hosts, and every variable the main playbook needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.lab.building import BuiltWorld
from tests.lab.scenario import AccountSpec, Scenario

SERVERS = "scom_management_servers"
AGENTS = "dataminer_agents"


def inventory(built: BuiltWorld, ports: Mapping[str, Any], directory: Path, certificate: Path | None = None) -> dict[str, Any]:
    """The inventory as plain data. `ports` are those of the front end, by host."""
    scenario = built.scenario
    groups: dict[str, Any] = {}
    servers = [server.name for server in scenario.servers if scenario.host(server.name).in_inventory]
    if scenario.scom:
        groups[SERVERS] = {"hosts": {name: {} for name in servers}}
    if built.dataminer:
        groups[AGENTS] = {"hosts": {name: {} for name in built.dataminer.members if scenario.host(name).in_inventory}}
    for name in scenario.host_names():
        for group in scenario.host(name).groups:
            groups.setdefault(group, {"hosts": {}})["hosts"][name] = {}
    urls = built.dataminer.listeners.reserve(directory) if built.dataminer else {}
    hosts = {name: _host(scenario, name, ports[name]) for name in scenario.host_names() if scenario.host(name).in_inventory}
    for name in urls.keys() & hosts.keys():
        hosts[name] = {"dataminer_api_url": urls[name], **hosts[name]}
    variables = {**_connection(scenario, certificate), **_scom(built, directory), **_dataminer(built, directory), **scenario.inventory}
    return {"all": {"vars": variables, "hosts": hosts, "children": groups}}


def write(built: BuiltWorld, ports: Mapping[str, Any], directory: Path, certificate: Path | None = None) -> Path:
    """Writes DIR/inventory.yml; it holds the passwords of this world, which are worth nothing elsewhere."""
    path = directory / "inventory.yml"
    path.write_text(yaml.safe_dump(inventory(built, ports, directory, certificate), sort_keys=False), encoding="utf-8")
    return path


def _host(scenario: Scenario, name: str, ports: Any) -> dict[str, Any]:
    port = ports.https if scenario.connection.protocol == "https" else ports.http
    return {"ansible_host": "127.0.0.1", "ansible_port": port, **scenario.host(name).variables}


def _connection(scenario: Scenario, certificate: Path | None) -> dict[str, Any]:
    connection, operator = scenario.connection, scenario.accounts["operator"]
    variables: dict[str, Any] = {
        "ansible_connection": connection.plugin,
        "ansible_user": operator.given_name or operator.name,
        "ansible_password": operator.given_password or operator.password,
        "ansible_become_method": "ansible.builtin.runas",
    }
    if connection.plugin == "psrp":
        return variables | {
            "ansible_psrp_protocol": connection.protocol,
            "ansible_psrp_auth": connection.auth,
            "ansible_psrp_cert_validation": "ignore",
            # The lab is a loopback address: whatever proxy the environment names must not be asked.
            "ansible_psrp_ignore_proxy": True,
            "ansible_psrp_operation_timeout": connection.operation_timeout,
            "ansible_psrp_read_timeout": connection.read_timeout,
            **({"ansible_psrp_message_encryption": "never"} if connection.auth == "basic" else {}),
        }
    return variables | {
        "ansible_winrm_scheme": connection.protocol,
        "ansible_winrm_transport": connection.auth,
        "ansible_winrm_server_cert_validation": "ignore",
        "ansible_winrm_operation_timeout_sec": connection.operation_timeout,
        "ansible_winrm_read_timeout_sec": connection.read_timeout,
    }


def _scom(built: BuiltWorld, directory: Path) -> dict[str, Any]:
    scenario = built.scenario
    if not built.media:
        return {}
    das = scenario.accounts["das"]
    return {
        "scom_target": scenario.target,
        "scom_media": built.media.variables(),
        "scom_accept_license": True,
        "scom_setup_account": _account(scenario.accounts["setup"]),
        "scom_das_account": {"type": das.kind} | (_account(das) if das.kind != "local_system" else {}),
        "scom_data_reader_account": _account(scenario.accounts["data_reader"]),
        "scom_expected_minutes": scenario.time.expected_minutes,
        "scom_poll_interval": scenario.time.poll_interval,
        "scom_evidence_directory": str(directory / "evidence"),
    }


def _dataminer(built: BuiltWorld, directory: Path) -> dict[str, Any]:
    scenario = built.scenario
    if not built.dataminer:
        return {}
    sources = built.dataminer.sources(directory)
    return {
        "dataminer_package": next(iter(sources.values())),
        "lab_packages": sources,
        "dataminer_accounts": {
            "upgrade": _account(scenario.accounts["dataminer"]),
            "api": _account(scenario.accounts["dataminer_api"]),
        },
        "dataminer_api_validate_certs": False,
        **({"dataminer_api_allow_http": True} if built.scenario.dataminer and built.scenario.dataminer.web == "http" else {}),
        "dataminer_expected_minutes": scenario.time.expected_minutes,
        "dataminer_poll_interval": scenario.time.poll_interval,
        "dataminer_evidence_directory": str(directory / "evidence"),
    }


def _account(account: AccountSpec) -> dict[str, str]:
    name = account.given_name or account.name
    if account.kind == "local_system":
        return {"name": "SYSTEM"}
    if account.kind == "gmsa":
        return {"name": name}
    return {"name": name, "password": account.given_password or account.password}
