# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Windows' Task Scheduler through its COM interface: the only door where a password is neither on a command line nor in a log.

#AnsibleRequires -PowerShell ..module_utils._TaskAccount

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function New-SchedulerService {
    # Some COM methods that return nothing leave a null in the pipeline: hence [void], here and below.
    $service = New-Object -ComObject Schedule.Service
    [void]$service.Connect()
    $service
}

function Get-SchedulerFolderName {
    '\systemcenter.upgrade'
}

function Open-SchedulerFolder {
    param($Service)

    $Service.GetFolder((Get-SchedulerFolderName))
}

function Open-SchedulerTask {
    param($Service, [string]$Name)

    (Open-SchedulerFolder $Service).GetTask($Name)
}

function New-SchedulerFolder {
    param($Service)

    [void]$Service.GetFolder('\').CreateFolder((Get-SchedulerFolderName).Substring(1))
}

function Remove-SchedulerFolder {
    param($Service)

    [void]$Service.GetFolder('\').DeleteFolder((Get-SchedulerFolderName).Substring(1), 0)
}

function New-SchedulerDefinition {
    param($Service)

    $Service.NewTask(0)
}

function Register-SchedulerTask {
    # 2 creates and fails when the task exists, 0x10 grants the account of the task no right to change it.
    param($Folder, [string]$Name, $Definition, [string]$User, $Password, [int]$LogonType)

    [void]$Folder.RegisterTaskDefinition($Name, $Definition, (2 -bor 0x10), $User, $Password, $LogonType, 'D:P(A;;FA;;;BA)(A;;FA;;;SY)')
}

function Start-SchedulerTask {
    # 2 ignores conditions such as batteries. It returns before anything has happened.
    param($Task)

    [void]$Task.RunEx($null, 2, 0, '')
}

function Remove-SchedulerTask {
    param($Folder, [string]$Name)

    [void]$Folder.DeleteTask($Name, 0)
}

function Clear-ComObject {
    param($Object)

    if ($null -ne $Object -and [Runtime.InteropServices.Marshal]::IsComObject($Object)) {
        [void][Runtime.InteropServices.Marshal]::ReleaseComObject($Object)
    }
}

function Get-SchedulerErrors {
    # HRESULT -> what to call it at registration or start (reference 2.5).
    @{
        -2147023570 = 'wrong_password'              # 0x8007052E
        -2147023511 = 'batch_right_missing'         # 0x80070569
        -2147023584 = 'password_storage_forbidden'  # 0x80070520
        -2147023566 = 'password_expired'            # 0x80070532
        -2147022989 = 'password_expired'            # 0x80070773, must be changed at the next logon
        -2147023565 = 'account_disabled'            # 0x80070533
        -2147022987 = 'account_locked'              # 0x80070775
        -2147023564 = 'account_unknown'             # 0x80070534
        -2147216625 = 'account_unknown'             # 0x8004130F
        -2147216624 = 'account_unknown'             # 0x80041310
        -2147216619 = 'scheduler_stopped'           # 0x80041315
        -2147216606 = 'scheduler_stopped'           # 0x80041322
        # The bootstrap's own exit code, which some releases show as an HRESULT.
        88 = 'constrained_language'
        -2147024808 = 'constrained_language'        # 0x80070058
    }
}

function Format-ErrorCode {
    param([int]$Code)

    '0x' + $Code.ToString('X8', [Globalization.CultureInfo]::InvariantCulture)
}

function Get-TaskInstance {
    # Null when there is no such task. States: 0 unknown, 1 disabled, 2 queued, 3 ready, 4 running.
    param([string]$Name)

    $service = New-SchedulerService
    try {
        $task = Open-SchedulerTask -Service $service -Name $Name
        @{
            state = [int]$task.State; last_result = [int]$task.LastTaskResult; enabled = [bool]$task.Enabled
            last_run_utc = Read-UtcText $task.LastRunTime
        }
    }
    catch {
        if (@(-2147024894, -2147024893) -contains (Get-ErrorCode $_.Exception)) { return $null }
        throw
    }
    finally { Clear-ComObject $service }
}

function Set-TaskSettings {
    # The defaults would end the work after 72 hours, on battery or when the host is no longer idle, and run it with less than normal
    # priority. There is no trigger: nothing starts the work but us.
    param($Definition)

    $settings = $Definition.Settings
    $settings.ExecutionTimeLimit = 'PT0S'
    $settings.Priority = 4
    $settings.DisallowStartIfOnBatteries = $false
    $settings.StopIfGoingOnBatteries = $false
    $settings.MultipleInstances = 2
    $settings.AllowDemandStart = $true
    $settings.AllowHardTerminate = $false
    $settings.StartWhenAvailable = $false
    $settings.WakeToRun = $false
    $settings.RunOnlyIfIdle = $false
    $settings.RunOnlyIfNetworkAvailable = $false
    $settings.IdleSettings.StopOnIdleEnd = $false
    $settings.IdleSettings.RestartOnIdle = $false
    $settings.Hidden = $false
}

function Get-PowerShellPath {
    # Windows PowerShell of the same bitness as the scheduler. Our own process may be the host of a remote session.
    [IO.Path]::Combine([Environment]::SystemDirectory, 'WindowsPowerShell\v1.0\powershell.exe')
}

function New-LongTaskDefinition {
    param($Service, [string]$Bootstrap, [string]$Title, [string]$Id)

    $definition = New-SchedulerDefinition $Service
    $definition.RegistrationInfo.Description = "systemcenter.upgrade, task $($Id): $Title. Do not end it: a setup may be running."
    $definition.Principal.RunLevel = 1
    Set-TaskSettings $definition
    $action = $definition.Actions.Create(0)
    $action.Path = Get-PowerShellPath
    # Base64 holds neither $(Arg0) nor %NAME%, which the scheduler would replace.
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($Bootstrap))
    $action.Arguments = "-NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand $encoded"
    $definition
}

function Get-TaskLogon {
    # An empty text is a wrong password to the scheduler; only null says that there is none.
    param([string]$Kind, [string]$Account, [string]$Password)

    $Account = Get-QualifiedAccount $Account
    switch ($Kind) {
        'system' { return @{ user = 'S-1-5-18'; password = $null; type = 5 } }
        'gmsa' { return @{ user = $Account; password = $null; type = 1 } }
    }
    @{ user = $Account; password = $Password; type = 1 }
}

function Register-LongTask {
    param([string]$Id, [string]$Bootstrap, [string]$Title, [Collections.IDictionary]$Logon)

    $service = New-SchedulerService
    try {
        try { New-SchedulerFolder $service }
        catch {
            # 0x800700B7: it is there already
            if ((Get-ErrorCode $_.Exception) -ne -2147024713) { throw }
        }
        $definition = New-LongTaskDefinition -Service $service -Bootstrap $Bootstrap -Title $Title -Id $Id
        $folder = Open-SchedulerFolder $service
        Register-SchedulerTask -Folder $folder -Name $Id -Definition $definition -User $Logon.user -Password $Logon.password -LogonType $Logon.type
    }
    finally { Clear-ComObject $service }
}

function Start-LongTaskInstance {
    param([string]$Id)

    $service = New-SchedulerService
    try { Start-SchedulerTask (Open-SchedulerTask -Service $service -Name $Id) }
    finally { Clear-ComObject $service }
}

function Unregister-LongTask {
    # True when there was a task. Its folder goes with the last one.
    param([string]$Id)

    $service = New-SchedulerService
    try {
        $removed = $true
        try { Remove-SchedulerTask -Folder (Open-SchedulerFolder $service) -Name $Id }
        catch {
            if (@(-2147024894, -2147024893) -notcontains (Get-ErrorCode $_.Exception)) { throw }
            $removed = $false
        }
        try { Remove-SchedulerFolder $service }
        catch { $null = $_ }    # not empty, or not there
        $removed
    }
    finally { Clear-ComObject $service }
}

function Find-SchedulerEvents {
    # What the scheduler's own log says of one task. The log may be disabled; then there is nothing to tell.
    param([string]$Id, [DateTime]$Since)

    $path = '{0}\{1}' -f (Get-SchedulerFolderName), $Id
    $from = $Since.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", [Globalization.CultureInfo]::InvariantCulture)
    $query = "*[System[TimeCreated[@SystemTime>='$from']] and EventData[Data[@Name='TaskName']='$path']]"
    $log = 'Microsoft-Windows-TaskScheduler/Operational'
    Get-WinEvent -LogName $log -FilterXPath $query -MaxEvents 50 -ErrorAction SilentlyContinue
}

function Get-LongTaskEvents {
    param([string]$Id, [DateTime]$Since)

    try { $events = @(Find-SchedulerEvents -Id $Id -Since $Since) }
    catch { $events = @() }
    foreach ($record in $events) {
        if ($null -eq $record) { continue }
        @{ id = [int]$record.Id; utc = Read-UtcText $record.TimeCreated; message = [string]$record.Message }
    }
}

function Get-StartFailureEvent {
    # 101 start failed, 103 action failed, 104 logon failed, 203 not started
    param([string]$Id, [DateTime]$Since)

    foreach ($record in @(Get-LongTaskEvents -Id $Id -Since $Since)) {
        if (@(101, 103, 104, 203) -contains $record.id) { return $record.message }
    }
    ''
}

Export-ModuleMember -Function @(
    'New-SchedulerService', 'Get-SchedulerFolderName', 'Open-SchedulerFolder', 'Open-SchedulerTask', 'New-SchedulerFolder',
    'Remove-SchedulerFolder', 'New-SchedulerDefinition', 'Register-SchedulerTask', 'Start-SchedulerTask', 'Remove-SchedulerTask',
    'Clear-ComObject', 'Get-SchedulerErrors', 'Format-ErrorCode', 'Get-TaskInstance', 'Set-TaskSettings', 'Get-PowerShellPath',
    'New-LongTaskDefinition', 'Get-TaskLogon', 'Register-LongTask', 'Start-LongTaskInstance', 'Unregister-LongTask', 'Find-SchedulerEvents',
    'Get-LongTaskEvents', 'Get-StartFailureEvent'
)
