"""What in the world keeps setup from doing its work, phase by phase (scom 3, 4, 10). The scenario's own failures are `plan.Outcome`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from tests.lab.products.scom.builds import Build, numbers
from tests.lab.products.scom.command_line import CommandLine
from tests.lab.products.scom.group import ManagementGroup, ManagementServer
from tests.lab.world import SqlError

SQL_EXCEPTION, INVOCATION_EXCEPTION = "0x80131904", "0x80131604"  # log-shapes 1.3
ETL_LIMIT = 100_000  # scom 6.1
_PREDECESSORS = {"2016": ("2012 R2",), "2019": ("2016", "1801", "1807"), "2022": ("2019",), "2025": ("2022",)}  # scom 2.1
_SQL_MINIMUM = {  # scom 6.3, by major version of SQL Server
    "2016": {11: (0,), 12: (0,), 13: (0,)},
    "2019": {13: (0,), 14: (0,), 15: (15, 0, 4073)},
    "2022": {14: (0,), 15: (15, 0, 4073), 16: (16, 0, 4105)},
    "2025": {14: (0,), 15: (15, 0, 4073), 16: (16, 0, 4105)},
}


class Verdict(Enum):
    """SetupReturnValues (log-shapes 1.7); SCOM seems to return the negative number."""

    SUCCESSFUL = ("Successful", 0)
    FAILED = ("Failed", 1)
    FAILED_PREREQUISITES = ("FailedPrerequisiteChecks", 14)
    INVALID_COMMAND_LINE = ("InvalidCommandLine", 15)
    INVALID_TO_INSTALL = ("InvalidToInstallOnThisMachine", 17)
    ANOTHER_SETUP = ("AnotherSetupRunningOnThisMachine", 18)
    NEED_REBOOT = ("SuccessfulNeedReboot", 3010)

    def __init__(self, word: str, number: int) -> None:
        self.word, self.number = word, number

    def exit_code(self, sign: str) -> int:
        good = self in (Verdict.SUCCESSFUL, Verdict.NEED_REBOOT)
        return self.number if good or sign == "positive" else -self.number


@dataclass(eq=False)
class Obstacle(Exception):
    """Why a phase failed: the records it leaves in the log as (level, text), the action it is fatal for, the failed prerequisites.

    `exception` is (context, type, code, text) of a thrown exception.
    """

    reason: str
    verdict: Verdict
    records: tuple[tuple[str, str], ...] = ()
    exception: tuple[str, str, str, str] | None = None
    fatal_action: str | None = None
    failed_checks: tuple[str, ...] = field(default=())


def sql_obstacle(reason: str, sql: str, text: str, action: str = "ConfigureDatabase") -> Obstacle:
    """A batch that failed."""
    exception = (f"Exception running sql string {sql}", "System.Data.SqlClient.SqlException", SQL_EXCEPTION, text)
    return Obstacle(reason, Verdict.FAILED, exception=exception, fatal_action=action)


def of_command_line(command: CommandLine, group: ManagementGroup) -> Iterator[Obstacle]:
    """Before anything is looked at on the machine."""
    if not command.accepts_licence:
        text = "Have NOT acknowledge acceptance of the license terms in unattended install."
        yield Obstacle("missing_licence_switch", Verdict.INVALID_COMMAND_LINE, (("Error", text),))
    has_user, has_password = command.get("DASAccountUser"), command.get("DASAccountPassword")
    is_gmsa = bool(has_user) and has_user.endswith("$")
    if command.get("UseLocalSystemDASAccount"):
        if group.uncertain.local_system == "refused":
            yield _missing("DASAccountUser")
    elif not has_user or not (has_password or is_gmsa):
        yield _missing("DASAccountUser and DASAccountPassword")
    elif is_gmsa and group.uncertain.gmsa == "refused":
        yield _missing("DASAccountPassword")
    if group.uncertain.data_reader == "needed" and not (command.get("DataReaderUser") and command.get("DataReaderPassword")):
        yield _missing("DataReaderUser and DataReaderPassword")


def of_machine(server: ManagementServer | None, target: Build, host: Any) -> Iterator[Obstacle]:
    """Whether this product can be upgraded on this machine at all."""
    records = (("Always", "OM component OMSERVER is not valid to install on this box."),)
    if server is None or host.registry.get(r"SOFTWARE\Microsoft\Microsoft Operations Manager\3.0\Setup", "ServerVersion") is None:
        yield Obstacle("no_management_server", Verdict.INVALID_TO_INSTALL, records)
    elif server.build.release not in _PREDECESSORS[target.release]:
        yield Obstacle("no_upgrade_path", Verdict.INVALID_TO_INSTALL, records)


def of_accounts(command: CommandLine, host: Any) -> Iterator[Obstacle]:
    """Setup validates the accounts it is given (scom 4, [Gau])."""
    for user_switch, password_switch in (("DASAccountUser", "DASAccountPassword"), ("DataReaderUser", "DataReaderPassword")):
        user, password = command.get(user_switch), command.get(password_switch)
        if not user or user.endswith("$"):
            continue
        logon = host.accounts.logon(user, password, "setup")
        if logon.reason != "ok":
            records = (
                ("Error", f"GetCrackNameResult() for {user} returned DS_NAME_ERROR_NOT_FOUND. failed to crack NT4 format"),
                ("Error", f"{user_switch}: {logon.message}"),
            )
            yield Obstacle(f"account_rejected:{user_switch}", Verdict.FAILED, records, fatal_action="ValidateAccounts")


async def of_sql_server(group: ManagementGroup, host: Any, login: str) -> Obstacle | None:
    """What setup asks the database server before it begins."""
    spec = group.operational.spec
    try:
        await group.world.sql.connect(host.name, login, group.operational.address, group.operational.name)
    except SqlError as error:
        return sql_obstacle("sql_refused", "SELECT SERVERPROPERTY('ProductVersion')", error.message, "ValidateDatabase")
    if not spec.full_text:
        records = (
            ("Error", "Sql Server does not have Full Text Search installed."),
            ("Error", "database parameter validation failed"),
            ("Always", "OM component OMSERVER is not valid to install on this box."),
        )
        return Obstacle("no_full_text", Verdict.INVALID_TO_INSTALL, records)
    return None


def of_prerequisites(group: ManagementGroup, target: Build) -> Iterator[Obstacle]:
    """The prerequisite checks that this world knows."""
    version = numbers(group.operational.spec.version)
    minimum = _SQL_MINIMUM[target.release].get(version[0])
    if minimum is None or version < minimum:
        yield failed_check("OMDBSqlVersionCheckTitle")


def failed_check(title: str) -> Obstacle:
    records = (("Error", f"CheckPrerequisites: {title.removesuffix('Title')}: Failed"),)
    return Obstacle("prerequisite", Verdict.FAILED_PREREQUISITES, records, failed_checks=(title,))


async def of_database(group: ManagementGroup, host: Any, login: str) -> Obstacle | None:
    """What breaks the database script."""
    try:
        connection = await group.world.sql.connect(host.name, login, group.operational.address, group.operational.name)
    except SqlError as error:
        return sql_obstacle("sql_refused", "EXEC dbo.p_Upgrade", error.message)
    if not connection.is_sysadmin:
        return sql_obstacle("not_sysadmin", "EXEC sp_addmessage", "User does not have permission to perform this action.")
    if group.operational.state == "damaged":
        return sql_obstacle("database_damaged", "ALTER TABLE dbo.BaseManagedEntity", "Invalid object name 'dbo.BaseManagedEntity'.")
    if group.operational.spec.configuration.get("allow updates") == 1:
        text = "Ad hoc update to system catalogs is not supported."
        return sql_obstacle("allow_updates", "EXEC sp_configure 'clr enabled', 1; RECONFIGURE", text)
    if group.spec.etl_surplus > ETL_LIMIT:
        return sql_obstacle("etl_timeout", "DELETE FROM dbo.EntityTransactionLog", "Execution Timeout Expired.")
    return None


def of_management_packs(group: ManagementGroup) -> Iterator[Obstacle]:
    """Aliases that differ only in case are duplicates since 2019 UR4, and setup does not test for them (scom 6.5)."""
    for pack in group.spec.duplicate_aliases:
        records = (
            ("Error", f"ImportManagementPack: Error: Unable to load management pack {pack.management_pack}.mp"),
            ("Error", f": Verification failed with 1 errors: duplicate alias {pack.aliases[0]}"),
        )
        yield Obstacle("duplicate_alias", Verdict.FAILED, records, fatal_action="ImportManagementPacks")


def _missing(switches: str) -> Obstacle:
    return Obstacle("missing_switch", Verdict.INVALID_COMMAND_LINE, (("Error", f"Missing or invalid command line parameter: {switches}"),))
