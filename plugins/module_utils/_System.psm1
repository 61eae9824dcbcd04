# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# FOR INTERNAL COLLECTION USE ONLY: may change in any release.
# What a host is: Windows itself, the hardware, the token this process has, the reasons for a pending restart.

#AnsibleRequires -PowerShell ..module_utils._Answer
#AnsibleRequires -PowerShell ..module_utils._Registry

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$script:CurrentVersion = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion'
$script:Servicing = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing'
$script:WindowsUpdate = 'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate'
$script:SessionManager = 'SYSTEM\CurrentControlSet\Control\Session Manager'
$script:ComputerNames = 'SYSTEM\CurrentControlSet\Control\ComputerName'
$script:MaxDetails = 200

function Get-NetworkName { [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties() }
function Get-MachineName { [System.Environment]::MachineName }
function Get-LastBootTime { (Get-CimInstance -ClassName Win32_OperatingSystem -Property LastBootUpTime -OperationTimeoutSec 20).LastBootUpTime }
function Get-UptimeSpan { [System.TimeSpan]::FromSeconds([System.Diagnostics.Stopwatch]::GetTimestamp() / [System.Diagnostics.Stopwatch]::Frequency) }
function Get-ComputerSystem { Get-CimInstance -ClassName Win32_ComputerSystem -Property TotalPhysicalMemory, NumberOfLogicalProcessors -OperationTimeoutSec 20 }
function Get-Processor { Get-CimInstance -ClassName Win32_Processor -Property NumberOfCores -OperationTimeoutSec 20 }
function Get-FixedDrive { [System.IO.DriveInfo]::GetDrives() | Where-Object { $_.DriveType -eq [System.IO.DriveType]::Fixed -and $_.IsReady } }
function Get-TimeZoneId { [System.TimeZoneInfo]::ClearCachedData(); [System.TimeZoneInfo]::Local.Id }
function Get-UiCultureName { [System.Globalization.CultureInfo]::InstalledUICulture.Name }
function Get-AnsiCodePage { [int](Get-RegistryFact 'SYSTEM\CurrentControlSet\Control\Nls\CodePage')['ACP'] }
function Get-WindowsIdentity { [System.Security.Principal.WindowsIdentity]::GetCurrent() }
function Test-Administrator([object]$Identity) {
    (New-Object System.Security.Principal.WindowsPrincipal $Identity).IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)
}
function Get-PSVersionText { [string]$PSVersionTable.PSVersion }
function Get-LanguageModeName { [string]$ExecutionContext.SessionState.LanguageMode }
function Invoke-RebootPendingMethod {
    Invoke-CimMethod -Namespace 'ROOT\ccm\ClientSDK' -ClassName CCM_ClientUtilities -MethodName DetermineIfRebootPending -OperationTimeoutSec 20
}

function Get-FullName {
    $network = Get-NetworkName
    if ($network.DomainName) { return "$($network.HostName).$($network.DomainName)" }
    [string]$network.HostName
}

function Get-SessionAnswer {
    $identity = Get-WindowsIdentity
    @{
        computer_name = Get-MachineName
        fqdn = Get-FullName
        ps_version = Get-PSVersionText
        language_mode = Get-LanguageModeName
        is_64bit = ([System.IntPtr]::Size -eq 8)
        is_admin = [bool](Test-Administrator $identity)
        user = [string]$identity.Name
        user_sid = [string]$identity.User
        utc_now = ConvertTo-UtcText (Get-UtcNow)
    }
}

function Get-BootTime {
    # WMI is the usual witness but is denied to users and hangs while a setup registers providers; the counter starts with the kernel.
    try { $time = Get-LastBootTime } catch { $time = $null }
    if ($null -ne $time) { return ([System.DateTime]$time).ToUniversalTime() }
    (Get-UtcNow) - (Get-UptimeSpan)
}

function Get-OperatingSystemAnswer {
    # Never by ProductName: it is translated, and wrong on some builds.
    $version = Get-RegistryFact $script:CurrentVersion
    $product = Get-RegistryFact 'SYSTEM\CurrentControlSet\Control\ProductOptions'
    $network = Get-NetworkName
    @{
        build = [int]$version['CurrentBuildNumber']
        revision = [int]$version['UBR']
        edition = [string]$version['EditionID']
        installation_type = [string]$version['InstallationType']
        product_type = [string]$product['ProductType']
        computer_name = Get-MachineName
        fqdn = Get-FullName
        domain = [string]$network.DomainName
        boot_time_utc = ConvertTo-UtcText (Get-BootTime)
        utc_now = ConvertTo-UtcText (Get-UtcNow)
        time_zone = Get-TimeZoneId
        ui_culture = Get-UiCultureName
        ansi_code_page = Get-AnsiCodePage
    }
}

function Get-HardwareAnswer {
    $computer = Get-ComputerSystem
    $cores = 0
    foreach ($processor in @(Get-Processor)) { $cores += [int]$processor.NumberOfCores }
    @{
        memory_bytes = [long]$computer.TotalPhysicalMemory
        cores = $cores
        logical_processors = [int]$computer.NumberOfLogicalProcessors
    }
}

function Get-DisksAnswer {
    $disks = @{}
    foreach ($drive in @(Get-FixedDrive)) {
        $disks[$drive.Name.TrimEnd('\', '/')] = @{ size = [long]$drive.TotalSize; free = [long]$drive.AvailableFreeSpace }
    }
    @{ disks = $disks }
}

function Get-PendingRebootAnswer {
    $found = New-Object 'System.Collections.Generic.List[object]'
    foreach ($reason in 'component_servicing', 'servicing_in_progress', 'windows_update', 'file_renames', 'computer_rename', 'domain_join',
        'server_manager', 'configuration_manager', 'run_once', 'update_exe_volatile') {
        $detail = @(Get-RebootDetail $reason)
        if (-not $detail.Count) { continue }
        if ($detail.Count -gt $script:MaxDetails) {
            $detail = @($detail[0..($script:MaxDetails - 1)]) + "and $($detail.Count - $script:MaxDetails) more"
        }
        $found.Add(@{ reason = $reason; detail = $detail })
    }
    @{ reasons = $found.ToArray() }
}

function Get-RebootDetail {
    # What speaks for one reason, in words a reader can look up on the host; nothing when the reason does not exist.
    param([Parameter(Mandatory = $true)][string]$Reason)

    switch ($Reason) {
        'component_servicing' { Get-ExistingKey "$script:Servicing\RebootPending" }
        'servicing_in_progress' { Get-ServicingDetail }
        'windows_update' {
            Get-ExistingKey "$script:WindowsUpdate\Auto Update\RebootRequired"
            foreach ($name in @(Get-SubKeyName "$script:WindowsUpdate\Services\Pending")) { "$script:WindowsUpdate\Services\Pending\$name" }
        }
        'file_renames' { Get-FileRenameDetail }
        'computer_rename' { Get-ComputerRenameDetail }
        'domain_join' { Get-ExistingValue 'SYSTEM\CurrentControlSet\Services\Netlogon' 'JoinDomain', 'AvoidSpnSet' }
        'server_manager' { Get-ExistingKey 'SOFTWARE\Microsoft\ServerManager\CurrentRebootAttempts' }
        'configuration_manager' { Get-ConfigurationManagerDetail }
        'run_once' { Get-ExistingValue 'SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnce' 'DVDRebootSignal' }
        'update_exe_volatile' {
            foreach ($view in '64', '32') {
                $facts = Get-RegistryFact 'SOFTWARE\Microsoft\Updates' $view
                if ($null -ne $facts -and $facts['UpdateExeVolatile']) { "UpdateExeVolatile=$($facts['UpdateExeVolatile']) ($view-bit view)" }
            }
        }
    }
}

function Get-ExistingKey([string]$Path) { if (Test-LocalMachineKey $Path) { $Path } }

function Get-ExistingValue([string]$Path, [string[]]$Names) {
    $facts = Get-RegistryFact $Path
    foreach ($name in $Names) { if ($null -ne $facts -and $facts.ContainsKey($name)) { "$Path\$name" } }
}

function Get-ServicingDetail {
    Get-ExistingKey "$script:Servicing\RebootInProgress"
    Get-ExistingKey "$script:Servicing\PackagesPending"
    $facts = Get-RegistryFact "$script:Servicing\Interface"
    if ($null -ne $facts -and $facts['ServicingInProgress'] -eq 2) { "$script:Servicing\Interface\ServicingInProgress=2" }
}

function Get-FileRenameDetail {
    # Pairs of source and target; an empty target deletes. Which of them are noise is not judged here.
    $facts = Get-RegistryFact $script:SessionManager
    if ($null -eq $facts) { return }
    foreach ($name in 'PendingFileRenameOperations', 'PendingFileRenameOperations2') {
        $entries = @($facts[$name])
        for ($i = 0; $i -lt $entries.Count; $i += 2) {
            $source = Get-PlainPath $entries[$i]
            $target = if ($i + 1 -lt $entries.Count) { Get-PlainPath $entries[$i + 1] } else { '' }
            if (-not $source) { continue }
            if ($target) { "rename $source -> $target" } else { "delete $source" }
        }
    }
}

# The kernel's prefix and the marks for "replace what is there" are nothing a reader looks for.
function Get-PlainPath([string]$Path) { $Path -replace '^[!*0-9]*\\\?\?\\', '' }

function Get-ComputerRenameDetail {
    $active = Get-RegistryFact "$script:ComputerNames\ActiveComputerName"
    $next = Get-RegistryFact "$script:ComputerNames\ComputerName"
    if ($null -eq $active -or $null -eq $next) { return }
    if ($active['ComputerName'] -ne $next['ComputerName']) { "$($active['ComputerName']) -> $($next['ComputerName'])" }
}

function Get-ConfigurationManagerDetail {
    # No client is no answer, and asking for its namespace would cost seconds.
    if (-not (Test-LocalMachineKey 'SYSTEM\CurrentControlSet\Services\CcmExec')) { return }
    try { $answer = Invoke-RebootPendingMethod } catch { return }
    foreach ($name in 'RebootPending', 'IsHardRebootPending') {
        $property = $answer.PSObject.Properties[$name]
        if ($null -ne $property -and $property.Value) { "CCM_ClientUtilities $name" }
    }
}

Export-ModuleMember -Function Get-SessionAnswer, Get-OperatingSystemAnswer, Get-HardwareAnswer, Get-DisksAnswer, Get-PendingRebootAnswer,
Get-WindowsIdentity, Get-FullName, Get-MachineName
