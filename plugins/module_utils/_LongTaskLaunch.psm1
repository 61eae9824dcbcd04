# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Starting a program and watching it and its descendants; part of the wrapper's text. Nothing here ends a process.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Import-Launch {
    # False where no C# can be compiled. The compiler of 5.1 writes into TEMP and trips over LIB; the program inherits both as they were.
    param([string]$Folder)

    $saved = @{}
    foreach ($name in 'TEMP', 'TMP', 'LIB') { $saved[$name] = [Environment]::GetEnvironmentVariable($name, 'Process') }
    try {
        foreach ($name in 'TEMP', 'TMP') { [Environment]::SetEnvironmentVariable($name, $Folder, 'Process') }
        [Environment]::SetEnvironmentVariable('LIB', $null, 'Process')
        # 5.1 takes a warning of its old compiler for an error.
        Add-Type -TypeDefinition (Get-LaunchSource) -IgnoreWarnings
        $true
    }
    catch { $false }
    finally { foreach ($name in $saved.Keys) { [Environment]::SetEnvironmentVariable($name, $saved[$name], 'Process') } }
}

function Start-SuspendedProgram {
    param([string]$Exe, [string]$CommandLine, [string]$Directory, [string]$Output, [string]$Errors)

    [LongTask.Launch]::StartSuspended($Exe, $CommandLine, $Directory, $Output, $Errors)
}

function Start-PlainProgram {
    # Without C#: neither suspended nor in a job, and its output is not kept. Never Start-Process: its parameters are logged.
    param([string]$Exe, [string]$Arguments, [string]$Directory)

    $start = New-Object Diagnostics.ProcessStartInfo
    $start.FileName = $Exe
    $start.Arguments = $Arguments
    $start.WorkingDirectory = $Directory
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $process = [Diagnostics.Process]::Start($start)
    # The exit code is only kept for one who holds the handle.
    [void]$process.Handle
    $process
}

function Start-Program {
    param([bool]$Compiled, [string]$Exe, [string]$Arguments, [string]$Directory, [Collections.IDictionary]$Files)

    # A PowerShell of the program's own would look for its modules where this engine has them.
    $modulePath = [Environment]::GetEnvironmentVariable('PSModulePath', 'Process')
    if ($PSVersionTable.PSVersion.Major -ge 6) { [Environment]::SetEnvironmentVariable('PSModulePath', $null, 'Process') }
    try { Start-InheritingProgram @PSBoundParameters }
    finally { [Environment]::SetEnvironmentVariable('PSModulePath', $modulePath, 'Process') }
}

function Start-InheritingProgram {
    param([bool]$Compiled, [string]$Exe, [string]$Arguments, [string]$Directory, [Collections.IDictionary]$Files)

    if ($Compiled) {
        $launched = Start-SuspendedProgram -Exe $Exe -CommandLine ('"{0}" {1}' -f $Exe, $Arguments) -Directory $Directory `
            -Output $Files['output'] -Errors $Files['errors']
        $tree = 'job'
        if ($launched.Job -eq [IntPtr]::Zero) { $tree = 'polled' }
        return New-Program -Launched $launched -ProcessId $launched.Id -Compiled $true -Tree $tree
    }
    $process = Start-PlainProgram -Exe $Exe -Arguments $Arguments -Directory $Directory
    New-Program -Launched $process -ProcessId $process.Id -Compiled $false -Tree 'polled'
}

function New-Program {
    # The root is known from its start: it may have ended before anybody looks at the tree.
    param($Launched, [int]$ProcessId, [bool]$Compiled, [string]$Tree)

    $born = [DateTime]::Now
    $start = Get-ProcessStart $ProcessId
    if ($null -ne $start) { $born = (New-Object DateTime($start.start_ticks, [DateTimeKind]::Utc)).ToLocalTime() }
    @{ compiled = $Compiled; launched = $Launched; process_id = $ProcessId; tree = $Tree; known = @{ "$ProcessId" = $born } }
}

function Resume-Program {
    param([Collections.IDictionary]$Program)

    if ($Program.compiled) { [LongTask.Launch]::Resume($Program.launched) }
}

function Wait-Program {
    # True when the root has ended.
    param([Collections.IDictionary]$Program, [int]$Milliseconds)

    if ($Program.compiled) { return [LongTask.Launch]::WaitEnded($Program.launched, $Milliseconds) }
    $Program.launched.WaitForExit($Milliseconds)
}

function Get-ProgramExitCode {
    param([Collections.IDictionary]$Program)

    if ($Program.compiled) { return [LongTask.Launch]::GetExitCode($Program.launched) }
    [int]$Program.launched.ExitCode
}

function Get-ProcessTable {
    Get-CimInstance -ClassName Win32_Process -Property ProcessId, ParentProcessId, CreationDate -OperationTimeoutSec 20
}

function Add-PolledDescendants {
    # A child counts only when it is younger than its parent, for identifiers are used again; who was known stays known when its parent ends.
    param([Collections.IDictionary]$Program)

    $known = $Program.known
    $alive = @{}
    foreach ($process in @(Get-ProcessTable)) { $alive["$($process.ProcessId)"] = $process }
    do {
        $found = 0
        foreach ($id in @($alive.Keys)) {
            $parent = "$($alive[$id].ParentProcessId)"
            if ($known.Contains($id) -or -not $known.Contains($parent)) { continue }
            if (($known[$parent] - $alive[$id].CreationDate).TotalSeconds -gt 0.1) { continue }
            $known[$id] = $alive[$id].CreationDate
            $found++
        }
    } while ($found -gt 0)
    foreach ($id in @($known.Keys)) {
        if ($alive.Contains($id) -and [Math]::Abs(($alive[$id].CreationDate - $known[$id]).TotalSeconds) -lt 0.1) { [int]$id }
    }
}

function Get-ProgramProcessIds {
    # The root and its descendants that live; the root may be among them or not.
    param([Collections.IDictionary]$Program)

    if ($Program.tree -eq 'job') { return [LongTask.Launch]::GetProcessIds($Program.launched) }
    Add-PolledDescendants $Program
}

function Get-ProcessFacts {
    # Null when it has ended meanwhile. The title names the dialog that nobody can see.
    param([int]$ProcessId)

    try {
        $process = [Diagnostics.Process]::GetProcessById($ProcessId)
        try {
            if ($process.HasExited) { return $null }
            $facts = @{ process_id = $ProcessId; name = [string]$process.ProcessName; title = ''; cpu_seconds = 0.0 }
            try { $facts.title = [string]$process.MainWindowTitle } catch { $facts.title = '' }
            try { $facts.cpu_seconds = [Math]::Round($process.TotalProcessorTime.TotalSeconds, 1) } catch { $facts.cpu_seconds = 0.0 }
            $facts
        }
        finally { $process.Dispose() }
    }
    catch { $null }
}

function Get-ProgramTree {
    param([Collections.IDictionary]$Program)

    foreach ($id in @(Get-ProgramProcessIds $Program)) {
        $facts = Get-ProcessFacts $id
        if ($null -ne $facts) { $facts }
    }
}

function Get-ProcessStart {
    # Null when there is no such process.
    param([int]$ProcessId)

    try {
        $process = [Diagnostics.Process]::GetProcessById($ProcessId)
        try { @{ name = [string]$process.ProcessName; start_ticks = [long]$process.StartTime.ToUniversalTime().Ticks } }
        finally { $process.Dispose() }
    }
    catch { $null }
}

Export-ModuleMember -Function @(
    'Import-Launch', 'Start-SuspendedProgram', 'Start-PlainProgram', 'Start-Program', 'Start-InheritingProgram', 'New-Program',
    'Resume-Program', 'Wait-Program', 'Get-ProgramExitCode', 'Get-ProcessTable', 'Add-PolledDescendants', 'Get-ProgramProcessIds',
    'Get-ProcessFacts', 'Get-ProgramTree', 'Get-ProcessStart'
)
