"""sql_query and scom_command reach the world with the right identity (powershell-probes 1.34, contract 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.lab.windows.session import ANONYMOUS
from tests.lab.world import Row, SdkStopped, SqlConnection, SqlError, World

from .builders import ADMIN, ADMIN_PASSWORD, a_host, asynchronous, hand

QUERIES = [{"name": "group", "text": "SELECT 1"}]


class Sql:
    """Knows one query and lets in everybody but the anonymous."""

    def __init__(self) -> None:
        self.users: list[str] = []

    async def connect(self, host: str, user: str, server: str, database: str) -> SqlConnection:
        self.users.append(user)
        if user == ANONYMOUS:
            raise SqlError("denied", "LoginFailed", 18456, "Login failed for user 'NT AUTHORITY\\ANONYMOUS LOGON'.")
        return SqlConnection(user, server, "SQL1", True)

    async def query(self, host: str, user: str, server: str, database: str, *, name: str, parameters: Mapping[str, Any]) -> list[Row]:
        if name != "group":
            raise SqlError("absent", "InvalidObject", 208, f"Invalid object name '{name}'.")
        return [{"group_name": f"G{number}"} for number in range(3)]


class Sdk:
    async def answer(self, host: str, user: str, verb: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        if verb == "management_group":
            return {"name": "PROD", "asked_by": user, **arguments}
        raise SdkStopped(host) if verb == "management_servers" else LookupError(verb)


@asynchronous
async def test_a_network_logon_is_anonymous_for_a_sql_server_on_another_host() -> None:
    sql = Sql()
    host = a_host(World(sql=sql))
    result = await hand(host, "sql_query", server="sql1.contoso.lab", database="OperationsManager", queries=QUERIES)

    assert sql.users == [ANONYMOUS]
    assert result.get("failed") is not True
    assert (result["connection"]["state"], result["connection"]["error"]["native"], result["answers"]) == ("denied", 18456, {})


@asynchronous
async def test_become_and_the_own_host_are_reached_as_the_user() -> None:
    sql = Sql()
    host = a_host(World(sql=sql))
    await hand(host, "sql_query", server="sql1.contoso.lab", database="D", queries=QUERIES, become=(ADMIN, ADMIN_PASSWORD))
    await hand(host, "sql_query", server=r"ms1\PROD", database="D", queries=QUERIES)
    await hand(host, "sql_query", server="sql1.contoso.lab", database="D", queries=QUERIES, become=("SYSTEM", None))

    assert sql.users == [ADMIN, ADMIN, r"CONTOSO\MS1$"]


@asynchronous
async def test_rows_are_cut_at_the_limit_and_one_bad_query_leaves_the_others() -> None:
    host = a_host(World(sql=Sql()))
    queries = [{"name": "group", "text": "x", "max_rows": 2}, {"name": "backups", "text": "y"}]
    result = await hand(host, "sql_query", server="localhost", database="D", queries=queries)

    assert result["connection"]["is_sysadmin"] is True
    assert (len(result["answers"]["group"]["data"]["rows"]), result["answers"]["group"]["data"]["truncated"]) == (2, True)
    assert (result["answers"]["backups"]["state"], result["answers"]["backups"]["error"]["native"]) == ("absent", 208)


@asynchronous
async def test_verbs_are_answered_by_the_sdk_and_a_stopped_one_is_broken() -> None:
    host = a_host(World(sdk=Sdk()), services={"OMSDK": {"status": "running"}})
    commands = {"a": {"verb": "management_group"}, "b": {"verb": "management_servers"}, "c": {"verb": "nonsense"}}
    answers = (await hand(host, "scom_command", commands=commands))["answers"]

    assert answers["a"]["data"] == {"name": "PROD", "asked_by": ADMIN}
    assert [answers[name]["error"]["type"] for name in "bc"] == ["sdk_stopped", "UnknownVerb"]


@asynchronous
async def test_a_host_without_the_sdk_service_says_so() -> None:
    answers = (await hand(a_host(), "scom_command", commands={"a": {"verb": "management_group"}}))["answers"]

    assert (answers["a"]["state"], answers["a"]["error"]["type"]) == ("absent", "sdk_absent")


@asynchronous
async def test_an_execution_in_check_mode_is_unknown() -> None:
    host = a_host(World(sql=Sql()))
    result = await hand(host, "sql_query", server="localhost", database="D", mode="execute", queries=QUERIES, check=True)

    assert (result["changed"], result["answers"]["group"]["state"]) == (True, "unknown")
