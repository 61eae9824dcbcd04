#!powershell

# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -PowerShell ..module_utils._Answer
#AnsibleRequires -PowerShell ..module_utils._Registry

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# Full names of the SDK's exceptions; its assemblies are not loaded when this is read.
$sdkErrors = @{
    'Microsoft.EnterpriseManagement.Common.ServiceNotRunningException' = 'broken', 'sdk_stopped'
    'Microsoft.EnterpriseManagement.Common.ServerDisconnectedException' = 'broken', 'sdk_disconnected'
    'Microsoft.EnterpriseManagement.Common.UnauthorizedAccessEnterpriseManagementException' = 'denied', 'not_authorized'
    'Microsoft.EnterpriseManagement.Common.UnauthorizedAccessMonitoringException' = 'denied', 'not_authorized'
}

$verbs = @{
    management_group = { Get-ManagementGroupAnswer }
    management_servers = { Get-ManagementServersAnswer }
    management_pack_aliases = { Get-ManagementPackAliasesAnswer }
}

function Get-SdkServiceStatus { (Get-Service -Name OMSDK).Status.ToString() }
function Test-WindowsPowerShell { $PSVersionTable.PSVersion.Major -eq 5 }
function Import-OperationsManager([string]$Path) { Import-Module -Name $Path -WarningAction SilentlyContinue }
function Connect-ManagementGroup { $null = New-SCOMManagementGroupConnection -ComputerName localhost -ErrorAction Stop -WarningAction SilentlyContinue }
function Get-ManagementGroup { Get-SCOMManagementGroup -ErrorAction Stop -WarningAction SilentlyContinue }
function Get-ManagementServer { Get-SCOMManagementServer -ErrorAction Stop -WarningAction SilentlyContinue }
function Get-ManagementPack { Get-SCOMManagementPack -ErrorAction Stop -WarningAction SilentlyContinue }

function Get-ModulePath {
    # By path: a process older than the installation does not have it in PSModulePath.
    $facts = Get-RegistryFact 'SOFTWARE\Microsoft\System Center Operations Manager\12\Setup\Powershell\V2'
    if ($null -ne $facts -and $facts['InstallDirectory']) { return [System.IO.Path]::Combine([string]$facts['InstallDirectory'], 'OperationsManager') }
    'OperationsManager'
}

function Open-Sdk {
    # Looks first: without the service the import costs seconds and the connection more.
    if (-not (Test-WindowsPowerShell)) {
        Stop-Question -State unsupported -Type windows_powershell_only -Message 'the OperationsManager module loads in Windows PowerShell only'
    }
    if (-not (Test-LocalMachineKey 'SYSTEM\CurrentControlSet\Services\OMSDK')) {
        Stop-Question -State absent -Type sdk_absent -Message 'there is no service OMSDK on this host'
    }
    if ((Get-SdkServiceStatus) -ne 'Running') {
        Stop-Question -State broken -Type sdk_stopped -Message 'the service OMSDK is not running'
    }
    Import-OperationsManager (Get-ModulePath)
    Connect-ManagementGroup
    @{}
}

function Get-ManagementGroupAnswer {
    $group = Get-ManagementGroup
    $expires = $null
    # DateTime.MaxValue on everything but an evaluation. The SDK's times are UTC, whatever their kind says.
    if ($null -ne $group.TimeOfExpiration -and $group.TimeOfExpiration.Year -lt 9999) {
        $expires = ConvertTo-UtcText ([System.DateTime]::SpecifyKind($group.TimeOfExpiration, [System.DateTimeKind]::Utc))
    }
    @{ name = [string]$group.Name; version = [string]$group.Version; sku = [string]$group.SkuForLicense; expires_utc = $expires }
}

function Get-ManagementServersAnswer {
    $servers = @(foreach ($server in @(Get-ManagementServer)) {
            @{
                name = Get-ServerName $server
                version = [string]$server.Version
                health_state = ([string]$server.HealthState).ToLowerInvariant()
                is_gateway = [bool]$server.IsGateway
                is_root = [bool]$server.IsRootManagementServer
            }
        })
    # A group has at least the server that was asked: an empty list is one that was filtered for the caller.
    Assert-Unfiltered $servers
    @{ servers = $servers }
}

function Get-ServerName([object]$Server) {
    foreach ($name in 'PrincipalName', 'DisplayName') {
        $property = $Server.PSObject.Properties[$name]
        if ($null -ne $property -and $property.Value) { return [string]$property.Value }
    }
}

function Assert-Unfiltered([object[]]$Found) {
    if (@($Found).Count) { return }
    Stop-Question -State unknown -Type filtered -Message 'the list is empty, which it is only for an account without an Operations Manager role'
}

function Get-ManagementPackAliasesAnswer {
    # Aliases that differ in upper and lower case only: the upgrade of the database compares without case.
    $packs = @(Get-ManagementPack)
    Assert-Unfiltered $packs
    $found = New-Object 'System.Collections.Generic.List[object]'
    foreach ($pack in $packs) {
        $seen = @{}
        foreach ($reference in $pack.References.GetEnumerator()) {
            $alias = [string]$reference.Key
            if (-not $seen.ContainsKey($alias)) { $seen[$alias] = New-Object 'System.Collections.Generic.List[object]' }
            $seen[$alias].Add($alias)
        }
        foreach ($aliases in @($seen.get_Values())) {
            if ($aliases.Count -lt 2) { continue }
            $found.Add(@{ management_pack = [string]$pack.Name; version = [string]$pack.Version; aliases = $aliases.ToArray() })
        }
    }
    @{ duplicates = $found.ToArray() }
}

function Set-SdkVerdict {
    # What the SDK's own exceptions mean, wherever they stand in the chain of causes.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Answer, [AllowNull()][System.Exception]$Exception)

    for ($each = $Exception; $null -ne $each; $each = $each.InnerException) {
        if (-not $sdkErrors.ContainsKey($each.GetType().FullName)) { continue }
        $Answer['state'], $Answer['error']['type'] = $sdkErrors[$each.GetType().FullName]
        return
    }
}

function Get-SdkAnswer {
    param([Parameter(Mandatory = $true)][scriptblock]$Handler)

    $script:sdkException = $null
    $answer = Get-Answer { param($Handler) try { & $Handler } catch { $script:sdkException = $_.Exception; throw } } $Handler
    Set-SdkVerdict $answer $script:sdkException
    $answer
}

function Get-CommandAnswer {
    param([AllowNull()][object]$Command)

    $verb = if ($Command -is [System.Collections.IDictionary]) { [string](Get-Field $Command 'verb') } else { '' }
    if ($verbs.ContainsKey($verb)) { return Get-SdkAnswer $verbs[$verb] }
    Get-Answer { param($Verb) Stop-Question -State broken -Type UnknownVerb -Message "there is no verb '$Verb'" } $verb
}

$spec = @{
    options = @{
        commands = @{ type = 'dict'; required = $true }
    }
    no_log = $true
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$answers = @{}
$opened = Get-SdkAnswer { Open-Sdk }
foreach ($name in @($module.Params.commands.get_Keys())) {
    $answers[[string]$name] = if ($opened['state'] -eq 'present') { Get-CommandAnswer $module.Params.commands[$name] } else { $opened }
}
$module.Result.answers = $answers
$module.ExitJson()
