# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""sql_query against a connection that is a table in memory: rows, parameters, failures, check mode."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.powershell.sql_connection import a_query, query

GUID = "11111111-2222-3333-4444-555555555555"


@pytest.mark.usefixtures("either_host")
def test_rows_arrive_as_plain_values() -> None:
    result = query(a_query())
    assert result["answers"]["it"]["state"] == "present", result
    assert result["answers"]["it"]["data"] == {
        "rows": [
            {
                "name": "one",
                "finished_utc": "2026-02-01T01:02:03.000Z",
                "size": 1.5,
                "id": "11111111-2222-3333-4444-555555555555",
                "raw": "AQI=",
            },
            {"name": None, "finished_utc": None, "size": None, "id": None, "raw": None},
            {"name": "three", "finished_utc": None, "size": 3.0, "id": None, "raw": None},
        ],
        "truncated": False,
        "affected": result["answers"]["it"]["data"]["affected"],
    }


def test_an_error_behind_the_first_result_is_seen() -> None:
    behind = """
function New-Table {
    $table = New-Object System.Data.DataTable
    $null = $table.Columns.Add('a', [System.DateTimeOffset])
    $null = $table.Rows.Add([System.DateTimeOffset]'2026-02-01T02:00:00+01:00')
    $reader = $table.CreateDataReader()
    $player = New-Object PSObject -Property @{ Reader = $reader; FieldCount = 1; RecordsAffected = -1; Results = 2 }
    New-Method $player Read { $this.Reader.Read() }
    New-Method $player GetName { $this.Reader.GetName($args[0]) }
    New-Method $player GetValue { $this.Reader.GetValue($args[0]) }
    New-Method $player NextResult {
        $this.Results--
        if ($this.Results -eq 0 -and $global:BehindFails) { throw (New-Object Played.SqlClient.SqlException 229) }
        $this.Results -gt 0
    }
    New-Method $player Close { }
    New-Method $player Dispose { }
    $table = New-Object PSObject -Property @{ Player = $player }
    New-Method $table CreateDataReader { $this.Player }
    $table
}
$global:BehindFails = %s"""
    identity = "function Get-ConnectionFact { @{ state = 'present'; error = $null } }\n"
    good = query(a_query(), stand_ins=identity + behind % "$false")["answers"]["it"]
    assert good["data"]["rows"] == [{"a": "2026-02-01T01:00:00.000Z"}]
    assert query(a_query(), stand_ins=identity + behind % "$true")["answers"]["it"]["error"]["type"] == "permission"


def test_a_time_of_the_server_is_not_shifted_by_the_zone_of_the_host() -> None:
    result = query(a_query(), stand_ins="[System.TimeZoneInfo]::ClearCachedData()", environment={"TZ": "Europe/Berlin"})
    assert result["answers"]["it"]["data"]["rows"][0]["finished_utc"] == "2026-02-01T01:02:03.000Z"


@pytest.mark.usefixtures("either_host")
def test_one_row_is_a_list_and_no_row_too() -> None:
    result = query(a_query("one", max_rows=1), a_query("none", "SELECT EMPTY"))
    assert [row["name"] for row in result["answers"]["one"]["data"]["rows"]] == ["one"]
    assert result["answers"]["none"]["data"]["rows"] == []


@pytest.mark.usefixtures("either_host")
@pytest.mark.parametrize(("max_rows", "truncated"), [(2, True), (3, False)])
def test_a_large_result_is_cut_and_says_so(max_rows: int, truncated: bool) -> None:
    result = query(a_query(max_rows=max_rows))
    data = result["answers"]["it"]["data"]
    assert (len(data["rows"]), data["truncated"]) == (max_rows, truncated)
    assert result["seen"].get("cancelled", False) is truncated


def test_parameters_arrive_with_their_types_and_null_as_dbnull() -> None:
    seen = query(a_query(parameters={"name": "O'Brien", "number": 7, "nothing": None}))["seen"]
    assert seen["parameters"] == {"@name": "O'Brien", "@number": 7, "@nothing": "DBNull"}


def test_the_connection_says_who_asked_whom() -> None:
    connection = query()["connection"]
    assert connection == {
        "state": "present",
        "error": None,
        "login": "CONTOSO\\das",
        "server": "SQL1\\SCOM",
        "physical_name": "SQL1",
        "database": "OperationsManager",
        "is_sysadmin": True,
        "utc_now": "2026-03-01T12:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("number", "state", "kind"),
    [
        (-2, "timeout", "timeout"),
        (208, "absent", "missing_object"),
        (207, "broken", "missing_column"),
        (229, "denied", "permission"),
        (297, "denied", "permission"),
        (1205, "broken", "deadlock"),
        (1222, "broken", "lock_timeout"),
        (976, "broken", "secondary_not_readable"),
        (50000, "broken", "Played.SqlClient.SqlException"),
    ],
)
def test_a_failing_query_is_classified_and_spoils_no_other(number: int, state: str, kind: str) -> None:
    result = query(a_query("before"), a_query("bad", f"SELECT FAIL:{number}"), a_query("after"))
    bad = result["answers"]["bad"]
    assert (bad["state"], bad["data"], bad["error"]["type"], bad["error"]["native"]) == (state, {}, kind, number)
    assert [result["answers"][name]["state"] for name in ("before", "after")] == ["present", "present"]


def test_an_error_that_closes_the_connection_does_not_cost_the_queries_behind_it() -> None:
    result = query(a_query("bad", "SELECT FAIL:20000"), a_query("after"))
    assert (result["answers"]["after"]["state"], result["seen"]["opened"]) == ("present", 2)


@pytest.mark.parametrize(
    ("number", "state", "kind"),
    [
        (18456, "denied", "login_failed"),
        (18452, "denied", "login_failed"),
        (4060, "denied", "database_unavailable"),
        (53, "broken", "unreachable"),
        (26, "broken", "unreachable"),
        (11001, "broken", "unreachable"),
        (-2, "timeout", "timeout"),
        (-2146893019, "broken", "certificate"),
        (-2146893022, "broken", "certificate"),
        (-2146762481, "broken", "certificate"),
        (-2146893016, "broken", "certificate"),
        (-2146893007, "broken", "encryption"),
    ],
)
def test_a_connection_that_fails_is_an_answer(number: int, state: str, kind: str) -> None:
    result = query(a_query(), stand_ins=f"$global:OpenFails = {number}")
    assert "failed" not in result
    assert (result["connection"]["state"], result["connection"]["error"]["type"], result["answers"]) == (state, kind, {})
    assert (result["connection"]["login"], result["connection"]["is_sysadmin"]) == (None, False)


def test_a_client_that_is_not_there_is_an_answer_too() -> None:
    result = query(a_query(), stand_ins="function New-SqlConnection { New-Object No.Such.Connection }")
    assert (result["connection"]["state"], result["answers"]) == ("unsupported", {})


def test_the_connection_is_closed_at_the_end() -> None:
    assert query(a_query())["seen"]["disposed"] is True


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"server": "sql1,1433"}, 'Data Source="sql1,1433"'),
        ({"database": "a;b=c"}, 'Initial Catalog="a;b=c"'),
        ({"connect_timeout": 7}, "Connect Timeout=7"),
        ({"encrypt": "mandatory"}, "Encrypt=True"),
        ({}, "Encrypt=False"),
        ({"trust_server_certificate": True}, "TrustServerCertificate=True"),
        ({}, "Integrated Security=true"),
        ({}, "Pooling=false"),
    ],
)
def test_the_connection_text_is_quoted_and_says_what_was_asked(options: dict[str, Any], part: str) -> None:
    text = query(**options)["seen"]["connection"]
    assert part.replace('"', "").lower() in text.replace('"', "").lower()


@pytest.mark.parametrize(
    ("server", "parallel"), [("listener", True), ("sql1.contoso.lab,1433", True), ("sql1\\scom", False), (".", False), ("lpc:sql1", False)]
)
def test_all_addresses_of_a_listener_are_tried_at_once(server: str, parallel: bool) -> None:
    assert ("MultiSubnetFailover" in query(server=server)["seen"]["connection"]) is parallel


def test_looking_neither_waits_behind_a_setup_nor_wins_against_it() -> None:
    seen = query(a_query())["seen"]
    assert seen["statements"][-1] == "SET NOCOUNT ON; SET LOCK_TIMEOUT 5000; SET DEADLOCK_PRIORITY LOW; SELECT 1"


def test_an_execution_counts_rows_and_is_a_change() -> None:
    result = query(a_query(text="DELETE TOP (10) FROM x"), mode="execute")
    assert result["changed"] is True
    assert result["seen"]["statements"][-1] == "SET DEADLOCK_PRIORITY LOW; DELETE TOP (10) FROM x"


def test_an_execution_in_check_mode_connects_and_runs_nothing() -> None:
    result = query(a_query(text="DELETE FROM x"), mode="execute", check_mode=True)
    assert (result["changed"], result["connection"]["state"], result["answers"]["it"]["state"]) == (True, "present", "unknown")
    assert not [statement for statement in result["seen"]["statements"] if "DELETE" in statement]


def test_a_query_runs_in_check_mode_and_changes_nothing() -> None:
    result = query(a_query(), check_mode=True)
    assert (result["changed"], result["answers"]["it"]["state"]) == (False, "present")


def test_an_execution_without_a_connection_is_no_change() -> None:
    assert query(a_query(), stand_ins="$global:OpenFails = 53", mode="execute")["changed"] is False


def test_a_wrong_option_fails_by_its_name() -> None:
    result = query({"name": "it", "sql": "SELECT 1"})
    assert result["failed"] is True
    assert "sql" in json.dumps(result["msg"])


@pytest.mark.parametrize(
    ("number", "message", "kind"),
    [
        (18456, r"Login failed for user 'NT AUTHORITY\\ANONYMOUS LOGON'.", "second_hop"),
        (18456, r"Fehler bei der Anmeldung für den Benutzer 'NT-AUTORITÄT\\ANONYMOUS-ANMELDUNG'.", "second_hop"),
        (18456, r"Login failed for user 'CONTOSO\\das'.", "login_failed"),
        (229, r"Denied to NT AUTHORITY\\ANONYMOUS LOGON.", "permission"),
    ],
)
def test_a_server_that_saw_nobody_is_a_second_hop(number: int, message: str, kind: str) -> None:
    german = r"function Get-AnonymousName { 'NT-AUTORITÄT\ANONYMOUS-ANMELDUNG' }"
    seen = f"""
Add-Type -TypeDefinition 'namespace Told.SqlClient {{ public class SqlException : System.Exception {{
    public SqlException(int number, string text) : base(text) {{ Number = number; HResult = -2146232060; }}
    public int Number {{ get; set; }} }} }}' -ErrorAction Ignore
function New-SqlConnection {{
    $connection = New-Object PSObject -Property @{{ State = 'Closed' }}
    New-Method $connection Open {{ throw (New-Object Told.SqlClient.SqlException {number}, "{message}") }}
    New-Method $connection Dispose {{ }}
    $connection
}}"""

    connection = query(a_query(), stand_ins=german + seen)["connection"]

    assert (connection["state"], connection["error"]["type"], connection["error"]["native"]) == ("denied", kind, number)
