#!powershell

# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -PowerShell ..module_utils._LongTaskFiles
#AnsibleRequires -PowerShell ..module_utils._LongTaskLaunch
#AnsibleRequires -PowerShell ..module_utils._LongTaskLog
#AnsibleRequires -PowerShell ..module_utils._LongTaskRefusal
#AnsibleRequires -PowerShell ..module_utils._LongTaskSecret
#AnsibleRequires -PowerShell ..module_utils._LongTaskStart
#AnsibleRequires -PowerShell ..module_utils._LongTaskState
#AnsibleRequires -PowerShell ..module_utils._LongTaskWrapper
#AnsibleRequires -PowerShell ..module_utils._MachineFolder
#AnsibleRequires -PowerShell ..module_utils._TaskAccount
#AnsibleRequires -PowerShell ..module_utils._TaskScheduler
#AnsibleRequires -PowerShell ..module_utils._WholeFile

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Get-OrderField {
    param($Option, [string]$Name, $Default)

    $value = Read-Field $Option $Name
    if ($null -eq $value) { return $Default }
    $value
}

function Get-Requester {
    [Security.Principal.WindowsIdentity]::GetCurrent().Name
}

function New-Order {
    # The options of a start, checked and filled. Throws ArgumentException for what no host could carry out.
    param($Params)

    # Ansible.Basic takes an explicit null for given.
    foreach ($name in 'command', 'run_as') { if ($null -eq $Params[$name]) { throw (New-Object ArgumentException("${name}: needed to start")) } }
    $order = @{
        id = [string]$Params.id; spec_hash = [string]$Params.spec_hash; title = [string]$Params.title; requester = Get-Requester
        exe = [string]$Params.command.exe; arguments = [string](Get-OrderField $Params.command 'arguments' '')
        working_directory = [string](Get-OrderField $Params.command 'working_directory' ''); environment = @{}
        logs = @(); start_timeout = [int]$Params.start_timeout; run_as_password = [string]$Params.run_as_password
    }
    if (-not $order.working_directory) { $order.working_directory = [string](Split-ParentPath $order.exe) }
    $environment = Get-OrderField $Params.command 'environment' @{}
    foreach ($name in @($environment.Keys)) { $order.environment[[string]$name] = [string]$environment[$name] }
    $order.logs = @(foreach ($log in @($Params.logs)) { if ($null -ne $log) { @{ name = [string]$log.name; pattern = [string]$log.pattern } } })
    $order.wait = @{
        policy = [string](Get-OrderField $Params.wait 'policy' 'root').ToLowerInvariant()
        ignore_names = @(foreach ($name in @(Get-OrderField $Params.wait 'ignore_names' @())) { [string]$name })
        settle_seconds = [int](Get-OrderField $Params.wait 'settle_seconds' 10)
    }
    $kind = ([string]$Params.run_as.kind).ToLowerInvariant()
    $account = [string](Get-OrderField $Params.run_as 'account' '')
    if ($kind -eq 'system') { $account = 'SYSTEM' }
    $order.run_as = @{ account = $account; kind = $kind; sid = 'S-1-5-18' }
    if ($kind -ne 'system') { $order.run_as.sid = [string](Get-BatchAccountSid $account) }

    $order.secrets = New-Object 'Collections.Generic.Dictionary[string,string]'
    if ($Params.secrets) { $order.secrets = Read-SecretOption $Params.secrets }
    Assert-Order $order
    $order
}

function Split-ParentPath {
    # Windows' rules whatever this engine runs on.
    param([string]$Path)

    $at = $Path.LastIndexOf('\')
    if ($at -lt 0) { return '' }
    $Path.Substring(0, $at + 1)
}

function Assert-Order {
    param([Collections.IDictionary]$Order)

    $problem = $null
    if (-not $Order.exe) { $problem = 'command.exe: needed to start' }
    elseif (-not $Order.run_as.account) { $problem = 'run_as.account: needed for this kind of account' }
    elseif ($Order.run_as.kind -eq 'password' -and -not $Order.run_as_password) { $problem = 'run_as_password: needed for an account with a password' }
    elseif ($Order.start_timeout -lt 1 -or $Order.start_timeout -gt 900) { $problem = 'start_timeout: not between 1 and 900' }
    $texts = @($Order.arguments) + @($Order.environment.Values)
    foreach ($text in $texts) {
        foreach ($name in @(Get-SecretReferences $text)) {
            if (-not $Order.secrets.ContainsKey($name)) { $problem = "secrets: the command names {secret:$name}, which was not given" }
        }
    }
    if ($null -ne $problem) { throw (New-Object ArgumentException($problem)) }
}

function Invoke-Start {
    # @{ refusals; attached; changed }
    param([Collections.IDictionary]$Files, [Collections.IDictionary]$Order, [bool]$CheckMode)

    $outcome = @{ refusals = @(); attached = $false; changed = $false }
    # Not by the age of the claim: its starter may be dead, and whether it is only the lock can tell.
    if ((Get-LongTaskState -Files $Files -Id $Order.id -Starting $true).state -ne 'absent') {
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

function Get-LogAnswers {
    # One entry per log that the work was started with. A choice of a file stays the asker's; without one the newest is taken.
    param([Collections.IDictionary]$Files, [object[]]$Offsets)

    $answers = @{}
    $started = Read-TaskFile $Files['started']
    if ($null -eq $started) { return $answers }
    $since = (ConvertFrom-UtcText (Read-UtcText $started.utc)).AddSeconds(-2)
    $left = 512 * 1024
    foreach ($log in @(Read-Field $started 'logs')) {
        if ($null -eq $log) { continue }
        $asked = $null
        foreach ($each in @($Offsets)) { if ($null -ne $each -and $each.name -eq $log.name) { $asked = $each } }
        $candidates = @(Find-LogCandidates -Pattern $log.pattern -Baseline (Read-Field $log 'baseline') -Since $since)
        $answer = Get-LogAnswer -Candidates $candidates -Asked $asked -Limit ([Math]::Min(128 * 1024, $left))
        $answer.candidates = @($candidates | Select-Object -Last 50 | ForEach-Object {
                @{ file = $_.file; length = $_.length; created_utc = $_.created_utc }
            })
        $answer.pattern = [string]$log.pattern
        $left -= $answer.next_offset - $answer.offset
        $answers[[string]$log.name] = $answer
    }
    $answers
}

function Get-LogAnswer {
    param([object[]]$Candidates, $Asked, [int]$Limit)

    $file = [string](Read-Field $Asked 'file')
    if ($file) {
        return Read-LogPieceKindly -Path $file -Offset ([long](Read-Field $Asked 'offset')) -HeadHash ([string](Read-Field $Asked 'head_hash')) -Limit $Limit
    }
    if (@($Candidates).Count -gt 0) {
        $newest = $Candidates[-1]
        return Read-LogPieceKindly -Path $newest.file -Offset $newest.start -HeadHash '' -Limit $Limit
    }
    @{ file = $null; offset = [long]0; next_offset = [long]0; length = [long]0; head_hash = $null; reset = $false; bytes = ''; error = $null }
}

function Get-FileTail {
    param([string]$Path)

    $limit = 256 * 1024
    $facts = Get-LogFacts $Path
    if ($null -eq $facts) { return @{ path = $Path; length = [long]0; bytes = ''; log = $null; error = 'unreadable' } }
    $piece = Read-LogPieceKindly -Path $Path -Offset ([Math]::Max([long]0, $facts.length - $limit)) -HeadHash '' -Limit $limit
    @{ path = $Path; length = $piece.length; bytes = $piece.bytes; log = $null; error = $piece.error }
}

function Get-CollectedFiles {
    # The task's own small files by their names, its logs by their paths.
    param([Collections.IDictionary]$Files, [Collections.IDictionary]$Logs)

    $collected = @{}
    foreach ($pattern in '*.json', '*.txt') {
        foreach ($file in @(Find-LogFiles ([IO.Path]::Combine($Files['folder'], $pattern)))) { $collected[$file.Name] = Get-FileTail $file.FullName }
    }
    foreach ($name in @($Logs.Keys)) {
        foreach ($candidate in @($Logs[$name].candidates | Select-Object -Last 5)) {
            $tail = Get-FileTail $candidate.file
            $tail.log = $name
            $collected[$candidate.file] = $tail
        }
    }
    $collected
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
    param([Collections.IDictionary]$State, [bool]$Force)

    if ($State.state -eq 'running') { return New-Refusal -Code 'still_running' -Message 'the work still runs, it cannot be forgotten' }
    if ($State.state -eq 'lost' -and -not $Force) {
        return New-Refusal -Code 'lost' -Message 'how the work ended is not known; judge it first, then forget it with force'
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
if ($id -cnotmatch '\A[a-z0-9_-][a-z0-9._-]{0,59}\z') {
    $module.FailJson("id: '$id' is no id of a task; 1 to 60 of a-z, 0-9, dot, hyphen, underscore, no dot first")
}
$files = Get-TaskFileMap ([IO.Path]::Combine((Get-MachineFolderRoot), 'tasks', $id))
$module.Result.id = $id
$refusals = @()
$attached = $false
$answer = @{}
$deadFolder = $null
$failure = $null
try {
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
            if (Get-MachineFolderState 'tasks') { $lock = Open-StartLock (Get-StartLockPath $files['folder']) }
            try {
                $state = Get-LongTaskState -Files $files -Id $id -Starting $false
                $refusals = @(Get-ForgetRefusal -State $state -Force $module.Params.force)
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
