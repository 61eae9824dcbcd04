# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A connection to SQL Server that is a table in memory, for the hand sql_query."""

from __future__ import annotations

from typing import Any

from tests.powershell.engine import run_hand

# A DataTable's reader is a genuine DbDataReader; only the connection and its command are played. A query named in its text as FAIL:n
# throws what SqlClient throws for number n.
CONNECTION = r"""
Add-Type -TypeDefinition 'namespace Played.SqlClient { public class SqlException : System.Exception {
    public SqlException(int number) : base("Anmeldung fehlgeschlagen") { Number = number; HResult = -2146232060; }
    public int Number { get; set; } } }' -ErrorAction Ignore
function New-Method([object]$Object, [string]$Name, [scriptblock]$Body) {
    Add-Member -InputObject $Object -MemberType ScriptMethod -Name $Name -Value $Body
}
function New-Table {
    $table = New-Object System.Data.DataTable
    if ($args[0] -like '*SUSER_SNAME*') {
        foreach ($column in 'login', 'server', 'physical_name', 'database') { $null = $table.Columns.Add($column, [string]) }
        $null = $table.Columns.Add('is_sysadmin', [int])
        $null = $table.Columns.Add('utc_now', [datetime])
        $null = $table.Rows.Add('CONTOSO\das', 'SQL1\SCOM', 'SQL1', 'OperationsManager', 1, [datetime]'2026-03-01T12:00:00')
        return , $table
    }
    foreach ($pair in @(@('name', [string]), @('finished_utc', [datetime]), @('size', [decimal]), @('id', [guid]), @('raw', [byte[]]))) {
        $null = $table.Columns.Add($pair[0], $pair[1])
    }
    if ($args[0] -notlike '*EMPTY*') {
        $id = [guid]'11111111-2222-3333-4444-555555555555'
        $null = $table.Rows.Add('one', [datetime]'2026-02-01T01:02:03', [decimal]1.5, $id, [byte[]](1, 2))
        $null = $table.Rows.Add([DBNull]::Value, [DBNull]::Value, [DBNull]::Value, [DBNull]::Value, [DBNull]::Value)
        $null = $table.Rows.Add('three', [DBNull]::Value, [decimal]3, [DBNull]::Value, [DBNull]::Value)
    }
    , $table
}
function New-SqlConnection([string]$Text) {
    $global:Seen = @{ connection = $Text; statements = @(); parameters = @{}; opened = 0; disposed = $false }
    $connection = New-Object PSObject -Property @{ State = 'Closed' }
    New-Method $connection Open {
        $global:Seen['opened']++
        if ($global:OpenFails) { throw (New-Object Played.SqlClient.SqlException $global:OpenFails) }
        $this.State = 'Open'
    }
    New-Method $connection Dispose {
        $global:Seen['disposed'] = $true
        $module.Result.seen = $global:Seen
    }
    New-Method $connection CreateCommand {
        $command = New-Object PSObject -Property @{
            CommandText = ''; CommandTimeout = 0; Parameters = (New-Object PSObject -Property @{}); Connection = $this
        }
        New-Method $command.Parameters AddWithValue {
            $global:Seen['parameters'][$args[0]] = $(if ($args[1] -is [DBNull]) { 'DBNull' } else { $args[1] })
        }
        New-Method $command Cancel { $global:Seen['cancelled'] = $true }
        New-Method $command Dispose { }
        New-Method $command ExecuteReader {
            $global:Seen['statements'] += $this.CommandText
            if ($this.CommandText -match 'FAIL:(-?\d+)') {
                if ($matches[1] -eq '20000') { $this.Connection.State = 'Closed' }
                throw (New-Object Played.SqlClient.SqlException ([int]$matches[1]))
            }
            , (New-Table $this.CommandText).CreateDataReader()
        }
        $command
    }
    $connection
}
"""


def query(
    *queries: dict[str, Any],
    stand_ins: str = "",
    check_mode: bool = False,
    environment: dict[str, str] | None = None,
    **options: Any,
) -> dict[str, Any]:
    arguments = {"server": "sql1\\scom", "database": "OperationsManager", "queries": list(queries), **options}
    played = f"$global:OpenFails = 0\n{CONNECTION}\n{stand_ins}"
    return run_hand("sql_query", arguments, played, check_mode=check_mode, environment=environment).result


def a_query(name: str = "it", text: str = "SELECT 1", **more: Any) -> dict[str, Any]:
    return {"name": name, "text": text, **more}
