#!powershell

# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -PowerShell ..module_utils._LongTaskEvidence
#AnsibleRequires -PowerShell ..module_utils._LongTaskFiles
#AnsibleRequires -PowerShell ..module_utils._LongTaskLaunch
#AnsibleRequires -PowerShell ..module_utils._LongTaskLog
#AnsibleRequires -PowerShell ..module_utils._LongTaskNative
#AnsibleRequires -PowerShell ..module_utils._LongTaskOrder
#AnsibleRequires -PowerShell ..module_utils._LongTaskRefusal
#AnsibleRequires -PowerShell ..module_utils._LongTaskSecret
#AnsibleRequires -PowerShell ..module_utils._LongTaskStart
#AnsibleRequires -PowerShell ..module_utils._LongTaskState
#AnsibleRequires -PowerShell ..module_utils._LongTaskWatch
#AnsibleRequires -PowerShell ..module_utils._LongTaskWrapper
#AnsibleRequires -PowerShell ..module_utils._MachineFolder
#AnsibleRequires -PowerShell ..module_utils._SecretOption
#AnsibleRequires -PowerShell ..module_utils._TaskAccount
#AnsibleRequires -PowerShell ..module_utils._TaskScheduler
#AnsibleRequires -PowerShell ..module_utils._WholeFile

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Invoke-Start {
    # @{ refusals; attached; changed }
    param([Collections.IDictionary]$Files, [Collections.IDictionary]$Order, [bool]$CheckMode)

    $outcome = @{ refusals = @(); attached = $false; changed = $false }
    # What is wrong with a folder that is not ours is among the refusals; nothing in it is attached to.
    $trusted = $true
    try { [void](Get-MachineFolderState 'tasks') } catch { $trusted = $false }
    # Not by the age of the claim: its starter may be dead, and whether it is only the lock can tell.
    if ($trusted -and (Get-LongTaskState -Files $Files -Id $Order.id -Starting $true).state -ne 'absent') {
        $outcome.attached = $true
        return $outcome
    }
    $outcome.refusals = @(Get-StartRefusals -Root (Get-MachineFolderRoot) -Exe $Order.exe -RunAs $Order.run_as)
    if ($outcome.refusals.Count -gt 0) { return $outcome }
    $outcome.changed = $true
    if ($CheckMode) { return $outcome }

    [void](Open-MachineFolder 'tasks')
    $lock = Open-StartLock (Get-StartLockPath $Files['folder'])
    if ($null -eq $lock) {
        $outcome.changed = $false
        $outcome.attached = $true
        return $outcome
    }
    try {
        if ((Get-LongTaskState -Files $Files -Id $Order.id -Starting $true).state -ne 'absent') {
            $outcome.changed = $false
            $outcome.attached = $true
            return $outcome
        }
        $outcome.refusals = @(Start-LongTaskUnderLock -Files $Files -Order $Order)
    }
    finally { $lock.Dispose() }
    $outcome
}

function Invoke-Forget {
    # True when there was something to remove.
    param([Collections.IDictionary]$Files, [string]$Id, [bool]$CheckMode)

    $any = [IO.Directory]::Exists($Files['folder']) -or (Test-BootKey $Id)
    if ($CheckMode) { return ($any -or $null -ne (Get-TaskInstance $Id)) }
    if (Unregister-LongTask $Id) { $any = $true }
    if ([IO.Directory]::Exists($Files['folder'])) {
        Remove-SecretFiles $Files
        $script:deadFolder = Remove-TaskFolder $Files['folder']
    }
    Remove-BootKey $Id
    $any
}

function Get-ForgetRefusal {
    param([Collections.IDictionary]$State, [bool]$Force, [bool]$Busy)

    if ($Busy) { return New-Refusal -Code 'still_running' -Message 'another call is starting or forgetting this task' }
    if ($State.state -eq 'running') { return New-Refusal -Code 'still_running' -Message 'the work still runs, it cannot be forgotten' }
    if ($State.state -eq 'lost' -and -not $Force) {
        return New-Refusal -Code 'lost' -Message 'how the work ended is not known; check it first, then forget it with force'
    }
}

$spec = @{
    options = @{
        operation = @{ type = 'str'; required = $true; choices = @('start', 'poll', 'collect', 'forget') }
        id = @{ type = 'str'; required = $true }
        title = @{ type = 'str'; default = '' }
        spec_hash = @{ type = 'str'; default = '' }
        command = @{
            type = 'dict'
            options = @{
                exe = @{ type = 'str'; required = $true }
                arguments = @{ type = 'str'; default = '' }
                working_directory = @{ type = 'str' }
                environment = @{ type = 'dict' }
            }
        }
        run_as = @{
            type = 'dict'
            options = @{
                account = @{ type = 'str' }
                kind = @{ type = 'str'; required = $true; choices = @('password', 'gmsa', 'system') }
            }
        }
        run_as_password = @{ type = 'str'; no_log = $true }
        secrets = @{ type = 'str'; no_log = $true }
        logs = @{
            type = 'list'
            elements = 'dict'
            default = @()
            options = @{
                name = @{ type = 'str'; required = $true }
                pattern = @{ type = 'str'; required = $true }
            }
        }
        wait = @{
            type = 'dict'
            options = @{
                policy = @{ type = 'str'; default = 'root'; choices = @('root', 'tree') }
                ignore_names = @{ type = 'list'; elements = 'str'; default = @() }
                settle_seconds = @{ type = 'int'; default = 10 }
            }
        }
        start_timeout = @{ type = 'int'; default = 180 }
        offsets = @{
            type = 'list'
            elements = 'dict'
            default = @()
            options = @{
                name = @{ type = 'str'; required = $true }
                file = @{ type = 'str' }
                offset = @{ type = 'raw'; default = 0 }
                head_hash = @{ type = 'str' }
            }
        }
        force = @{ type = 'bool'; default = $false }
    }
    required_if = @(, @('operation', 'start', @('command', 'run_as')))
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$operation = $module.Params.operation.ToLowerInvariant()
$id = [string]$module.Params.id
# Windows drops a dot at the end, and a device is no folder: two tasks would share one, or have none.
if ($id -cnotmatch '\A(?!(con|prn|aux|nul|com\d|lpt\d)(\.|\z))[a-z0-9_-]([a-z0-9._-]{0,58}[a-z0-9_-])?\z') {
    $module.FailJson("id: '$id' is no id of a task; 1 to 60 of a-z, 0-9, dot, hyphen, underscore, no dot first or last, no device's name such as con")
}
$files = Get-TaskFileMap ([IO.Path]::Combine((Get-MachineFolderRoot), 'tasks', $id))
$module.Result.id = $id
$refusals = @()
$attached = $false
$answer = @{}
$deadFolder = $null
$failure = $null
try {
    # Ordinary users may make folders under ProgramData, and who is no administrator sees nothing in ours: neither says anything of a task.
    if ($operation -ne 'start') { [void](Get-MachineFolderState 'tasks') }
    # Before the logs: what is read of a work that had ended by then is all that it wrote.
    $state = Get-LongTaskState -Files $files -Id $id -Starting $false
    switch ($operation) {
        'start' {
            $outcome = Invoke-Start -Files $files -Order (New-Order $module.Params) -CheckMode $module.CheckMode
            $refusals = @($outcome.refusals)
            $attached = $outcome.attached
            $module.Result.changed = $outcome.changed -and $refusals.Count -eq 0
            $state = Get-LongTaskState -Files $files -Id $id -Starting $false
        }
        'poll' { $answer.logs = Get-LogAnswers -Files $files -Offsets $module.Params.offsets }
        'collect' {
            $answer.logs = Get-LogAnswers -Files $files -Offsets @()
            $answer.files = Get-CollectedFiles -Files $files -Logs $answer.logs
            $claim = Read-TaskFile $files['claim']
            $since = Get-ClockNow
            if ($null -ne $claim) { $since = (ConvertFrom-UtcText (Read-UtcText (Read-Field $claim 'utc'))).AddMinutes(-1) }
            $answer.events = @(Get-LongTaskEvents -Id $id -Since $since)
            try { $answer.task = Get-TaskInstance $id } catch { $answer.task = $null }
            foreach ($name in @($answer.logs.Keys)) { $answer.logs[$name].bytes = '' }
        }
        'forget' {
            $lock = $null
            $lockable = (Get-MachineFolderState 'tasks') -and -not $module.CheckMode
            if ($lockable) { $lock = Open-StartLock (Get-StartLockPath $files['folder']) }
            try {
                $state = Get-LongTaskState -Files $files -Id $id -Starting $false
                $refusals = @(Get-ForgetRefusal -State $state -Force $module.Params.force -Busy ($lockable -and $null -eq $lock))
                if ($refusals.Count -eq 0) { $module.Result.changed = Invoke-Forget -Files $files -Id $id -CheckMode $module.CheckMode }
            }
            finally {
                if ($null -ne $lock) { $lock.Dispose() }
            }
            if ($refusals.Count -eq 0 -and -not $module.CheckMode) { [void](Remove-FileQuietly (Get-StartLockPath $files['folder'])) }
            $state = Get-LongTaskState -Files $files -Id $id -Starting $false
        }
    }
    $report = Get-TaskReport -Files $files -Id $id -State $state
}
catch {
    $failure = $_
}
if ($null -ne $failure) {
    $module.Result.hresult = Get-ErrorCode $failure.Exception
    $module.FailJson("$operation of task '$id': $(Get-InnermostMessage $failure.Exception)", $failure)
}

foreach ($key in @($report.Keys)) { $module.Result[$key] = $report[$key] }
foreach ($key in @($answer.Keys)) { $module.Result[$key] = $answer[$key] }
if (-not $module.Result.ContainsKey('logs')) { $module.Result.logs = @{} }
$module.Result.attached = $attached
if ($null -ne $deadFolder) { $module.Result.dead_folder = $deadFolder }
if ($refusals.Count -gt 0) {
    $module.Result.refusals = $refusals
    $reasons = @($refusals | ForEach-Object { "$($_.code): $($_.message)" }) -join '; '
    $module.FailJson("$operation of task '$id' refused: $reasons")
}
$module.ExitJson()
