"""The package's actions on one node, verb by verb (dataminer 3.2), as the process SLUpgrade of that node."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.lab.products.dataminer import installation, known_issues, rules, state_files
from tests.lab.products.dataminer.node import Node, State
from tests.lab.products.dataminer.progress import ProgressLog

NEVER = 10**6


class ActionFailed(Exception):
    """An action of the package did not work."""


class NodeUpgrade:
    """`run_whole` ends when the node has its new code and runs, or has failed."""

    def __init__(self, operation: Any, node: Node, log: ProgressLog) -> None:
        self._operation, self._node, self._log = operation, node, log
        self._host, self._plan, self._package = node.host, node.plan, operation.package
        self._info = operation.info
        self._reboots = False
        self._stalled = False
        self._running = asyncio.Event()

    async def run_whole(self) -> None:
        """Runs the actions in a process of the node, then a restart of the host where one is due, then the first start."""
        node = self._node
        node.upgrading = True
        node.on_change.append(self._changed)
        self._host.write("node.upgrade.start", operation=self._operation.id, **{"from": node.started_version.title}, to=self._package.title)
        try:
            failure = await self._act()
            if failure is None:
                failure = await self._come_up()
        finally:
            node.upgrading = False
            node.on_change.remove(self._changed)
        node.upgrades += 1
        self._end(failure)

    async def run(self, process: Any) -> int:
        """The program SLUpgrade. Raises CancelledError when it is killed."""
        try:
            await self._actions(process)
        except ActionFailed as failed:
            self._log.failed(str(failed))
            return 1
        except asyncio.CancelledError:
            self._was_killed()
            raise
        return 0

    async def _act(self) -> str | None:
        process = self._host.processes.run(self, "SLUpgrade", user=r"NT AUTHORITY\SYSTEM", executable="SLUpgrade.exe")
        assert process.task
        await asyncio.wait({process.task})
        if process.task.cancelled():
            return "killed"
        return None if process.task.result() == 0 else self._plan.first_cause

    async def _actions(self, process: Any) -> None:
        actions = self._package.actions
        for number, action in enumerate(actions):
            part = number / len(actions)
            if self._plan.outcome == "fails" and part >= self._plan.fails_at:
                raise ActionFailed(self._plan.first_cause)
            if self._plan.outcome == "stalls" and part >= self._plan.stalls_at:
                await self._stall(self._plan.stall_seconds)
            if action.lower() == "register" and known_issues.is_stuck(self._operation.system, self._package.installs):
                await self._stall(None)
            self._log.line("step", f"Executing action: {action}")
            self._host.write("upgrade.step", action=action, operation=self._operation.id)
            process.progress(100 * part)
            self._do(action.lower().split())
            await self._operation.system.world.sleep(self._plan.seconds / len(actions))
        process.progress(100)

    async def _stall(self, seconds: float | None) -> None:
        """Nothing is written any more; a real one has been seen at the registration of the service (12, RN 45426)."""
        if self._stalled:
            return
        self._stalled = True
        self._host.write("upgrade.stall", seconds=seconds)
        await self._operation.system.world.sleep(NEVER if seconds is None else seconds)

    def _do(self, words: list[str]) -> None:
        node, version = self._node, self._package.installs
        verb, rest = words[0], words[1:]
        if verb == "disable":
            self._disable()
        elif verb == "iis":
            (self._host.services.stop if rest == ["stop"] else self._host.services.start)("W3SVC")
        elif verb == "update" and version:
            self._update(rest[0], version)
        elif verb in ("upgradesltaskbarutility", "upgradedataminertaskbarutility") and version:
            installation.move_utility(node, version)
            if node is self._operation.orchestrator:
                self._operation.replaced.set()
        elif verb == "enable":
            self._enable()
        elif verb == "execute":
            self._execute(rest[-1].removesuffix(".exe"))
        elif verb == "start" and not self._reboots and self._info.automatic_start:
            node.start_services()

    def _disable(self) -> None:
        if self._info.stop_snmp and "SNMP" in self._host.services:
            self._host.services.stop("SNMP")
        self._node.stop_services()
        needed = installation.needed_vc_redistributable(self._package.installs) if self._package.installs else None
        if needed and not _has_redistributable(self._host.inventory.vc_runtimes, needed):
            self._log.line("information", f"Installing Visual C++ redistributable {needed}")
            installation.install_vc_redistributable(self._node, needed)
            self._host.write("vc_redistributable.install", version=needed)
            self._reboots = True
        self._reboots |= self._info.reboot

    def _update(self, folder: str, version: Any) -> None:
        if folder == "webpages":
            installation.move_web(self._node, version)
            self._node.web_version = version
        elif folder == "tools":
            installation.move_tools(self._node, version)
        elif folder == "files":
            installation.move_files(self._node, version)
            self._node.version = version

    def _enable(self) -> None:
        mode = "auto" if self._info.automatic_start else "manual"
        for name in ("SLNet", "SLDataMiner"):
            self._host.services.configure(name, start_mode=mode, delayed=self._info.automatic_start and self._info.delayed_start)

    def _execute(self, helper: str) -> None:
        """What the vendor's helper packages change (7, 8)."""
        node = self._node
        if helper == "natsmigration":
            self._host.files.write(state_files.MAINTENANCE, _with_element(node, "BrokerGateway"))
            self._host.files.write(state_files.MESSAGE_BROKER, state_files.message_broker())
            for name in ("NAS", "NATS"):
                self._host.services.stop(name)
                self._host.services.configure(name, start_mode="manual")
            self._host.services.configure("nats-server", start_mode="auto")
            self._host.services.start("nats-server")
        elif helper == "enabledotnetremoting":
            self._host.files.write(state_files.MAINTENANCE, _with_element(node, "EnableDotNetRemoting"))
        elif helper == "verifyclusterports":
            path = rf"{state_files.ROOT}\Upgrades\Helper\VerifyClusterPorts\VerifyClusterPorts.LastRun.xml"
            stamp = f"{self._host.clock.now():%Y-%m-%dT%H:%M:%S.%fZ}"
            self._host.files.write(path, f"<VerifyResult><Timestamp>{stamp}</Timestamp><Success>true</Success></VerifyResult>")

    async def _come_up(self) -> str | None:
        """Waits until DataMiner runs again. A node that is to be started by hand is done when its code is there."""
        node = self._node
        if self._reboots:
            node.own_reboot = True
            await self._host.reboot(reason="upgrade")
            node.own_reboot = False
        if self._package.kind != "full" or not self._info.automatic_start:
            return None
        if failure := known_issues.slnet_fails(node):
            return failure
        if node.state is not State.RUNNING:
            await self._running.wait()
        if not self._info.stop_snmp:
            rules.judge_snmp(self._operation.system, node)
        return None

    def _changed(self, node: Node) -> None:
        if node.state is State.RUNNING and node.version == (self._package.installs or node.version):
            self._running.set()

    def _end(self, failure: str | None) -> None:
        node, uncertain = self._node, self._operation.system.uncertain
        if failure:
            self._operation.failed.append(node.name)
            if failure != "killed":
                self._recover()
        elif uncertain.progress_tail == "finished":
            self._log.line("information", "Upgrade finished")
        self._log.prune(keep_results=failure is not None)
        self._host.write("node.upgrade.end", operation=self._operation.id, version=node.started_version.title, failure=failure)
        if node.pair:
            node.pair.reconsider()

    def _recover(self) -> None:
        """The on-failure steps; whether the old version runs again after them is uncertain (9)."""
        runs = self._operation.system.uncertain.after_failure == "old_version_runs"
        if runs:
            self._update("files", self._node.started_version)
        self._node.start_services(with_dataminer=runs)
        self._host.services.start("W3SVC")

    def _was_killed(self) -> None:
        operation = self._operation
        if operation.system.world.is_ending:
            return
        self._node.break_down()
        if not operation.is_aborted:
            rules.killed(operation.system, self._node.name, [self._node.name])


def _has_redistributable(runtimes: dict[str, str], needed: str) -> bool:
    def parts(version: str) -> list[int]:
        return [int(one) for one in version.split(".")]

    return all(parts(runtimes.get(one, "0")) >= parts(needed) for one in ("x64", "x86"))


def _with_element(node: Node, name: str) -> str:
    text = node.text(state_files.MAINTENANCE)
    if node.maintenance(name) is not None:
        return text.replace(f"<{name}>false</{name}>", f"<{name}>true</{name}>")
    return text.replace("<SLNet>", f"<SLNet>\r\n    <{name}>true</{name}>", 1)
