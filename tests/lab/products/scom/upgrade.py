"""One upgrade of a management server, phase by phase: what it writes, stops, changes and starts (scom 1, 4, 5; log-shapes 1.4).

The run is divided in parts of the plan's seconds:

| until | phase |
|---|---|
| 0.05 | command line, machine, accounts |
| 0.15 | prerequisites, database server; own services stop |
| 0.45 | database script, only while the databases are below the target |
| 0.65 | management packs, only by the server that ran the script |
| 0.85 | server: files, registry, installed program |
| 0.95 | console and web console |
| 1.00 | services start, verdict |
"""

from __future__ import annotations

import asyncio
from typing import Any

from tests.lab.products.scom import components, obstacles
from tests.lab.products.scom.builds import Build
from tests.lab.products.scom.command_line import parse
from tests.lab.products.scom.group import NEVER_KILLED, ManagementGroup, ManagementServer
from tests.lab.products.scom.obstacles import Obstacle, Verdict
from tests.lab.products.scom.plan import SetupPlan
from tests.lab.products.scom.setup_log import WizardLog, folder_of, write_msi_log, write_prerequisites
from tests.lab.windows.filesystem import FileProblem

CRASH_CODE = -1073741819  # 0xC0000005, an access violation
_MSI_LOGS = {"server": "OMServer", "console": "OMConsole", "web_console": "OMWebConsole"}


class Upgrade:
    """One run. `succeeded` and `reason` tell how it ended; `run` returns the exit code."""

    def __init__(self, group: ManagementGroup, server: ManagementServer | None, target: Build, plan: SetupPlan, process: Any) -> None:
        self._group, self._server, self._target, self._plan = group, server, target, plan
        self._process, self._host = process, process.host
        self._command = parse(process.arguments)
        self._folder = folder_of(process.environment)
        self._log = WizardLog(self._host, self._folder, group.uncertain)
        self._spent = 0.0
        self._is_first = False
        self._has_begun = False
        self.succeeded = False
        self.reason = "running"

    async def run(self) -> int:
        """Runs to the exit code. Raises CancelledError when it is killed."""
        self._log.always("Application Started")
        self._log.engine(f"Main : Current directory = {self._process.executable.rpartition(chr(92))[0]}")
        try:
            return await self._phases()
        except Obstacle as obstacle:
            return self._fail(obstacle)
        except FileProblem as problem:
            self.reason = f"file: {problem}"
            return self._code(Verdict.FAILED)

    def refuse_second(self) -> int:
        """Another setup runs on this computer."""
        self._log.error("There is already another setup wizard running on this computer.")
        self.reason = "another_setup_running"
        return self._code(Verdict.ANOTHER_SETUP)

    def was_killed(self) -> None:
        """Ended by force; being ended with the world is nobody's fault."""
        self.reason = "killed"
        if not self._group.world.is_ending:
            progress = round(100 * self._spent)
            self._group.world.violation(self._host.name, "setup_killed", NEVER_KILLED, percent=progress, had_begun=self._has_begun)

    async def _phases(self) -> int:
        await self._validate()
        await self._check_prerequisites()
        assert self._server
        self._has_begun = True
        if self._plan.outcome == "no_change":
            await self._until(0.99)
            return self._end(Verdict.SUCCESSFUL)
        for name in components.running_services(self._host):
            self._host.services.stop(name)
        await self._upgrade_database()
        await self._import_management_packs()
        await self._install_components()
        return await self._finish()

    async def _validate(self) -> None:
        _raise(obstacles.of_command_line(self._command, self._group))
        _raise(obstacles.of_machine(self._server, self._target, self._host))
        await self._until(0.05)
        _raise(obstacles.of_accounts(self._command, self._host))
        if self._plan.outcome == "das_rejected":
            records = (("Error", f"DASAccountUser: {self._plan.first_cause}"),)
            raise Obstacle("account_rejected:DASAccountUser", Verdict.FAILED, records, fatal_action="ValidateAccounts")
        if self._plan.outcome == "refused":
            records = (("Error", self._plan.first_cause), ("Always", "OM component OMSERVER is not valid to install on this box."))
            raise Obstacle("refused", Verdict.INVALID_TO_INSTALL, records)

    async def _check_prerequisites(self) -> None:
        self._log.info(f"Info:Creating db path: \\\\{self._group.operational.spec.server}\\E$\\MSSQL\\DATA")
        if self._plan.hangs:
            await asyncio.Event().wait()
        await self._until(0.10)
        if obstacle := await obstacles.of_sql_server(self._group, self._host, self._login):
            raise obstacle
        failed = list(obstacles.of_prerequisites(self._group, self._target))
        if self._plan.outcome == "prerequisite":
            failed.append(obstacles.failed_check(self._plan.failed_check))
        names = [f"OM{name.replace('_', '').upper()}" for name in (self._server.spec.components if self._server else ())]
        checks = [check for one in failed for check in one.failed_checks]
        write_prerequisites(self._host, self._folder, names, checks)
        _raise(iter(failed))
        await self._until(0.15)

    async def _upgrade_database(self) -> None:
        assert self._server
        if not self._group.needs_script(self._target):
            return
        self._is_first = True
        with self._group.script(self._server, self._target):
            self._log.engine("Doing Preinstall task for OMSERVER")
            await self._until(0.3)
            if obstacle := await obstacles.of_database(self._group, self._host, self._login):
                raise obstacle
            await self._strike(0.45)
            await self._until(0.45)

    async def _import_management_packs(self) -> None:
        if not self._is_first:
            await self._until(0.65)
            return
        for number in range(1, self._plan.management_packs + 1):
            name = f"Example Library {number}"
            path = f"{self._process.executable.rpartition(chr(92))[0]}\\Setup\\AMD64\\..\\..\\ManagementPacks\\Example.Library{number}.mpb"
            self._log.info(f"Info:FirstManagementServer: Importing Management Pack: {name}")
            self._log.always(f"ImportManagementPack: Loading management pack {path}. {self._host.clock.now():%H:%M:%S}")
            if number == 2 and self._plan.retried_pack:
                self._log.error(f"ImportManagementPack: Error: Unable to load management pack {path}")
                self._log.always(f"FirstManagementServer: Failed to load MP {path}.  We will retry.")
            await self._until(0.45 + 0.2 * number / self._plan.management_packs)
        _raise(obstacles.of_management_packs(self._group))

    async def _install_components(self) -> None:
        assert self._server
        await self._strike(0.85)
        installer = self._host.processes.spawn("msiexec", parent_id=self._process.id, user=self._process.user)
        try:
            await self._until(0.85)
            self._install("server", move_registry=self._group.uncertain.registry_order == "server_first")
            await self._until(0.95)
            for component in self._server.spec.components:
                if component != "server":
                    self._install(component, move_registry=True)
            components.move_registry(self._host, "server", self._target)
        finally:
            self._host.processes.end(installer)

    def _install(self, component: str, *, move_registry: bool) -> None:
        keep_old = self._group.uncertain.old_uninstall_entry == "stays"
        self._log.engine(f"Doing Install task for {_MSI_LOGS[component]}")
        components.move_files(self._host, component, self._target)
        components.list_program(self._host, component, self._target, keep_old=keep_old)
        if move_registry:
            components.move_registry(self._host, component, self._target)
        product = components.display_name(component, self._target.release)
        write_msi_log(self._host, self._folder, _MSI_LOGS[component], product, 0)
        self._log.engine(f"ProcessInstalls: Install Item {product} was successful.  We will launch the post process delegate.")

    async def _finish(self) -> int:
        assert self._server
        await self._strike(1.0)
        self._server.build = self._target
        self._server.available = True
        if self._group.uncertain.server_row == "at_once":
            self._server.row_build = self._target
        das = "LocalSystem" if self._command.get("UseLocalSystemDASAccount") else self._command.get("DASAccountUser")
        for name in ("OMSDK", "cshost"):
            self._host.services.configure(name, account=das)
        for name in components.SERVICES:
            self._host.services.start(name)
        await self._until(1.0)
        needs_reboot = self._plan.outcome == "reboot"
        if needs_reboot:
            self._server.reboot_owed = True
            self._host.pending_reboot.add("file_renames", components.FILE_IN_USE)
        self._server.health = 0
        self._host.later(self._plan.healthy_after, self._become_healthy)
        return self._end(Verdict.NEED_REBOOT if needs_reboot else Verdict.SUCCESSFUL)

    def _become_healthy(self) -> None:
        assert self._server
        self._server.health = 1
        self._server.row_build = self._target
        self._host.write("scom.healthy", release=self._target.title)

    async def _strike(self, before: float) -> None:
        """The scenario's own failure, when its moment lies before this part of the run."""
        outcome, cause = self._plan.outcome, self._plan.first_cause
        if outcome not in _STRIKES or self._plan.fails_at >= before:
            return
        await self._until(self._plan.fails_at)
        if outcome == "database_error":
            raise obstacles.sql_obstacle("database_error", "EXEC dbo.example", cause, self._plan.fatal_action)
        raise Obstacle(outcome, Verdict.FAILED, (("Error", cause),), fatal_action=self._plan.fatal_action)

    def _fail(self, obstacle: Obstacle) -> int:
        self.reason = obstacle.reason
        if obstacle.reason == "missing_licence_switch":
            self._host.write("setup.refused", reason=obstacle.reason)
        if obstacle.reason == "crash":
            return self._plan.exit_code or CRASH_CODE
        for level, text in obstacle.records:
            self._log.line(level, text)
        if obstacle.exception:
            self._log.exception(*obstacle.exception)
        if obstacle.fatal_action:
            self._log.error(f"FATAL ACTION: {obstacle.fatal_action}")
        if self._has_begun:
            self._roll_back(obstacle.reason)
        self._log.end(obstacle.verdict.word, self._command.switches)
        return self._code(obstacle.verdict)

    def _roll_back(self, reason: str) -> None:
        stars = "*" * 40
        self._log.line("Always", stars, "****Starting*RollBack****", stars)
        if reason == "vanish":
            components.remove(self._host)
        else:
            for name in components.SERVICES:
                self._host.services.start(name)
        self._log.line("Always", stars, "****Ended*RollBack****", stars)

    def _end(self, verdict: Verdict) -> int:
        self.succeeded = self._plan.outcome != "no_change"
        self.reason = verdict.word
        self._log.end(verdict.word, self._command.switches)
        return self._code(verdict)

    def _code(self, verdict: Verdict) -> int:
        is_planned = self._plan.exit_code is not None and self.reason in (*_PLANNED, Verdict.SUCCESSFUL.word, Verdict.NEED_REBOOT.word)
        return int(self._plan.exit_code) if is_planned else verdict.exit_code(self._group.uncertain.exit_codes)

    @property
    def _login(self) -> str:
        """Who this process is for a SQL Server elsewhere."""
        accounts = self._host.accounts
        is_system = accounts.is_system(self._process.user)
        return f"{accounts.directory.netbios_name}\\{self._host.computer_name}$" if is_system else str(self._process.user)

    async def _until(self, part: float) -> None:
        """Lets time pass up to a part of the run; tells every tenth of it to the journal and to the scenario's faults."""
        while self._spent < part:
            tenth = min(part, (int(self._spent * 10 + 1e-9) + 1) / 10)
            await self._group.world.sleep((tenth - self._spent) * self._plan.seconds)
            self._spent = tenth
            if abs(self._spent * 10 - round(self._spent * 10)) < 1e-9:
                percent = round(self._spent * 100)
                self._host.write("setup.progress", percent=percent)
                self._process.progress(percent)


_STRIKES = ("database_error", "fatal_action", "crash", "vanish")
_PLANNED = ("database_error", "fatal_action", "vanish", "refused", "prerequisite", "account_rejected:DASAccountUser")


def _raise(found: Any) -> None:
    for obstacle in found:
        raise obstacle
