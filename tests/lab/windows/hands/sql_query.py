"""The hand sql_query: named queries, answered by the world's SQL Servers for the identity that reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.lab.world import Row, SqlError

from ..clock import iso
from ..module_call import Call
from .envelope import Data, Trouble, envelope


async def answer(call: Call) -> dict[str, Any]:
    server, database = str(call.need("server")), str(call.need("database"))
    user = call.session.identity_at(server)
    executes = call.get("mode", default="query") == "execute"
    connection = await _connect(call, user, server, database)
    if connection["state"] != "present" or (executes and call.check_mode):
        return {"changed": executes and connection["state"] == "present", "connection": connection, "answers": {}}
    answers = {one["name"]: await _query(call, user, server, database, one) for one in call.get("queries", default=[])}
    return {"changed": executes, "connection": connection, "answers": answers}


async def _connect(call: Call, user: str, server: str, database: str) -> Data:
    facts: Data = {"state": "present", "error": None, "login": None, "server": None, "physical_name": None, "database": database}
    facts |= {"is_sysadmin": False, "utc_now": iso(call.host.clock.now())}
    try:
        made = await call.host.world.sql.connect(call.host.name, user, server, database)
    except SqlError as error:
        return {**facts, "state": error.state, "error": _error(error)}
    return {**facts, "login": made.login, "server": made.server, "physical_name": made.physical_name, "is_sysadmin": made.is_sysadmin}


async def _query(call: Call, user: str, server: str, database: str, query: Mapping[str, Any]) -> Data:
    async def work() -> Data:
        name, parameters = query["name"], query.get("parameters") or {}
        try:
            rows: list[Row] = await call.host.world.sql.query(call.host.name, user, server, database, name=name, parameters=parameters)
        except SqlError as error:
            raise Trouble(error.state, error.type, error.message, native=error.number, hresult=-2146232060) from error
        limit = int(query.get("max_rows") or 1000)
        return {"rows": rows[:limit], "truncated": len(rows) > limit, "affected": len(rows)}

    return await envelope(work)


def _error(error: SqlError) -> Data:
    return {"type": error.type, "hresult": -2146232060, "native": error.number, "id": error.type, "message": error.message}
