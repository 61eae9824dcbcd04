"""SLTaskbarUtility.exe with `-upgrade`, and its traps by version (dataminer 1.1). Its exit codes mean nothing: they are not documented."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.lab.products.dataminer import rules
from tests.lab.products.dataminer.node import Node, State
from tests.lab.products.dataminer.operation import Operation
from tests.lab.products.dataminer.package import BadPackage, Package, read
from tests.lab.products.dataminer.upgrade_info import LOCAL, BadUpgradeInfo, UpgradeInfo
from tests.lab.products.dataminer.upgrade_info import read as read_info
from tests.lab.products.dataminer.users import may_upgrade
from tests.lab.products.dataminer.versions import is_at_least

PROGRAM = "dataminer_utility"
IN_PROGRESS = "0x80040311"  # SL_UPGRADE_IN_PROGRESS (6 D)
_NAME = "SLTaskbarUtility"


class Refused(Exception):
    """The utility does not begin an upgrade."""


class TaskbarUtility:
    """The program behind SLTaskbarUtility.exe on every node."""

    def __init__(self, system: Any) -> None:
        self._system = system

    async def run(self, process: Any) -> int:
        """Runs to the exit code. Raises CancelledError when it is killed, which aborts what it has begun."""
        node = self._system.nodes.get(process.host.name)
        arguments = process.arguments
        process.host.write("utility.start", command=arguments[0] if arguments else None, user=process.user)
        try:
            if node is None or not arguments:
                raise Refused("no_command")
            code = await self._command(node, arguments[0].lower(), arguments[1:], process)
        except Refused as refused:
            code = self._system.uncertain.failing_exit_code
            process.host.write("utility.refused", reason=str(refused))
        process.host.write("utility.end", exit_code=code)
        return int(code)

    async def _command(self, node: Node, command: str, rest: list[str], process: Any) -> int:
        if command == "-stop":
            node.stop_services()
            return 0
        if command in ("-start", "-restart"):
            if command == "-restart":
                node.stop_services()
            node.start_services()
            return 0
        if command != "-upgrade" or not rest:
            raise Refused("unknown_command")
        return await self._upgrade(node, rest, process)

    async def _upgrade(self, node: Node, rest: list[str], process: Any) -> int:
        rest = self._misread(node, rest, process)
        await self._pop_up(node)
        if reason := may_upgrade(self._system, node, process.user):
            raise Refused(f"login_failed: {reason}")
        package, info, without_file = self._read(node, rest)
        nodes = self._nodes(node, info)
        if self._system.operation:
            host = node.name
            self._system.world.violation(host, "second_orchestrator", rules.SECOND, first=self._system.operation.orchestrator.name)
            raise Refused(f"upgrade_in_progress {IN_PROGRESS}")
        operation = Operation(self._system, node, package, info, nodes, process.user)
        operation.without_file = without_file
        self._refuse_used(operation)
        return await self._follow(operation, process)

    def _misread(self, node: Node, rest: list[str], process: Any) -> list[str]:
        """Old versions misread their arguments when no instance was running (RN 37952); how is uncertain."""
        others = [one for one in node.host.processes.find(_NAME) if one is not process]
        if is_at_least(node.version, "10.3.0 CU11 / 10.4.2") or others:
            return rest
        node.host.write("utility.misread")
        if self._system.uncertain.argument_bug == "does_nothing":
            raise Refused("arguments_misread")
        return rest[:1]

    async def _pop_up(self, node: Node) -> None:
        """Old versions show a window when the agent does not run, and wait for somebody (RN 42135)."""
        if node.state is State.RUNNING:
            return
        if is_at_least(node.version, "10.4.0 CU13 / 10.5.0 CU1 / 10.5.4"):
            raise Refused("agent_not_running")
        node.host.write("utility.popup")
        await asyncio.Event().wait()

    def _read(self, node: Node, rest: list[str]) -> tuple[Package, UpgradeInfo, bool]:
        files = node.host.files
        try:
            if not files.is_file(rest[0]):
                raise Refused("package_missing")
            package = read(rest[0].rpartition("\\")[2], files.read(rest[0]))
            if len(rest) == 1:
                return package, LOCAL, True
            if not files.is_file(rest[1]):
                raise Refused("upgrade_info_missing")
            return package, read_info(files.read(rest[1])), False
        except (BadPackage, BadUpgradeInfo) as wrong:
            raise Refused(f"{type(wrong).__name__}: {wrong}") from wrong

    def _nodes(self, node: Node, info: UpgradeInfo) -> list[Node]:
        """Who takes part; how the list and IsCluster go together is uncertain (1.2 U)."""
        found: dict[str, Node] = {}
        for address in info.agents:
            behind = (node,) if info is LOCAL else self._system.resolve(address, node)
            if not behind:
                raise Refused(f"no agent at {address}")
            found |= {one.name: one for one in behind}
        if info.is_cluster and self._system.uncertain.is_cluster == "adds_all":
            found |= {one.name: one for one in node.cluster_members}
        return list(found.values())

    def _refuse_used(self, operation: Operation) -> None:
        """A completed package cannot be executed again; whether the command line makes a fresh entry of it is uncertain (2 D, I)."""
        if self._system.uncertain.same_package_again == "fresh_entry" or not self._system.has_completed(operation.package):
            return
        host = operation.orchestrator.name
        self._system.world.violation(host, "package_used_twice", rules.USED, package=operation.package.file_name)
        raise Refused("package_completed")

    async def _follow(self, operation: Operation, process: Any) -> int:
        """Until the end, or until the package has replaced this very program (1.1 I)."""
        uncertain, world = self._system.uncertain, self._system.world
        task = operation.start()
        replaced = world.task(operation.replaced.wait(), "utility replaced")
        awaited = {task, replaced} if uncertain.self_replacement == "exits_early" else {task}
        try:
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            if not world.is_ending and not operation.orchestrator.own_reboot:
                operation.abort()
            raise
        finally:
            replaced.cancel()
        if not task.done():
            process.host.write("utility.replaced", operation=operation.id)
            self._leave_watcher(operation, process)
            return uncertain.replaced_exit_code
        if not uncertain.utility_ends:
            process.host.write("utility.waits")
            await asyncio.Event().wait()
        return uncertain.exit_code if operation.succeeded else uncertain.failing_exit_code

    @staticmethod
    def _leave_watcher(operation: Operation, process: Any) -> None:
        """The new program takes the old one's place until the operation is over; killing it harms nothing."""
        watcher = process.host.processes.spawn(_NAME, user=process.user, parent_id=process.id)
        assert operation.task
        operation.task.add_done_callback(lambda _: process.host.processes.end(watcher))
