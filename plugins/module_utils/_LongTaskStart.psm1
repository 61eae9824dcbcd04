# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Starting a long task: lock, look, claim, hand over, register, run, wait for proof. Whoever is interrupted at any point and comes again, or
# comes second, attaches to what is there or goes on from where the other stopped; only the wrapper's latch decides that the work begins.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Open-LockedFile {
    param([string]$Path)

    New-Object IO.FileStream($Path, [IO.FileMode]::OpenOrCreate, [IO.FileAccess]::ReadWrite, [IO.FileShare]::None)
}

function Get-LockPatience {
    30
}

function Open-StartLock {
    # The kernel frees it when its holder dies. Null when another call has had it for half a minute.
    param([string]$Path)

    $patience = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try { return Open-LockedFile $Path }
        catch {
            if ($patience.Elapsed.TotalSeconds -gt (Get-LockPatience)) {
                # 0x80070020 is what a holder causes. With any other error nobody is inside, and nobody will start the work.
                if ((Get-ErrorCode $_.Exception) -eq -2147024864) { return $null }
                throw
            }
            [Threading.Thread]::Sleep(200)
        }
    }
}

function Get-StartLockPath {
    param([string]$Folder)

    "$Folder.lock"
}

function Write-Claim {
    param([Collections.IDictionary]$Files, [Collections.IDictionary]$Order)

    Set-WholeJson -Path $Files['claim'] -Value @{
        id = $Order.id; spec_hash = $Order.spec_hash; requester = $Order.requester; utc = Get-UtcText (Get-ClockNow); title = $Order.title
    }
}

function Write-Spec {
    # Placeholders instead of secrets.
    param([Collections.IDictionary]$Files, [Collections.IDictionary]$Order)

    Set-WholeJson -Path $Files['spec'] -Value @{
        id = $Order.id; exe = $Order.exe; arguments = $Order.arguments; working_directory = $Order.working_directory
        environment = $Order.environment; logs = @($Order.logs); wait = $Order.wait; secrets = @($Order.secrets.Keys)
        run_as = @{ account = $Order.run_as.account; kind = $Order.run_as.kind; sid = $Order.run_as.sid }
    }
}

function Write-StartFiles {
    # Repeatable: a starter that died in here is followed by another that writes them again. Returns the bootstrap.
    param([Collections.IDictionary]$Files, [Collections.IDictionary]$Order)

    [void](Remove-FileQuietly $Files['failed'])
    Write-Spec -Files $Files -Order $Order
    $wrapper = [Text.Encoding]::UTF8.GetBytes((Get-WrapperText))
    Set-WholeFile -Path $Files['wrapper'] -Bytes $wrapper
    if ($Order.secrets.Count -gt 0) { Write-SecretFiles -Files $Files -Secrets $Order.secrets }
    New-BootKey $Order.id
    Get-WrapperBootstrap -Path $Files['wrapper'] -Wrapper $wrapper
}

function Register-Start {
    # A task of this name and no latch is what a dead starter left.
    param([Collections.IDictionary]$Files, [Collections.IDictionary]$Order, [string]$Bootstrap)

    $logon = Get-TaskLogon -Kind $Order.run_as.kind -Account $Order.run_as.account -Password $Order.run_as_password
    try { Register-LongTask -Id $Order.id -Bootstrap $Bootstrap -Title $Order.title -Logon $logon }
    catch {
        if ((Get-ErrorCode $_.Exception) -ne -2147024713 -or [IO.File]::Exists($Files['latch'])) { throw }
        [void](Unregister-LongTask $Order.id)
        Register-LongTask -Id $Order.id -Bootstrap $Bootstrap -Title $Order.title -Logon $logon
    }
}

function Test-StartProved {
    param([Collections.IDictionary]$Files)

    foreach ($name in 'started', 'result', 'failed') { if ([IO.File]::Exists($Files[$name])) { return $true } }
    $false
}

function Wait-Moment {
    [Threading.Thread]::Sleep(250)
}

function Wait-StartProof {
    # Null when the wrapper is up, has ended, or is not yet seen: an unknown outcome is no failure. Else why the scheduler did not start it.
    param([Collections.IDictionary]$Files, [Collections.IDictionary]$Order, [DateTime]$Since)

    $clock = [Diagnostics.Stopwatch]::StartNew()
    $nextLook = 1.0
    while ($clock.Elapsed.TotalSeconds -lt $Order.start_timeout) {
        if (Test-StartProved $Files) { return $null }
        if ($clock.Elapsed.TotalSeconds -ge $nextLook) {
            $nextLook = $clock.Elapsed.TotalSeconds + 1
            $result = Get-FailedStart $Order.id
            # The wrapper may have come up between the two questions.
            if ($null -ne $result -and -not (Test-StartProved $Files) -and -not (Test-WrapperAlive $Files)) {
                $told = Get-StartFailureEvent -Id $Order.id -Since $Since
                return Get-SchedulerRefusal -HResult $result -Account $Order.run_as.account -AtRun $true -Told $told
            }
        }
        Wait-Moment
    }
}

function Get-FailedStart {
    # The task's last result when it neither runs nor waits and that result is a failure. 0x41300 to 0x41306 and 0x41325 are states.
    param([string]$Id)

    $instance = Get-TaskInstance $Id
    if ($null -eq $instance -or @(2, 4) -contains $instance.state) { return $null }
    $result = [int]$instance.last_result
    if ($result -eq 0 -or ($result -ge 0x41300 -and $result -le 0x41306) -or $result -eq 0x41325) { return $null }
    $result
}

function Undo-Start {
    # Only for a start that is known to have failed. The task goes first, so that nothing starts on the remains. A wrapper that lives and has
    # not given up came up after all, whatever the scheduler said: its latch must not be taken from it.
    param([Collections.IDictionary]$Files, [string]$Id)

    if ([IO.File]::Exists($Files['latch'])) { return }
    if (-not [IO.File]::Exists($Files['failed']) -and (Test-WrapperAlive $Files)) { return }
    [void](Unregister-LongTask $Id)
    Remove-SecretFiles $Files
    Remove-BootKey $Id
    [void](Remove-FileQuietly $Files['claim'])
    [void](Remove-TaskFolder $Files['folder'])
}

function Remove-Folder {
    param([string]$Folder)

    [IO.Directory]::Delete($Folder, $true)
}

function Wait-ForRelease {
    [Threading.Thread]::Sleep(1000)
}

function Move-Folder {
    param([string]$From, [string]$To)

    [IO.Directory]::Move($From, $To)
}

function Remove-TaskFolder {
    # Null, or the name of the folder that had to stay because something in it is still in use. Windows renames no folder with an open file;
    # what a program left behind holds open is no task any more once claim and latch are gone.
    param([string]$Folder)

    for ($try = 1; [IO.Directory]::Exists($Folder); $try++) {
        try { Remove-Folder $Folder }
        catch {
            if ($try -ge 10) { break }
            Wait-ForRelease
        }
    }
    if (-not [IO.Directory]::Exists($Folder)) { return $null }
    $name = '.{0}.dead-{1}' -f [IO.Path]::GetFileName($Folder), [Guid]::NewGuid().ToString('N').Substring(0, 8)
    $dead = [IO.Path]::Combine([IO.Path]::GetDirectoryName($Folder), $name)
    try { Move-Folder -From $Folder -To $dead }
    catch {
        foreach ($name in 'claim.json', 'latch') { if ([IO.File]::Exists([IO.Path]::Combine($Folder, $name))) { throw } }
        return $Folder
    }
    $dead
}

function Get-WrapperRefusal {
    # Why the wrapper gave up before the work began. Null when it did not.
    param([Collections.IDictionary]$Files)

    if ([IO.File]::Exists($Files['latch'])) { return $null }
    $failed = Read-TaskFile $Files['failed']
    if ($null -eq $failed) { return $null }
    $message = [string](Read-Field $failed 'message')
    if (-not $message) {
        $hex = Format-ErrorCode ([int](Read-Field $failed 'hresult'))
        $message = "the task gave up in its phase '$(Read-Field $failed 'phase')' with $(Read-Field $failed 'type') ($hex)"
    }
    New-Refusal -Code ([string](Read-Field $failed 'code')) -Message $message -HResult ([int](Read-Field $failed 'hresult'))
}

function Get-WriteRefusal {
    # 0x80070070 disk full, 0x80070027 the same from older programs
    param([int]$HResult, [string]$Told)

    $code = 'start_failed'
    if (@(-2147024784, -2147024857) -contains $HResult) { $code = 'disk_full' }
    New-Refusal -Code $code -HResult $HResult -Message "the files of the task could not be written ($(Format-ErrorCode $HResult)): $Told"
}

function Start-LongTaskUnderLock {
    # The refusals of a start that failed; nothing when the work is up or on its way.
    param([Collections.IDictionary]$Files, [Collections.IDictionary]$Order)

    $since = Get-ClockNow
    if (-not [IO.Directory]::Exists($Files['folder'])) { New-ProtectedFolder $Files['folder'] }
    Assert-FolderOurs $Files['folder']
    $refusal = $null
    $written = $false
    try {
        Write-Claim -Files $Files -Order $Order
        $bootstrap = Write-StartFiles -Files $Files -Order $Order
        $written = $true
        Register-Start -Files $Files -Order $Order -Bootstrap $bootstrap
        Start-LongTaskInstance $Order.id
    }
    catch {
        $code = Get-ErrorCode $_.Exception
        $told = Get-InnermostMessage $_.Exception
        if ($written) { $refusal = Get-SchedulerRefusal -HResult $code -Account $Order.run_as.account -AtRun $false -Told $told }
        else { $refusal = Get-WriteRefusal -HResult $code -Told $told }
    }
    if ($null -eq $refusal) { $refusal = Wait-StartProof -Files $Files -Order $Order -Since $since }
    if ($null -eq $refusal) { $refusal = Get-WrapperRefusal $Files }
    if ($null -eq $refusal) { return }
    # What cannot be undone is found by the next start; the reason must reach the operator all the same.
    try { Undo-Start -Files $Files -Id $Order.id } catch { $refusal.message += " (not all of it could be removed: $(Get-InnermostMessage $_.Exception))" }
    $refusal
}

Export-ModuleMember -Function @(
    'Open-LockedFile', 'Get-LockPatience', 'Open-StartLock', 'Get-StartLockPath', 'Write-Claim', 'Write-Spec', 'Write-StartFiles',
    'Register-Start', 'Test-StartProved', 'Wait-Moment', 'Wait-StartProof', 'Get-FailedStart', 'Undo-Start', 'Remove-Folder', 'Move-Folder',
    'Wait-ForRelease', 'Remove-TaskFolder', 'Get-WrapperRefusal', 'Get-WriteRefusal', 'Start-LongTaskUnderLock'
)
