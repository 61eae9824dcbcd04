"""One run of a package over the system: upload to all, prerequisites on all, then the actions as the Failover policy orders them.

It is work of the system, not of the utility that asked for it: it goes on when that is replaced, and when nobody watches.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable
from typing import Any

from tests.lab.products.dataminer import prerequisites, rules
from tests.lab.products.dataminer.node import Node
from tests.lab.products.dataminer.node_upgrade import NodeUpgrade
from tests.lab.products.dataminer.package import Package
from tests.lab.products.dataminer.progress import ProgressLog, folder_of
from tests.lab.products.dataminer.upgrade_info import LEGACY, UpgradeInfo
from tests.lab.windows.filesystem import FileProblem

DEFAULT_MAX_UPLOAD_MB = 4000  # MaintenanceSettings, SLNet.MaxUploadSize (2 D)


class Operation:
    """`nodes` are all that take part; `replaced` is set when the utility on the orchestrator is replaced by the package's own."""

    def __init__(self, system: Any, orchestrator: Node, package: Package, info: UpgradeInfo, nodes: Iterable[Node], user: str) -> None:
        self.system, self.orchestrator, self.package, self.info, self.user = system, orchestrator, package, info, user
        self.nodes = list(nodes)
        self.id = uuid.uuid4().hex
        self.policy = system.spec.default_policy if info.policy == "UseDefault" else info.policy
        self.without_file = False
        self.left_at_start: list[str] = []
        self.failed: list[str] = []
        self.succeeded = False
        self.reason = "running"
        self.is_aborted = False
        self.is_installing = False
        self.replaced = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.logs = {node.name: self._log(node) for node in [orchestrator, *self.nodes]}

    def start(self) -> asyncio.Task[None]:
        self.system.operation = self
        self.system.operations.append(self)
        self.task = self.system.world.task(self._run(), "dataminer operation")
        return self.task

    def abort(self) -> None:
        """Everything stops where it is; agents in the middle of it may never start again (1.1 D)."""
        if self.is_aborted:
            return
        self.is_aborted = True
        running = [node for node in self.nodes if node.upgrading]
        rules.killed(self.system, self.orchestrator.name, [node.name for node in running])
        for node in running:
            for process in node.host.processes.find("SLUpgrade"):
                node.host.processes.kill(process)
        if self.task:
            self.task.cancel()

    def is_done_on(self, node: Node) -> bool:
        """Whether a node has what the package installs."""
        if self.package.kind == "web":
            return bool(node.web_version == self.package.installs)
        return bool(self.package.kind == "full" and node.started_version == self.package.installs)

    async def _run(self) -> None:
        try:
            if await self._upload() and await self._prerequisites():
                await self._install()
        finally:
            self.system.operation = None
        # Cleared away after every upgrade (2 D), where nothing was installed too; the nodes that are upgraded do it at their own end.
        done = {node.name for node in self.nodes} if self.is_installing else set()
        for name in self.logs.keys() - done:
            self.logs[name].prune(keep_results=not self.is_installing)

    async def _upload(self) -> bool:
        """First the orchestrator, then the other agents, and each online node hands it to its partner (2 D)."""
        log = self.logs[self.orchestrator.name]
        log.line("information", f"Starting upgrade thread for agent {self.orchestrator.address}. Execute Parts: Upload, Upgrade")
        log.line("progress", f"Launching upgrade of Cluster {self.orchestrator.address}")
        log.line("progress", "Uploading package...")
        first = [self.orchestrator]
        online = [node for node in self.nodes if node.is_online and node is not self.orchestrator]
        rest = [node for node in self.nodes if not node.is_online and node is not self.orchestrator]
        problems: list[str] = []
        for wave in (first, online, rest):
            problems += [one for one in await asyncio.gather(*(self._upload_to(node) for node in wave)) if one]
        if not problems:
            if self.orchestrator not in self.nodes:
                log.line("information", "Upload has been completed successfully.")
            return True
        for problem in problems if self.system.uncertain.upload_failure == "told" else ():
            log.line("error", f"Upload failed: {problem}")
        self.reason = "upload_failed"
        for node in self.nodes:
            # An upgrade that ended here counts as one: the next one goes by the next plan.
            node.upgrades += 1
        return False

    async def _upload_to(self, node: Node) -> str | None:
        node.host.write("upload.start", package=self.package.file_name, operation=self.id)
        await self.system.world.sleep(node.plan.upload_seconds)
        problem = self._receive(node)
        node.host.write("upload.end", package=self.package.file_name, operation=self.id, succeeded=problem is None, reason=problem)
        return problem

    def _receive(self, node: Node) -> str | None:
        if not node.plan.receives or not node.host.is_up or not node.is_service_running("SLNet"):
            return f"{node.address}: No response was received"
        limit = int(node.maintenance("MaxUploadSize") or DEFAULT_MAX_UPLOAD_MB)
        if len(self.package.content) > limit * 1024 * 1024:
            return f"{node.address}: the package is larger than MaxUploadSize ({limit} MB)"
        try:
            node.host.files.write(rf"{self.logs[node.name].folder}\{self.package.file_name}", self.package.content)
        except FileProblem as full:
            return f"{node.address}: {full}"
        return None

    async def _prerequisites(self) -> bool:
        """On every node, offline ones included; one that fails stops all of them (0.5 D)."""
        if self.package.checks and not self.package.has_executor:
            for log in self.logs.values():
                log.line("error", "Failed to verify prerequisites: the BPA executor could not be found")
            self.reason = "executor_missing"
            return False
        failed = [one for one in await asyncio.gather(*(self._check(node) for node in self.nodes)) if one]
        self.reason = "prerequisite_failed" if failed else self.reason
        return not failed

    async def _check(self, node: Node) -> bool:
        await self.system.world.sleep(node.plan.prerequisite_seconds)
        results = [prerequisites.run(node, check, self.package.installs) for check in self.package.checks]
        log = self.logs[node.name]
        for one in results:
            text = one.as_json(self.system.uncertain.result_shape)
            node.host.files.write(rf"{log.folder}\PreRequisite-Result-{one.check}.json", text)
        failed = [one.check for one in results if not one.passed]
        node.host.write("prerequisite.run", by="upgrade", checks=len(results), failed=failed, operation=self.id)
        if failed:
            log.prerequisites(results)
        return bool(failed)

    async def _install(self) -> None:
        self.is_installing = True
        self.left_at_start = rules.left_behind(self)
        rules.judge_start(self.system, self)
        versions = sorted({node.started_version.title for node in self.nodes})
        facts = {"package": self.package.file_name, "kind": self.package.kind, "from": versions, "to": self.package.title}
        names = [node.name for node in self.nodes]
        options = self.info.options()
        write = self.orchestrator.host.write
        write("upgrade.start", operation=self.id, **facts, nodes=names, policy=self.policy, user=self.user, options=options)
        ended = False
        try:
            for wave in self._waves():
                await wave
            ended = True
        finally:
            self.succeeded = ended and not self.failed
            self.reason = "completed" if self.succeeded else "agents_failed" if ended else "aborted"
            if self.succeeded:
                self.system.completed.add(self.package.sha256)
            if not self.system.world.is_ending:
                write("upgrade.end", operation=self.id, **facts, succeeded=self.succeeded, failed=self.failed, reason=self.reason)

    def _waves(self) -> Iterable[Any]:
        """What happens one after the other (5.3 D)."""
        pairs = [pair for pair in self.system.pairs if set(pair.nodes) <= set(self.nodes)]
        if self.policy not in LEGACY or not pairs or self.package.kind != "full":
            yield self._on(self.nodes)
            return
        backups = [pair.offline for pair in pairs]
        yield self._on(backups)
        switched = [pair for pair, backup in zip(pairs, backups, strict=True) if backup.name not in self.failed]
        yield self._switch(switched)
        yield self._on([node for node in self.nodes if node not in backups])
        if self.policy == "BackupFirstWithSwitchback":
            yield self._switch([pair for pair in switched if pair.offline.name not in self.failed])

    async def _on(self, nodes: list[Node]) -> None:
        for node in [one for one in nodes if one.plan.blind]:
            self.logs[self.orchestrator.name].blind(node)
        await asyncio.gather(*(NodeUpgrade(self, node, self.logs[node.name]).run_whole() for node in nodes))

    async def _switch(self, pairs: list[Any]) -> None:
        await asyncio.gather(*(pair.switch(self.policy) for pair in pairs))

    def _log(self, node: Node) -> ProgressLog:
        return ProgressLog(node, folder_of(self.package.file_name, self.id), is_blind=node.plan.blind)
