"""setup.exe of the media: it reads its command line, starts SetupChainerUI.exe and waits for it (scom 4, bootstrap)."""

from __future__ import annotations

from typing import Any

from tests.lab.products.scom.builds import BUILDS, Build
from tests.lab.products.scom.command_line import parse
from tests.lab.products.scom.components import SETUP_KEY
from tests.lab.products.scom.group import ManagementGroup
from tests.lab.products.scom.obstacles import Verdict
from tests.lab.products.scom.setup_log import BootstrapLog, folder_of
from tests.lab.products.scom.upgrade import Upgrade
from tests.lab.scenario import Scenario

PROGRAM = "scom_setup"


class ScomSetup:
    """The program behind a file whose `program` is "scom_setup"; what it installs is the product version of that file."""

    def __init__(self, group: ManagementGroup, scenario: Scenario) -> None:
        self._group, self._scenario = group, scenario

    async def run(self, process: Any) -> int:
        """Journals `setup.start` and `setup.end`, however it ends. Raises CancelledError when it is killed."""
        host, command = process.host, parse(process.arguments)
        target = media_build(host, process.executable)
        folder = folder_of(process.environment)
        BootstrapLog(host, folder).line("Copying Localization Folder")
        log = BootstrapLog(host, folder)
        server = self._group.servers.get(host.name)
        is_planned = self._scenario.plan(host.name, server.setups if server else 0).outcome == "command_line_refused"
        if is_planned or command.verb != "upgrade" or "components" in command.switches:
            log.refused()
            host.write("setup.refused", reason="command_line" if is_planned else "invalid_verb", verb=command.verb, user=process.user)
            if server and is_planned:
                server.setups += 1
            return Verdict.INVALID_COMMAND_LINE.exit_code(self._group.uncertain.exit_codes)
        log.line(f"Launching EXE : {process.executable.rpartition(chr(92))[0]}\\Setup\\AMD64\\SetupChainerUI.exe")
        chainer = Chainer(self._group, self._scenario, target, process)
        child = {"command_line": "SetupChainerUI.exe", "user": process.user, "environment": process.environment, "parent_id": process.id}
        log.line("Starting to wait.")
        if self._group.uncertain.bootstrap == "returns_early":
            host.processes.run(chainer, "SetupChainerUI", **child)
            return 0
        return int(await host.processes.call(chainer, "SetupChainerUI", **child))


class Chainer:
    """SetupChainerUI.exe: one upgrade, told to the journal."""

    def __init__(self, group: ManagementGroup, scenario: Scenario, target: Build, bootstrap: Any) -> None:
        self._group, self._scenario, self._target, self._bootstrap = group, scenario, target, bootstrap

    async def run(self, process: Any) -> int:
        host, group, target = process.host, self._group, self._target
        server = group.servers.get(host.name)
        before = host.registry.get(SETUP_KEY, "ServerVersion")
        host.write("setup.start", component="management_server", **{"from": before, "to": target.server}, user=process.user)
        plan = self._scenario.plan(host.name, server.setups if server else 0)
        was_running = bool(server and server.running)
        if server:
            group.begin_setup(server, target)
            server.setups += 1
            server.running = True
        upgrade = Upgrade(group, server, target, plan, self._bootstrap)
        code: int | None = None
        try:
            code = upgrade.refuse_second() if was_running else await upgrade.run()
        except BaseException:
            upgrade.was_killed()
            raise
        finally:
            if server and not was_running:
                server.running = False
                group.end_setup(server, succeeded=upgrade.succeeded)
            after = host.registry.get(SETUP_KEY, "ServerVersion")
            ended = {"from": before, "to": after, "exit_code": code, "user": process.user, "reason": upgrade.reason}
            host.write("setup.end", component="management_server", **ended)
        return code


def media_build(host: Any, executable: str) -> Build:
    """What a setup.exe installs. Raises LookupError for a file that is of no published release."""
    version = host.files.file(executable).version_info.product_version
    found = next((build for build in BUILDS if build.server == version), None)
    if found is None:
        raise LookupError(f"{executable}: no release has the build {version}")
    return found
