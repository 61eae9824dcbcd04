# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Watching a program to its end and writing down what became of it; part of the wrapper's text.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Write-Child {
    param([Collections.IDictionary]$Files, [int]$ProcessId)

    $start = Get-ProcessStart $ProcessId
    $child = @{ process_id = $ProcessId; name = ''; start_ticks = [long]0; utc = Get-UtcText }
    if ($null -ne $start) {
        $child.name = $start.name
        $child.start_ticks = $start.start_ticks
    }
    Set-WholeJson -Path $Files['child'] -Value $child
}

function Write-Started {
    param([Collections.IDictionary]$Files, [Collections.IDictionary]$Identity, [object[]]$Logs, [string]$Tree)

    Set-WholeJson -Path $Files['started'] -Value @{
        utc = Get-UtcText; process_id = $PID; identity = $Identity; code_pages = Get-CodePages; logs = $Logs; tree = $Tree
        secret_deleted = -not ([IO.File]::Exists($Files['secret']) -or [IO.File]::Exists($Files['entropy']))
        temp = [string][IO.Path]::GetTempPath(); engine = [string]$PSVersionTable.PSVersion
    }
}

function Write-Heartbeat {
    param([Collections.IDictionary]$Files, [int]$Sequence, [long]$UptimeMs, [object[]]$Tree, [int]$Troubles)

    Set-WholeJson -Path $Files['heartbeat'] -Value @{
        utc = Get-UtcText; sequence = $Sequence; uptime_ms = $UptimeMs; tree = $Tree; troubles = $Troubles
    }
}

function Get-BeatInterval {
    15000
}

function Test-TreeSettled {
    # Whether nobody but the ignored is left.
    param([object[]]$Tree, [string[]]$Ignored, [int]$RootId)

    foreach ($process in $Tree) {
        if ($process.process_id -ne $RootId -and $Ignored -notcontains $process.name) { return $false }
    }
    $true
}

function Watch-Program {
    # Returns when the work is over. Nothing in here may end the wrapper: what goes wrong is counted.
    param([Collections.IDictionary]$Files, [Collections.IDictionary]$Program, $Wait, [Diagnostics.Stopwatch]$Clock)

    $ignored = @(@(Read-Field $Wait 'ignore_names') | ForEach-Object { ([string]$_) -replace '\.exe$', '' })
    $settle = [double](Read-Field $Wait 'settle_seconds')
    $sequence = 0
    $troubles = 0
    $nextBeat = [long]0
    $nextLook = [long]0
    $settled = $null
    $ended = $false
    while ($true) {
        try {
            if (-not $ended) { $ended = Wait-Program -Program $Program -Milliseconds 2000 }
            if ($ended -and [string](Read-Field $Wait 'policy') -ne 'tree') { return }
            if ($ended) {
                $tree = @(Get-ProgramTree $Program)
                if (Test-TreeSettled -Tree $tree -Ignored $ignored -RootId $Program.process_id) {
                    if ($null -eq $settled) { $settled = [Diagnostics.Stopwatch]::StartNew() }
                    if ($settled.Elapsed.TotalSeconds -ge $settle) { return }
                }
                else { $settled = $null }
                [Threading.Thread]::Sleep(500)
            }
            if ($Program.tree -eq 'polled' -and $Clock.ElapsedMilliseconds -ge $nextLook) {
                # Who is not seen while its parent lives is never found.
                $nextLook = $Clock.ElapsedMilliseconds + 5000
                [void]@(Get-ProgramProcessIds $Program)
            }
            if ($Clock.ElapsedMilliseconds -ge $nextBeat) {
                $sequence++
                $nextBeat = $Clock.ElapsedMilliseconds + (Get-BeatInterval)
                $beat = @{ Files = $Files; Sequence = $sequence; UptimeMs = $Clock.ElapsedMilliseconds; Troubles = $troubles }
                Write-Heartbeat @beat -Tree @(Get-ProgramTree $Program)
            }
        }
        catch {
            $troubles++
            [Threading.Thread]::Sleep(1000)
        }
    }
}

function New-ExitFacts {
    # Windows keeps 32 bits; people and tables write them signed, unsigned and in hex.
    param([int]$Code)

    $unsigned = [BitConverter]::ToUInt32([BitConverter]::GetBytes($Code), 0)
    @{ exit_code = $Code; exit_code_unsigned = [long]$unsigned; exit_code_hex = '0x' + $unsigned.ToString('X8') }
}

function Get-LaunchError {
    # The text is Windows' own for the code; no exception quotes the command line here.
    param([Exception]$Exception)

    while ($null -ne $Exception.InnerException) { $Exception = $Exception.InnerException }
    if ($Exception -is [ComponentModel.Win32Exception]) {
        return @{ native = [int]$Exception.NativeErrorCode; message = [string](New-Object ComponentModel.Win32Exception($Exception.NativeErrorCode)).Message }
    }
    @{ native = 0; message = "$($Exception.GetType().FullName) 0x$($Exception.HResult.ToString('X8'))" }
}

function Write-Result {
    # The disk may be full. The reserve makes room; as long as there is none, the wrapper lives on, so that the work counts as running.
    param([Collections.IDictionary]$Files, [Collections.IDictionary]$Result)

    [void](Remove-FileQuietly $Files['reserve'])
    for ($try = 1; ; $try++) {
        try {
            Write-WholeJson -Path $Files['result'] -Value $Result
            return
        }
        catch {
            if ([IO.File]::Exists($Files['result'])) { return }
            $pause = 5
            if ($try -gt 120) { $pause = 60 }
            [Threading.Thread]::Sleep(1000 * $pause)
        }
    }
}

Export-ModuleMember -Function @(
    'Write-Child', 'Write-Started', 'Write-Heartbeat', 'Get-BeatInterval', 'Test-TreeSettled', 'Watch-Program', 'New-ExitFacts',
    'Get-LaunchError', 'Write-Result'
)
