"""The hand sql_query: named queries, answered by the world's SQL Servers for the identity that reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.lab.world import Row, SqlError

from ..clock import iso
from ..module_call import Call
from .envelope import Data, Trouble, envelope, error_of

HRESULT_SQL = -2146232060  # 0x80131904, that of every SqlException
TYPES = {  # SqlException.Number -> the hand's word for it (powershell-probes 3.1; sql_query.ps1)
    -2: "timeout",
    18456: "login_failed",
    18452: "login_failed",
    4060: "database_unavailable",
    4064: "database_unavailable",
    916: "permission",
    229: "permission",
    297: "permission",
    300: "permission",
    207: "missing_column",
    208: "missing_object",
    20: "encryption",
    53: "unreachable",
    -1: "unreachable",
    26: "unreachable",
    40: "unreachable",
    258: "unreachable",
    10060: "unreachable",
    10061: "unreachable",
    11001: "unreachable",
}


async def answer(call: Call) -> dict[str, Any]:
    server, database = str(call.need("server")), str(call.need("database"))
    user = call.session.identity_at(server)
    executes = call.get("mode", default="query") == "execute"
    connection = await _connect(call, user, server, database)
    if connection["state"] != "present":
        return {"changed": False, "connection": connection, "answers": {}}
    queries = call.get("queries", default=[])
    if executes and call.check_mode:
        unknown: Data = {"state": "unknown", "data": {}, "error": None, "ms": 0}
        return {"changed": True, "connection": connection, "answers": {one["name"]: unknown for one in queries}}
    answers = {one["name"]: await _query(call, user, server, database, one, executes=executes) for one in queries}
    return {"changed": executes, "connection": connection, "answers": answers}


async def _connect(call: Call, user: str, server: str, database: str) -> Data:
    nobody = dict.fromkeys(("login", "server", "physical_name", "database", "utc_now"))
    try:
        made = await call.host.world.sql.connect(call.host.name, user, server, database)
    except SqlError as error:
        told = error_of(_type(error), error.message, HRESULT_SQL, error.number)
        return {**nobody, "state": error.state, "error": told, "is_sysadmin": False}
    facts = {"login": made.login, "server": made.server, "physical_name": made.physical_name, "is_sysadmin": made.is_sysadmin}
    return {**facts, "state": "present", "error": None, "database": database, "utc_now": iso(call.host.clock.now())}


async def _query(call: Call, user: str, server: str, database: str, query: Mapping[str, Any], *, executes: bool) -> Data:
    async def work() -> Data:
        name, parameters = query["name"], query.get("parameters") or {}
        try:
            rows: list[Row] = await call.host.world.sql.query(call.host.name, user, server, database, name=name, parameters=parameters)
        except SqlError as error:
            raise Trouble(error.state, _type(error), error.message, native=error.number, hresult=HRESULT_SQL) from error
        limit = int(query.get("max_rows") or 1000)
        return {"rows": rows[:limit], "truncated": len(rows) > limit, "affected": len(rows) if executes else -1}

    return await envelope(work)


def _type(error: SqlError) -> str:
    kind = TYPES.get(error.number, error.type)
    return "second_hop" if kind == "login_failed" and "ANONYMOUS LOGON" in error.message else kind
