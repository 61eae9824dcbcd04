# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
#
# Runs hands as Ansible's own module_wrapper does: Ansible.Basic compiled once, then a fresh runspace for every run.
# Reads one run a line from stdin and writes its outcome as one line to stdout; both are base64 of UTF-8 JSON, whatever the code page is.
param(
    [Parameter(Mandatory = $true)][string]$BasicPath,
    [Parameter(Mandatory = $true)][string]$AddTypePath
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Read-Text([string]$Path) { [System.IO.File]::ReadAllText($Path) }

# Parsed scripts, by name and text: most runs are of the same hand.
$script:parsed = @{}

function ConvertTo-Ast([string]$Text, [string]$Name) {
    $problems = $null
    $ast = [System.Management.Automation.Language.Parser]::ParseInput($Text, $Name, [ref]$null, [ref]$problems)
    if (@($problems).Count) { throw "$Name does not parse: $(@($problems)[0].Message) (line $(@($problems)[0].Extent.StartLineNumber))" }
    $ast
}

function ConvertTo-ScriptBlock([string]$Text, [string]$Name, [bool]$MarkStatements) {
    $key = "$Name $MarkStatements $Text"
    if (-not $script:parsed.ContainsKey($key)) {
        $runnable = $Text
        if ($MarkStatements) { $runnable = Add-StatementMark $runnable $Name }
        $script:parsed[$key] = ConvertTo-Ast (Add-StandInHook $runnable $Name) $Name
    }
    $script:parsed[$key].GetScriptBlock()
}

# The stand-ins are defined right behind the last function of a script, before anything runs. They stay on that line, so that the
# line numbers of errors are those of the file.
function Add-StandInHook([string]$Text, [string]$Name) {
    $end = 0
    foreach ($statement in (ConvertTo-Ast $Text $Name).EndBlock.Statements) {
        if ($statement -is [System.Management.Automation.Language.FunctionDefinitionAst]) { $end = $statement.Extent.EndOffset }
    }
    if ($end -eq 0) { return $Text }
    $Text.Insert($end, '; . ([System.Management.Automation.ScriptBlock]::Create($global:EngineStandIns))')
}

# Marks every statement of a script, on its own line, so that a run tells which of them it reached: name, line and column.
function Add-StatementMark([string]$Text, [string]$Name) {
    foreach ($extent in @(Get-StatementExtent $Text $Name | Sort-Object -Property StartOffset -Descending)) {
        $Text = $Text.Insert($extent.StartOffset, "`$global:EngineReached['$($Name):$($extent.StartLineNumber):$($extent.StartColumnNumber)'] = 1; ")
    }
    $Text
}

function Get-StatementExtent([string]$Text, [string]$Name) {
    $blocks = (ConvertTo-Ast $Text $Name).FindAll({
            $args[0] -is [System.Management.Automation.Language.StatementBlockAst] -or
            $args[0] -is [System.Management.Automation.Language.NamedBlockAst]
        }, $true)
    foreach ($block in $blocks) { foreach ($statement in $block.Statements) { $statement.Extent } }
}

function Get-Statement([string]$Text, [string]$Name) {
    $found = @{}
    foreach ($extent in @(Get-StatementExtent $Text $Name)) {
        $found["$($Name):$($extent.StartLineNumber):$($extent.StartColumnNumber)"] = ($extent.Text -split "`n")[0].Trim()
    }
    @{ statements = $found }
}

# As exec_wrapper.ps1 does it: nothing but hashtables, arrays and what JSON knows.
function Convert-JsonObject {
    param([Parameter(Mandatory = $true, ValueFromPipeline = $true)][AllowNull()][object]$InputObject)
    process {
        if ($InputObject -is [System.Management.Automation.PSCustomObject]) {
            $value = @{}
            foreach ($property in $InputObject.PSObject.Properties) { $value[$property.Name] = Convert-JsonObject -InputObject $property.Value }
            $value
        }
        elseif ($InputObject -is [Array]) { , @($InputObject | Convert-JsonObject) }
        else { $InputObject }
    }
}

function Invoke-Hand([System.Collections.IDictionary]$Run) {
    $ps = [System.Management.Automation.PowerShell]::Create()
    $state = $ps.Runspace.SessionStateProxy
    $state.SetVariable('ErrorActionPreference', 'Stop')
    $state.SetVariable('complex_args', [System.Collections.Hashtable]$Run['arguments'])
    $state.SetVariable('EngineStandIns', [string]$Run['stand_ins'])
    $reached = @{}
    $state.SetVariable('EngineReached', $reached)

    $null = $ps.AddScript('Function Write-Host($msg) { Write-Output -InputObject $msg }').AddStatement()
    $mark = [bool]$Run['mark_statements']
    foreach ($util in @($Run['utils'])) {
        $null = $ps.AddScript(@'
param ($Name, $ScriptBlock)
New-Module -Name $Name -ScriptBlock $ScriptBlock | Import-Module -WarningAction SilentlyContinue -Scope Global
'@, $true).AddParameters(@{
                Name = $util['name']
                ScriptBlock = ConvertTo-ScriptBlock $util['text'] $util['name'] $mark
            }).AddStatement()
    }
    $hand = ConvertTo-ScriptBlock $Run['text'] $Run['name'] $mark
    $null = $ps.AddScript('${function:<AnsibleModule>} = $args[0]').AddArgument($hand).AddStatement()
    $null = $ps.AddCommand('<AnsibleModule>', $false).AddStatement()

    $saved = @{}
    foreach ($name in $Run['environment'].Keys) {
        $saved[$name] = [Environment]::GetEnvironmentVariable($name)
        [Environment]::SetEnvironmentVariable($name, $Run['environment'][$name])
    }
    $console = [Console]::Out
    $text = New-Object System.Text.StringBuilder
    $thrown = $null
    $output = @()
    try {
        [Console]::SetOut((New-Object System.IO.StringWriter $text))
        $output = @($ps.Invoke())
    }
    catch { $thrown = $_ }
    finally {
        [Console]::SetOut($console)
        foreach ($name in $saved.Keys) { [Environment]::SetEnvironmentVariable($name, $saved[$name]) }
    }

    $errors = @(foreach ($record in @($ps.Streams.Error) + @($thrown)) {
            if ($null -ne $record) { "$record`n$($record.ScriptStackTrace)`n$($record.InvocationInfo.PositionMessage)" }
        })
    $code = $state.GetVariable('LASTEXITCODE')
    if ($null -eq $code) { $code = [int]($errors.Count -gt 0) }
    $ps.Dispose()
    @{ stdout = $text.ToString() + ($output -join "`n"); stderr = $errors -join "`n"; rc = [int]$code; reached = @($reached.Keys) }
}

New-Module -Name AddType -ScriptBlock (ConvertTo-Ast (Read-Text $AddTypePath) 'AddType').GetScriptBlock() | Import-Module -WarningAction SilentlyContinue
Add-CSharpType -References @(Read-Text $BasicPath)
if ([Ansible.Basic.AnsibleModule].GetField('_WrapperWarnings')) {
    [Ansible.Basic.AnsibleModule]::_WrapperWarnings = New-Object System.Collections.Generic.List[string]
}

while ($null -ne ($line = [Console]::In.ReadLine())) {
    if (-not $line) { continue }
    $json = [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($line))
    try {
        $request = $json | ConvertFrom-Json | Convert-JsonObject
        $outcome = if ($request.ContainsKey('statements_of')) { Get-Statement $request['statements_of'] $request['name'] } else { Invoke-Hand $request }
    }
    catch { $outcome = @{ stdout = ''; stderr = "the runner failed: $_`n$($_.ScriptStackTrace)"; rc = 70; reached = @() } }
    $reply = ConvertTo-Json -InputObject $outcome -Depth 4 -Compress
    [Console]::Out.WriteLine([Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($reply)))
    [Console]::Out.Flush()
}
