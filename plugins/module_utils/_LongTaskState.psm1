# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# What became of a long task, told from its files. The order of the questions is the point: a result beats everything, a held file beats
# every clock and process number, and the scheduler's opinion is asked last and only before the work began.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Test-FileHeld {
    # The kernel's proof that the wrapper lives: it shares the file for reading only.
    param([string]$Path)

    try {
        $share = [IO.FileShare]::ReadWrite -bor [IO.FileShare]::Delete
        $stream = New-Object IO.FileStream($Path, [IO.FileMode]::Open, [IO.FileAccess]::ReadWrite, $share)
        $stream.Dispose()
        $false
    }
    catch { (Get-ErrorCode $_.Exception) -eq -2147024864 }
}

function Get-BootKeyPath {
    param([string]$Id)

    "SOFTWARE\systemcenter.upgrade\boot\$Id"
}

function Test-BootKey {
    # The key is volatile: it is gone after a restart of the host, whatever the clocks say.
    param([string]$Id)

    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    try {
        $key = $base.OpenSubKey((Get-BootKeyPath $Id), $false)
        if ($null -eq $key) { return $false }
        $key.Dispose()
        $true
    }
    finally { $base.Dispose() }
}

function New-BootKey {
    param([string]$Id)

    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    try {
        $base.CreateSubKey('SOFTWARE\systemcenter.upgrade\boot').Dispose()
        $permission = [Microsoft.Win32.RegistryKeyPermissionCheck]::ReadWriteSubTree
        $base.CreateSubKey((Get-BootKeyPath $Id), $permission, [Microsoft.Win32.RegistryOptions]::Volatile).Dispose()
    }
    finally { $base.Dispose() }
}

function Remove-BootKey {
    param([string]$Id)

    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    try { $base.DeleteSubKeyTree((Get-BootKeyPath $Id), $false) } finally { $base.Dispose() }
}

function Get-BootTime {
    # For people; null when WMI does not answer, as it may not while a setup registers its providers again.
    try {
        $system = Get-CimInstance -ClassName Win32_OperatingSystem -Property LastBootUpTime -OperationTimeoutSec 20
        Read-UtcText $system.LastBootUpTime
    }
    catch { $null }
}

function Get-ClockNow {
    [DateTime]::UtcNow
}

function Test-ChildAlive {
    # Process numbers are used again within minutes, so the start time and the name must agree as well.
    param($Child)

    if ($null -eq $Child) { return $false }
    $start = Get-ProcessStart ([int](Read-Field $Child 'process_id'))
    if ($null -eq $start -or [long](Read-Field $Child 'start_ticks') -eq 0) { return $false }
    $apart = [Math]::Abs([long]$start.start_ticks - [long](Read-Field $Child 'start_ticks'))
    $apart -lt 10000000 -and $start.name -eq [string](Read-Field $Child 'name')
}

function Read-TaskFile {
    # Null when absent or damaged; only a damaged result is worth a word of its own.
    param([string]$Path)

    try { Read-JsonFile $Path } catch { $null }
}

function Get-ResultState {
    # Null without a result. Moved into place whole, it can only have been damaged since: the work has ended, and how is not known any more.
    # One that cannot be opened just now, because of a scanner say, will be at a later look; until then the work counts as running.
    param([Collections.IDictionary]$Files)

    try {
        if ($null -eq (Read-JsonFile $Files['result'])) { return $null }
        New-TaskState -State 'exited'
    }
    catch [FormatException] { New-TaskState -State 'lost' -LostReason 'wrapper_died' -Damaged $true }
    catch { New-TaskState -State 'running' -Phase 'working' }
}

function Test-WrapperAlive {
    # A scanner that shares nothing for a moment looks like a wrapper, so an old heartbeat makes us look three times.
    param([Collections.IDictionary]$Files)

    if (-not (Test-FileHeld $Files['alive'])) { return $false }
    $beat = Read-TaskFile $Files['heartbeat']
    if ($null -eq $beat) { return $true }
    $age = (Get-ClockNow) - (ConvertFrom-UtcText (Read-UtcText (Read-Field $beat 'utc')))
    if ($age.TotalMinutes -lt 5) { return $true }
    for ($try = 1; $try -le 2; $try++) {
        [Threading.Thread]::Sleep(300)
        if (-not (Test-FileHeld $Files['alive'])) { return $false }
    }
    $true
}

function Test-TaskPending {
    # Queued or running: a wrapper may be about to come up. The scheduler's answer decides nothing else.
    param([string]$Id)

    try { $instance = Get-TaskInstance $Id } catch { return $false }
    $null -ne $instance -and @(2, 4) -contains $instance.state
}

function Get-ClaimAge {
    # Seconds. The only clock that matters here; should it be wrong, a start that is resumed too early meets the latch.
    param($Claim)

    try { ((Get-ClockNow) - (ConvertFrom-UtcText (Read-UtcText (Read-Field $Claim 'utc')))).TotalSeconds }
    catch { [double]::MaxValue }
}

function New-TaskState {
    param([string]$State, [string]$Phase, [string]$LostReason, [bool]$Orphaned, [bool]$Leftover, [bool]$Damaged)

    $new = @{ state = $State; phase = $null; lost_reason = $null; orphaned = $Orphaned; leftover = $Leftover; damaged = $Damaged }
    if ($Phase) { $new.phase = $Phase }
    if ($LostReason) { $new.lost_reason = $LostReason }
    $new
}

function Get-LongTaskState {
    # Reads only. Under the lock of a start no other start is on its way, so that the age of a claim says nothing then.
    param([Collections.IDictionary]$Files, [string]$Id, [bool]$Starting)

    $claim = Read-TaskFile $Files['claim']
    if ($null -eq $claim -and -not [IO.File]::Exists($Files['latch'])) {
        return New-TaskState -State 'absent' -Leftover ([IO.Directory]::Exists($Files['folder']))
    }
    $ended = Get-ResultState $Files
    if ($null -ne $ended) { return $ended }

    $latched = [IO.File]::Exists($Files['latch'])
    if (Test-WrapperAlive $Files) {
        if ($latched -or [IO.File]::Exists($Files['latch'])) { return New-TaskState -State 'running' -Phase 'working' }
        return New-TaskState -State 'running' -Phase 'starting'
    }
    # It may have ended between the two looks.
    $ended = Get-ResultState $Files
    if ($null -ne $ended) { return $ended }

    if ([IO.File]::Exists($Files['latch'])) {
        if (Test-ChildAlive (Read-TaskFile $Files['child'])) { return New-TaskState -State 'running' -Phase 'working' -Orphaned $true }
        $reason = 'rebooted'
        if (Test-BootKey $Id) { $reason = 'wrapper_died' }
        return New-TaskState -State 'lost' -LostReason $reason
    }

    $young = -not $Starting -and -not [IO.File]::Exists($Files['failed']) -and (Get-ClaimAge $claim) -lt 300
    if ($young -or (Test-TaskPending $Id)) { return New-TaskState -State 'running' -Phase 'starting' }
    New-TaskState -State 'absent' -Leftover $true
}

function Get-TaskReport {
    # The part of the answer that every operation gives.
    param([Collections.IDictionary]$Files, [string]$Id, [Collections.IDictionary]$State)

    $claim = Read-TaskFile $Files['claim']
    $started = Read-TaskFile $Files['started']
    $result = Read-TaskFile $Files['result']
    $now = Get-ClockNow
    $report = @{
        id = $Id; folder = $Files['folder']; utc_now = Get-UtcText $now; boot_time_utc = Get-BootTime; attached = $false
        spec_hash = [string](Read-Field $claim 'spec_hash'); requester = [string](Read-Field $claim 'requester')
        claimed_utc = Read-UtcText (Read-Field $claim 'utc'); started_utc = Read-UtcText (Read-Field $started 'utc')
        ended_utc = Read-UtcText (Read-Field $result 'ended_utc'); elapsed_seconds = 0.0
        heartbeat = Get-HeartbeatFact (Read-TaskFile $Files['heartbeat'])
        failure = Get-FailureFact (Read-TaskFile $Files['failed']) $State.state
        left_running = @(Get-ProcessList (Read-Field $result 'left_running')); tree = [string](Read-Field $result 'tree')
        secret_present = [IO.File]::Exists($Files['secret']) -or [IO.File]::Exists($Files['entropy'])
    }
    foreach ($key in 'state', 'phase', 'lost_reason', 'orphaned', 'leftover', 'damaged') { $report[$key] = $State[$key] }
    foreach ($key in 'exit_code', 'exit_code_unsigned', 'exit_code_hex') { $report[$key] = Read-Field $result $key }
    $trouble = Read-Field $result 'launch_error'
    $report.launch_error = $null
    if ($null -ne $trouble) { $report.launch_error = @{ native = [int]$trouble.native; message = [string]$trouble.message } }
    if ($null -eq $report.started_utc) { $report.started_utc = Read-UtcText (Read-Field $result 'started_utc') }
    if ($null -ne (Read-Field $result 'elapsed_seconds')) { $report.elapsed_seconds = [double]$result.elapsed_seconds }
    elseif ($null -ne $report.started_utc) {
        $report.elapsed_seconds = [Math]::Round([Math]::Max(0, ($now - (ConvertFrom-UtcText $report.started_utc)).TotalSeconds), 1)
    }
    $report
}

function Get-ProcessList {
    param($Processes)

    foreach ($process in @($Processes)) {
        if ($null -eq $process) { continue }
        @{
            process_id = [int](Read-Field $process 'process_id'); name = [string](Read-Field $process 'name')
            title = [string](Read-Field $process 'title'); cpu_seconds = [double](Read-Field $process 'cpu_seconds')
        }
    }
}

function Get-HeartbeatFact {
    param($Beat)

    if ($null -eq $Beat) { return $null }
    @{
        sequence = [int](Read-Field $Beat 'sequence'); uptime_ms = [long](Read-Field $Beat 'uptime_ms')
        utc = Read-UtcText (Read-Field $Beat 'utc'); tree = @(Get-ProcessList (Read-Field $Beat 'tree'))
    }
}

function Get-FailureFact {
    # Why the wrapper gave up before the work began; of no meaning once the work began.
    param($Failed, [string]$State)

    if ($null -eq $Failed -or $State -ne 'absent') { return $null }
    @{
        code = [string](Read-Field $Failed 'code'); message = [string](Read-Field $Failed 'message'); phase = [string](Read-Field $Failed 'phase')
        type = [string](Read-Field $Failed 'type'); hresult = [int](Read-Field $Failed 'hresult')
    }
}

Export-ModuleMember -Function @(
    'Test-FileHeld', 'Get-BootKeyPath', 'Test-BootKey', 'New-BootKey', 'Remove-BootKey', 'Get-BootTime', 'Get-ClockNow', 'Test-ChildAlive',
    'Read-TaskFile', 'Get-ResultState', 'Test-WrapperAlive', 'Test-TaskPending', 'Get-ClaimAge', 'New-TaskState', 'Get-LongTaskState', 'Get-TaskReport',
    'Get-ProcessList', 'Get-HeartbeatFact', 'Get-FailureFact'
)
