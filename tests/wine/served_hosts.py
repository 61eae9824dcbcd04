# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Wine hosts behind the lab's WinRM front end, so that Ansible reaches them through its own `psrp` and `winrm` plugins."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from tests.lab.environment import SETTINGS
from tests.lab.winrm.real import RealMachine, wine_machine
from tests.lab.winrm.server import FrontEnd
from tests.lab_unit.winrm.front_end_thread import FrontEndThread
from tests.wine.wine_host import WineHost

USER, PASSWORD = r"LAB\admin", "Over-the-Wire 1"
Plugin = Literal["psrp", "winrm"]


class ServedHosts(FrontEndThread):
    """Hosts by their inventory names. Use as a context manager; the hosts themselves are whoever made them's to stop.

    `machines` may be told to answer some modules themselves (`answer`), such as `sql_query` where there is no SQL Server.
    """

    patience = 60.0

    def __init__(self, directory: Path, hosts: Mapping[str, WineHost]) -> None:
        self.directory = directory
        self.hosts = dict(hosts)
        self.machines: dict[str, RealMachine] = {
            name: wine_machine(name, host.tools.pwsh_wine, host.prefix, {USER: PASSWORD}) for name, host in hosts.items()
        }
        self.requests: list[tuple[str, dict[str, Any]]] = []
        super().__init__(FrontEnd(directory, lambda name, event: self.requests.append((name, event))))

    async def start(self) -> None:
        await self.front.start(list(self.machines.values()))

    def restart_winrm(self, name: str) -> None:
        """Ends every shell of a host and what runs in it, as a restart of the service does."""
        self.run(self.front.restart_service(name))

    def variables(self, name: str, plugin: Plugin) -> dict[str, Any]:
        """What an inventory says of a host."""
        common = {
            "ansible_host": "127.0.0.1",
            "ansible_port": self.front.ports[name].http,
            "ansible_user": USER,
            "ansible_password": PASSWORD,
        }
        if plugin == "psrp":
            own = {"protocol": "http", "auth": "ntlm", "ignore_proxy": True, "read_timeout": 60, "operation_timeout": 50}
        else:
            own = {"scheme": "http", "transport": "ntlm", "read_timeout_sec": 60, "operation_timeout_sec": 50}
        return common | {"ansible_connection": plugin} | {f"ansible_{plugin}_{key}": value for key, value in own.items()}

    def inventory(self, plugin: Plugin, **groups: list[str]) -> Path:
        """An inventory file of all hosts, and of the groups given."""
        hosts = {name: self.variables(name, plugin) for name in self.hosts}
        children = {group: {"hosts": {name: {} for name in names}} for group, names in groups.items()}
        path = self.directory / f"inventory-{plugin}.yml"
        path.write_text(json.dumps({"all": {"hosts": hosts, "children": children}}), encoding="utf-8")
        return path

    def module(self, name: str, plugin: Plugin, module: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The result of one module run by `ansible` itself; that of an unreachable host has ``unreachable``."""
        command = [*_program("ansible"), "-i", str(self.inventory(plugin)), name, "-m", module]
        # Ansible takes an empty object for free text.
        command += ["-a", json.dumps(arguments)] if arguments else []
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300, env=self.environment)
        found = re.search(r"=> (\{.*\})", done.stdout, re.DOTALL)
        assert found, done.stdout + done.stderr
        result: dict[str, Any] = json.loads(found.group(1))
        return result

    @property
    def environment(self) -> dict[str, str]:
        """For programs of ansible-core."""
        own = {"ANSIBLE_CONFIG": str(SETTINGS), "ANSIBLE_NOCOLOR": "1", "ANSIBLE_HOME": str(self.directory / "ansible")}
        return {**os.environ, **own, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def _program(name: str) -> list[str]:
    return [sys.executable, str(Path(sys.executable).with_name(name))]
