#!powershell

# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -PowerShell ..module_utils._Answer

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# SqlException.Number and what it says; the messages are translated.
$sqlStates = @{
    -2 = 'timeout', 'timeout'
    18456 = 'denied', 'login_failed'; 18452 = 'denied', 'login_failed'
    4060 = 'denied', 'database_unavailable'; 4064 = 'denied', 'database_unavailable'
    916 = 'denied', 'permission'; 229 = 'denied', 'permission'; 297 = 'denied', 'permission'; 300 = 'denied', 'permission'
    # A missing table is an answer; a missing column means another version than the query was written for.
    208 = 'absent', 'missing_object'; 207 = 'broken', 'missing_column'
    976 = 'broken', 'secondary_not_readable'; 978 = 'broken', 'secondary_not_readable'; 983 = 'broken', 'secondary_not_readable'
    1205 = 'broken', 'deadlock'; 1222 = 'broken', 'lock_timeout'; 20 = 'broken', 'encryption'
    -1 = 'broken', 'unreachable'; 64 = 'broken', 'unreachable'; 121 = 'broken', 'unreachable'; 233 = 'broken', 'unreachable'
    10053 = 'broken', 'unreachable'; 10054 = 'broken', 'unreachable'; 10065 = 'broken', 'unreachable'
    2 = 'broken', 'unreachable'; 26 = 'broken', 'unreachable'; 40 = 'broken', 'unreachable'; 53 = 'broken', 'unreachable'
    258 = 'broken', 'unreachable'; 1225 = 'broken', 'unreachable'; 10060 = 'broken', 'unreachable'; 10061 = 'broken', 'unreachable'
    11001 = 'broken', 'unreachable'
}
# What the TLS layer says is a SQL number too.
$tlsTypes = @{
    -2146893019 = 'certificate' # 0x80090325, an authority that is not trusted
    -2146893022 = 'certificate' # 0x80090322, another name than the one asked for
    -2146893016 = 'certificate' # 0x80090328, expired
    -2146762481 = 'certificate' # 0x800B010F, another name than the one asked for
    -2146762495 = 'certificate' # 0x800B0101, not valid at this time
    -2146762487 = 'certificate' # 0x800B0109, an authority that is not trusted
    -2146893007 = 'encryption'  # 0x80090331, no algorithm in common: one side without TLS 1.2
}

$identityText = @'
SELECT SUSER_SNAME() AS login, CONVERT(nvarchar(128), SERVERPROPERTY('ServerName')) AS server,
    CONVERT(nvarchar(128), SERVERPROPERTY('ComputerNamePhysicalNetBIOS')) AS physical_name, DB_NAME() AS [database],
    IS_SRVROLEMEMBER('sysadmin') AS is_sysadmin, SYSUTCDATETIME() AS utc_now
'@

function New-SqlConnection([string]$Text) { New-Object System.Data.SqlClient.SqlConnection $Text }

function Get-ConnectionText {
    # The builder quotes what stands in names. Pooling would keep a connection open in the shared process of PSRP.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Options)

    $builder = New-Object System.Data.Common.DbConnectionStringBuilder
    $builder.Add('Data Source', [string]$Options['server'])
    $builder.Add('Initial Catalog', [string]$Options['database'])
    $builder.Add('Integrated Security', 'true')
    $builder.Add('Connect Timeout', [string]$Options['connect_timeout'])
    $builder.Add('Application Name', 'systemcenter.upgrade')
    $builder.Add('Pooling', 'false')
    $builder.Add('Encrypt', [string]($Options['encrypt'] -eq 'mandatory'))
    $builder.Add('TrustServerCertificate', [string][bool]$Options['trust_server_certificate'])
    # A listener answers from one of its addresses only; an instance by name or a local pipe has no use for asking all at once.
    if ($Options['server'] -notmatch '\\|^(np|lpc|admin):|^\.|^\(local') { $builder.Add('MultiSubnetFailover', 'true') }
    $builder.ToString()
}

function Invoke-Statement {
    # Runs one text and returns its rows; the connection is opened again when an error closed it.
    param(
        [Parameter(Mandatory = $true)][object]$Connection,
        [Parameter(Mandatory = $true)][System.Collections.IDictionary]$Query,
        [Parameter(Mandatory = $true)][string]$Prefix
    )

    if ([string]$Connection.State -ne 'Open') { $Connection.Open() }
    $command = $Connection.CreateCommand()
    $reader = $null
    try {
        $command.CommandText = $Prefix + [string]$Query['text']
        $command.CommandTimeout = [int]$Query['timeout_seconds']
        Add-Parameter $command $Query['parameters']
        $reader = $command.ExecuteReader()
        $rows = New-Object 'System.Collections.Generic.List[object]'
        $truncated = $false
        while ($reader.Read()) {
            if ($rows.Count -ge [int]$Query['max_rows']) { $truncated = $true; break }
            # Never the reader itself to a command, into a pipeline or a condition: each enumerates it, and rows are gone. Where the host
            # transcribes, the binder of a command's parameters does so too.
            $row = @{}
            for ($i = 0; $i -lt $reader.FieldCount; $i++) { $row[[string]$reader.GetName($i)] = ConvertFrom-SqlValue $reader.GetValue($i) }
            $rows.Add($row)
        }
        # Without this the reader would fetch the rest of a large result before it closes.
        if ($truncated) { $command.Cancel() }
        # An error behind the first result would stay unseen.
        else { while ($reader.NextResult()) { continue } }
        $reader.Close()
        @{ rows = $rows.ToArray(); truncated = $truncated; affected = [int]$reader.RecordsAffected }
    }
    finally {
        if ($null -ne $reader) { $reader.Dispose() }
        $command.Dispose()
    }
}

function Add-Parameter {
    param([object]$Command, [AllowNull()][object]$Parameters)

    if ($null -eq $Parameters) { return }
    foreach ($name in @($Parameters.get_Keys())) {
        $value = $Parameters[$name]
        $value = if ($null -eq $value) { [System.DBNull]::Value } else { $value.PSObject.BaseObject }
        $null = $Command.Parameters.AddWithValue("@$name", $value)
    }
}

function ConvertFrom-SqlValue([object]$Value) {
    if ($null -eq $Value -or $Value -is [System.DBNull]) { return $null }
    if ($Value -is [byte[]]) { return [System.Convert]::ToBase64String($Value) }
    # A SQL time knows no zone; the queries select UTC.
    if ($Value -is [System.DateTime]) { return ConvertTo-UtcText ([System.DateTime]::SpecifyKind($Value, [System.DateTimeKind]::Utc)) }
    if ($Value -is [System.DateTimeOffset]) { return ConvertTo-UtcText $Value.UtcDateTime }
    $Value
}

function Set-SqlVerdict {
    # Gives an answer that failed the state and the type that the SQL number stands for.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Answer)

    $fact = $Answer['error']
    if ($null -eq $fact) { return }
    foreach ($code in $fact['native'], $fact['hresult']) {
        if ($null -eq $code -or -not $tlsTypes.ContainsKey([int]$code)) { continue }
        $Answer['state'] = 'broken'
        $fact['type'] = $tlsTypes[[int]$code]
        return
    }
    if ($null -ne $fact['native'] -and $sqlStates.ContainsKey([int]$fact['native'])) {
        $Answer['state'], $fact['type'] = $sqlStates[[int]$fact['native']]
    }
    # A SqlException has the HRESULT of every SqlException; what it says of files must not be read from it.
    elseif ($fact['type'] -like '*.SqlClient.SqlException') { $Answer['state'] = 'broken' }
    if ($fact['type'] -eq 'login_failed' -and (Test-AnonymousLogin $fact['message'])) { $fact['type'] = 'second_hop' }
}

function Get-AnonymousName { (New-Object System.Security.Principal.SecurityIdentifier 'S-1-5-7').Translate([System.Security.Principal.NTAccount]).Value }

function Test-AnonymousLogin([string]$Message) {
    # Whether the server saw nobody: a network logon has no credentials for another host. Both machines may speak another language.
    $names = @('ANONYMOUS LOGON')
    try { $names += (Get-AnonymousName).Split('\')[-1] } catch { $null = $_ }
    foreach ($name in $names) { if ($Message.IndexOf($name, [System.StringComparison]::OrdinalIgnoreCase) -ge 0) { return $true } }
    $false
}

function Get-SqlAnswer {
    param([object]$Connection, [System.Collections.IDictionary]$Query, [string]$Prefix)

    $answer = Get-Answer { param($All) Invoke-Statement $All[0] $All[1] $All[2] } @($Connection, $Query, $Prefix)
    Set-SqlVerdict $answer
    $answer
}

function Get-ConnectionFact {
    # Who was asked by whom: the controller compares it with what it meant to ask.
    param([Parameter(Mandatory = $true)][object]$Connection)

    $answer = Get-SqlAnswer $Connection @{ text = $identityText; timeout_seconds = 30; max_rows = 1; parameters = $null } $readPrefix
    $row = @{}
    if ($answer['state'] -eq 'present' -and $answer['data']['rows'].Length) { $row = $answer['data']['rows'][0] }
    New-ConnectionFact $answer $row
}

function New-ConnectionFact {
    param([System.Collections.IDictionary]$Answer, [System.Collections.IDictionary]$Row)

    $fact = @{ state = $Answer['state']; error = $Answer['error']; is_sysadmin = ($Row['is_sysadmin'] -eq 1) }
    foreach ($name in 'login', 'server', 'physical_name', 'database', 'utc_now') { $fact[$name] = $Row[$name] }
    $fact
}

# Looking must neither wait behind a setup nor win against it. NOCOUNT would hide how many rows an execution touched.
$readPrefix = 'SET NOCOUNT ON; SET LOCK_TIMEOUT 5000; SET DEADLOCK_PRIORITY LOW; '
$executePrefix = 'SET DEADLOCK_PRIORITY LOW; '

$spec = @{
    options = @{
        server = @{ type = 'str'; required = $true }
        database = @{ type = 'str'; required = $true }
        encrypt = @{ type = 'str'; default = 'optional'; choices = @('optional', 'mandatory') }
        trust_server_certificate = @{ type = 'bool'; default = $false }
        connect_timeout = @{ type = 'int'; default = 15 }
        mode = @{ type = 'str'; default = 'query'; choices = @('query', 'execute') }
        queries = @{
            type = 'list'
            elements = 'dict'
            required = $true
            options = @{
                name = @{ type = 'str'; required = $true }
                text = @{ type = 'str'; required = $true }
                parameters = @{ type = 'dict' }
                timeout_seconds = @{ type = 'int'; default = 30 }
                max_rows = @{ type = 'int'; default = 1000 }
            }
        }
    }
    no_log = $true
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$execute = $module.Params.mode -eq 'execute'
$answers = @{}
$connection = $null
try {
    $made = Get-Answer { param($Options) $script:connection = New-SqlConnection (Get-ConnectionText $Options); @{} } $module.Params
    if ($null -eq $connection) { $fact = New-ConnectionFact $made @{} } else { $fact = Get-ConnectionFact $connection }
    if ($fact['state'] -eq 'present') {
        foreach ($query in @($module.Params.queries)) {
            $name = [string]$query['name']
            if ($execute -and $module.CheckMode) { $answers[$name] = @{ state = 'unknown'; data = @{}; error = $null; ms = 0 } }
            else { $answers[$name] = Get-SqlAnswer $connection $query $(if ($execute) { $executePrefix } else { $readPrefix }) }
        }
        $module.Result.changed = $execute
    }
}
finally { if ($null -ne $connection) { $connection.Dispose() } }
$module.Result.connection = $fact
$module.Result.answers = $answers
$module.ExitJson()
