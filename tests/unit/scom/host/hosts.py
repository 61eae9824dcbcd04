"""Builders of answers: hosts as host_probe describes them."""

from __future__ import annotations

import copy

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host.detect import QUESTIONS, read
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Answers

FOLDER = r"C:\Program Files\Microsoft System Center\Operations Manager"


def absent():
    return {"state": "absent", "data": {}, "error": None, "ms": 1}


def present(**data):
    return {"state": "present", "data": data, "error": None, "ms": 1}


def unsettled(state, message="access is denied"):
    return {"state": state, "data": {}, "error": {"type": "System.Security.SecurityException", "message": message}, "ms": 1}


def key(**values):
    return present(values=typed(values), subkeys=[])


def typed(values):
    return {name: {"type": "dword" if isinstance(value, int) else "string", "value": value} for name, value in values.items()}


def subkeys(**keys):
    return present(keys={name: typed(values) for name, values in keys.items()})


def a_file(version, path=r"C:\x.dll"):
    return present(path=path, size=4096, file_version=version, product_version=version, product_name=None, sha256=None)


def a_service(display_name="", status="running", account="LocalSystem", start_mode="auto", delayed=False):
    return {
        "display_name": display_name,
        "status": status,
        "start_mode": start_mode,
        "delayed": delayed,
        "account": account,
        "image_path": r"C:\x.exe",
        "process_id": 4711 if status == "running" else 0,
    }


def a_program(name, version):
    return {"name": name, "version": version, "publisher": "Microsoft Corporation", "product_code": "{0}", "view": "64"}


class HostAnswers:
    """Raw answers of one host, changed step by step: ``HostAnswers().server().with_(...).read()``."""

    def __init__(self):
        self.raw = {name: absent() for name in QUESTIONS}
        self.raw["scom.os"] = present(
            build=20348,
            revision=2340,
            edition="ServerStandard",
            installation_type="Server",
            product_type="ServerNT",
            computer_name="MS1",
            fqdn="ms1.contoso.lab",
            domain="contoso.lab",
            boot_time_utc="2026-01-05T03:00:00Z",
            utc_now="2026-01-09T10:00:00Z",
            time_zone="UTC",
            ui_culture="en-US",
            ansi_code_page=1252,
        )
        self.raw["scom.services"] = present(services={})
        self.raw["scom.programs"] = present(programs=[])
        self.raw["scom.agent_programs"] = present(programs=[])

    def with_(self, **answers):
        """Replaces answers; a double underscore stands for the dot of a question's name after ``scom``."""
        other = copy.deepcopy(self)
        other.raw.update({"scom." + name.replace("__", "."): answer for name, answer in answers.items()})
        return other

    def services(self, **services):
        other = copy.deepcopy(self)
        other.raw["scom.services"]["data"]["services"].update(services)
        return other

    def without_service(self, name):
        other = copy.deepcopy(self)
        del other.raw["scom.services"]["data"]["services"][name]
        return other

    def programs(self, *entries):
        other = copy.deepcopy(self)
        other.raw["scom.programs"]["data"]["programs"].extend(entries)
        return other

    def setup_values(self, **values):
        other = copy.deepcopy(self)
        other.raw["scom.setup"]["data"]["values"].update(typed(values))
        return other

    def answers(self):
        return Answers.from_result(self.raw)


def a_management_server(version="10.22.10118.0", file_version="10.22.11642.0", ui_version="10.22.10118.0", das=r"CONTOSO\das"):
    """A management server with a console, 2022 UR3 unless told."""
    return (
        HostAnswers()
        .with_(
            setup=key(
                Product="System Center Operations Manager Server",
                InstallDirectory=rf"{FOLDER}\Server" + "\\",
                InstalledOn="1/5/2024 10:00:00 AM",
                CurrentVersion=version,
                ServerVersion=version,
                UIVersion=ui_version,
                DatabaseServerName=r"sql1.contoso.lab\OPS",
                DatabaseName="OperationsManager",
                DatabaseVersion=version,
                DataWarehouseDBServerName="sql2.contoso.lab,14330",
                DataWarehouseDBName="OperationsManagerDW",
                ManagementServerPort="5723",
            ),
            server_groups=subkeys(PROD={"IsServer": 1, "Port": 5723}),
            console=key(InstallDirectory=rf"{FOLDER}\Console" + "\\"),
            file__server=a_file(file_version),
            file__push_agent=a_file("10.22.10870.0"),
            file__console=a_file(file_version),
        )
        .services(
            OMSDK=a_service("System Center Data Access Service", account=das),
            cshost=a_service("System Center Management Configuration", account=das),
            HealthService=a_service("Microsoft Monitoring Agent"),
            AdtAgent=a_service("Microsoft Monitoring Agent Audit Forwarding", status="stopped", start_mode="disabled"),
        )
        .programs(
            a_program("System Center Operations Manager Server", version), a_program("System Center Operations Manager Console", ui_version)
        )
    )


def an_agent(version="10.22.10056.0", file_version="10.22.10870.0"):
    host = HostAnswers().with_(
        setup=key(
            Product="Microsoft Monitoring Agent",
            InstallDirectory=r"C:\Program Files\Microsoft Monitoring Agent\Agent" + "\\",
            AgentVersion=version,
            CurrentVersion=version,
        ),
        agent_groups=subkeys(PROD={}, TEST={}),
        agent_programs=present(programs=[a_program("Microsoft Monitoring Agent", version)]),
        file__agent=a_file(file_version),
    )
    return host.services(HealthService=a_service("Microsoft Monitoring Agent"), AdtAgent=a_service("Audit Forwarding"))


def a_gateway(version="10.22.10118.0", file_version="10.22.10870.0"):
    return (
        HostAnswers()
        .with_(
            setup=key(
                Product="System Center Operations Manager Gateway Server",
                InstallDirectory=r"C:\Program Files\System Center Operations Manager\Gateway" + "\\",
                CurrentVersion=version,
                ServerVersion=version,
            ),
            server_groups=subkeys(PROD={"IsServer": 1, "Port": 5723}),
            file__server=a_file(file_version),
        )
        .services(HealthService=a_service("Microsoft Monitoring Agent"))
    )


def seen(host):
    return read(host.answers())
