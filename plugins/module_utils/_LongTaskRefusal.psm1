# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Why a long task must not be started on this host, found out before anything is written and told all at once.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function New-Refusal {
    param([string]$Code, [string]$Message, $HResult)

    @{ code = $Code; message = $Message; hresult = $HResult }
}

function Test-ProcessIs64Bit {
    [Environment]::Is64BitProcess
}

function Get-OwnLanguageMode {
    [string]$ExecutionContext.SessionState.LanguageMode
}

function Test-CallerElevated {
    $principal = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
    $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
}

function Test-ProgramExists {
    param([string]$Path)

    [IO.File]::Exists($Path)
}

function Get-FreeBytes {
    # On the disk of the task's folder.
    param([string]$Path)

    (New-Object IO.DriveInfo([IO.Path]::GetPathRoot($Path))).AvailableFreeSpace
}

function Connect-Scheduler {
    # Throws when the service does not answer; its state is of less interest.
    $service = New-SchedulerService
    Clear-ComObject $service
}

function Get-HostRefusals {
    # What is wrong with the host or with us.
    param([string]$Root)

    if (-not (Test-ProcessIs64Bit)) {
        New-Refusal -Code 'not_64bit' -Message 'this PowerShell is a 32-bit process; the endpoint of the connection must be the 64-bit one'
    }
    $mode = Get-OwnLanguageMode
    if ($mode -ne 'FullLanguage') {
        New-Refusal -Code 'constrained_language' -Message "PowerShell runs in $mode mode, which forbids what a long task needs"
    }
    if (-not (Test-CallerElevated)) {
        New-Refusal -Code 'not_elevated' -Message 'the connection has no administrator''s token; see LocalAccountTokenFilterPolicy for local accounts'
    }
    $free = [long](Get-FreeBytes $Root)
    if ($free -lt 200MB) {
        New-Refusal -Code 'disk_full' -Message "only $([Math]::Floor($free / 1MB)) MB are free on $([IO.Path]::GetPathRoot($Root)), 200 MB are needed"
    }
    try { [void](Get-MachineFolderState 'tasks') }
    catch { New-Refusal -Code 'folder_not_ours' -Message (Get-InnermostMessage $_.Exception) }
    try { Connect-Scheduler }
    catch {
        $code = Get-ErrorCode $_.Exception
        New-Refusal -Code 'scheduler_stopped' -HResult $code -Message "the Task Scheduler (service Schedule) does not answer: $(Get-InnermostMessage $_.Exception)"
    }
}

function Get-ProgramRefusals {
    param([string]$Exe)

    if ($Exe -notmatch '\A(?:[A-Za-z]:|\\\\[^\\]+\\[^\\]+)\\') {
        return New-Refusal -Code 'exe_missing' -Message "$Exe is no absolute path"
    }
    if (-not (Test-ProgramExists $Exe)) {
        $hint = ''
        if ($Exe.StartsWith('\\')) { $hint = ', at least not for this connection; copy it to a disk of the host' }
        New-Refusal -Code 'exe_missing' -Message "$Exe does not exist$hint"
    }
}

function Get-AccountRefusals {
    param([Collections.IDictionary]$RunAs)

    if ($RunAs.kind -eq 'system') { return }
    $account = [string]$RunAs.account
    if ([string]::IsNullOrEmpty([string]$RunAs.sid)) {
        return New-Refusal -Code 'account_unknown' -Message "no account $account is known on this host (a typo, or no domain controller answers)"
    }
    switch (Get-BatchRightProblem -Account $account -Sid $RunAs.sid) {
        'batch_right_missing' {
            New-Refusal -Code 'batch_right_missing' -Message (
                "$account lacks the right 'Log on as a batch job' (SeBatchLogonRight); grant it, in the group policy if one defines it")
        }
        'batch_right_denied' {
            New-Refusal -Code 'batch_right_denied' -Message (
                "$account is denied the right 'Log on as a batch job' (SeDenyBatchLogonRight), which no grant overrules")
        }
    }
    if ($RunAs.kind -eq 'password' -and (Get-DomainCredentialPolicy) -eq 1) {
        New-Refusal -Code 'password_storage_forbidden' -Message (
            'a policy forbids the storage of passwords (Lsa\DisableDomainCreds = 1): use a gMSA or SYSTEM, or change it and reboot')
    }
}

function Get-InnermostMessage {
    param([Exception]$Exception)

    while ($null -ne $Exception.InnerException) { $Exception = $Exception.InnerException }
    $Exception.Message
}

function Get-StartRefusals {
    param([string]$Root, [string]$Exe, [Collections.IDictionary]$RunAs)

    Get-HostRefusals $Root
    Get-ProgramRefusals $Exe
    Get-AccountRefusals $RunAs
}

function Get-SchedulerRefusal {
    # The scheduler's refusal in words. The same code means a wrong password when it registers, but not when it runs what it had accepted.
    param([int]$HResult, [string]$Account, [bool]$AtRun, [string]$Told)

    $hex = Format-ErrorCode $HResult
    $codes = Get-SchedulerErrors
    $code = 'start_failed'
    if ($codes.Contains($HResult)) { $code = $codes[$HResult] }
    $messages = @{
        wrong_password = "user name or password of $Account is wrong ($hex); not tried again, so that the account is not locked"
        batch_right_missing = "$Account may not log on as a batch job ($hex): right missing, or denied by a policy"
        password_storage_forbidden = "Windows may not store the password of $Account ($hex): Lsa\DisableDomainCreds; use a gMSA or SYSTEM"
        password_expired = "the password of $Account has expired or must be changed ($hex)"
        account_disabled = "$Account is disabled ($hex)"
        account_locked = "$Account is locked out ($hex)"
        account_unknown = "no account $Account is known to the scheduler ($hex)"
        scheduler_stopped = "the Task Scheduler does not answer ($hex)"
        constrained_language = "PowerShell runs in a constrained language mode under $Account ($hex): AppLocker or WDAC rules for scripts"
        start_failed = "the Task Scheduler did not start the task ($hex)"
    }
    $message = $messages[$code]
    if ($AtRun -and $code -eq 'wrong_password') {
        $code = 'start_failed'
        $message = "the password was accepted, but $Account could not log on ($hex): Credential Guard, no domain controller, or a clock that is off"
    }
    if ($Told) { $message = "${message}: $Told" }
    New-Refusal -Code $code -Message $message -HResult $HResult
}

Export-ModuleMember -Function @(
    'New-Refusal', 'Test-ProcessIs64Bit', 'Get-OwnLanguageMode', 'Test-CallerElevated', 'Test-ProgramExists', 'Get-FreeBytes',
    'Connect-Scheduler', 'Get-HostRefusals', 'Get-ProgramRefusals', 'Get-AccountRefusals', 'Get-InnermostMessage', 'Get-StartRefusals',
    'Get-SchedulerRefusal'
)
