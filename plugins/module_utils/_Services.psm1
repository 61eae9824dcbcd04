# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# FOR INTERNAL COLLECTION USE ONLY: may change in any release.
# What runs or is meant to run: services, processes, scheduled tasks.

#AnsibleRequires -PowerShell ..module_utils._Answer
#AnsibleRequires -PowerShell ..module_utils._Registry

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$script:StartModes = 'boot', 'system', 'auto', 'manual', 'disabled'
$script:StatusNames = @{
    Running = 'running'; Stopped = 'stopped'; Paused = 'paused'
    StartPending = 'start_pending'; StopPending = 'stop_pending'; ContinuePending = 'continue_pending'; PausePending = 'pause_pending'
}
# TASK_STATE of the Task Scheduler.
$script:TaskStates = 'unknown', 'disabled', 'queued', 'ready', 'running'

function Get-ServiceController([string]$Name) { New-Object System.ServiceProcess.ServiceController $Name }
function Get-ServiceProcess([string]$Filter) { Get-CimInstance -ClassName Win32_Service -Filter $Filter -Property Name, ProcessId -OperationTimeoutSec 20 }
function Get-WindowsProcess {
    Get-CimInstance -ClassName Win32_Process -Property ProcessId, ParentProcessId, Name, CreationDate, SessionId -OperationTimeoutSec 30
}
function Connect-TaskScheduler { $service = New-Object -ComObject Schedule.Service; [void]$service.Connect(); $service }

function Initialize-ServiceController {
    # 5.1 loads the assembly of ServiceController only with the first *-Service cmdlet.
    if (-not ('System.ServiceProcess.ServiceController' -as [type])) { $null = Add-Type -AssemblyName System.ServiceProcess }
}

function Get-ServicesAnswer {
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    Initialize-ServiceController
    $services = @{}
    foreach ($name in @(Get-RequiredField $Question 'names')) {
        $fact = Get-ServiceFact ([string]$name)
        if ($null -ne $fact) { $services[[string]$name] = $fact }
    }
    Add-ServiceProcess $services
    @{ services = $services }
}

function Get-ServiceFact {
    # Configuration from the registry, which needs no WMI and knows delayed start; the live state from the service manager.
    param([Parameter(Mandatory = $true)][string]$Name)

    $facts = Get-RegistryFact "SYSTEM\CurrentControlSet\Services\$Name"
    if ($null -eq $facts) { return }
    $live = Get-ServiceState $Name
    if ($null -eq $live) { return }
    $start = if ($facts.ContainsKey('Start')) { [int]$facts['Start'] } else { 3 }
    $display = $live['display_name']
    if (-not $display) { $display = [string]$facts['DisplayName'] }
    @{
        display_name = $display
        status = $live['status']
        start_mode = $script:StartModes[$start]
        delayed = ($start -eq 2 -and $facts['DelayedAutostart'] -eq 1)
        account = $(if ($facts['ObjectName']) { [string]$facts['ObjectName'] } else { 'LocalSystem' })
        image_path = [System.Environment]::ExpandEnvironmentVariables([string]$facts['ImagePath'])
        process_id = 0
    }
}

function Get-ServiceState {
    # Nothing for a service of which only the registry key was left over. Construction never fails, the first reading does; and it is
    # the getter that must be called: of a property PowerShell swallows the exception and shows $null.
    param([Parameter(Mandatory = $true)][string]$Name)

    $controller = Get-ServiceController $Name
    try {
        $status = $script:StatusNames[[string]$controller.get_Status()]
        @{ status = $(if ($status) { $status } else { 'unknown' }); display_name = [string]$controller.get_DisplayName() }
    }
    catch {
        if ((Get-StateOfError $_.Exception) -eq 'absent') { return }
        @{ status = 'unknown'; display_name = '' }
    }
    finally { $controller.Dispose() }
}

function Add-ServiceProcess {
    # The process ids of all running services in one query. Without WMI they stay 0: the state is worth more than the id.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Services)

    $filters = @(foreach ($name in @($Services.get_Keys())) {
            if ($Services[$name]['status'] -ne 'stopped') { "Name='$($name.Replace('\', '\\').Replace("'", "\'"))'" }
        })
    if (-not $filters.Count) { return }
    try { $found = @(Get-ServiceProcess ($filters -join ' OR ')) } catch { return }
    foreach ($each in $found) {
        if ($Services.Contains([string]$each.Name)) { $Services[[string]$each.Name]['process_id'] = [long]$each.ProcessId }
    }
}

function Get-ProcessesAnswer {
    # Never command lines: they carry passwords.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $patterns = @(Get-RequiredField $Question 'names')
    $found = New-Object 'System.Collections.Generic.List[object]'
    foreach ($process in @(Get-WindowsProcess)) {
        $name = ([string]$process.Name) -replace '\.exe$', ''
        if (-not @($patterns | Where-Object { $name -like $_ }).Count) { continue }
        $found.Add(@{
                name = $name
                process_id = [long]$process.ProcessId
                parent_id = [long]$process.ParentProcessId
                started_utc = $(if ($null -ne $process.CreationDate) { ConvertTo-UtcText $process.CreationDate })
                session_id = [long]$process.SessionId
            })
    }
    @{ processes = $found.ToArray() }
}

function Get-ScheduledTasksAnswer {
    # By COM: the cmdlets take seconds to load. Hidden tasks included (flag 1).
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $folder = (Connect-TaskScheduler).GetFolder([string](Get-RequiredField $Question 'folder'))
    $tasks = New-Object 'System.Collections.Generic.List[object]'
    foreach ($task in @($folder.GetTasks(1))) {
        $lastRun = [System.DateTime]$task.LastRunTime
        $tasks.Add(@{
                name = [string]$task.Name
                state = $script:TaskStates[[int]$task.State]
                last_result = [int]$task.LastTaskResult
                # A task that never ran says 1899 or 1999-11-30.
                last_run_utc = $(if ($lastRun.Year -gt 2000) { ConvertTo-UtcText $lastRun })
            })
    }
    @{ tasks = $tasks.ToArray() }
}

Export-ModuleMember -Function Get-ServicesAnswer, Get-ProcessesAnswer, Get-ScheduledTasksAnswer
