# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# FOR INTERNAL COLLECTION USE ONLY: may change in any release.
# What is installed: programs, .NET Framework, Visual C++ runtimes, Windows features.

#AnsibleRequires -PowerShell ..module_utils._Answer
#AnsibleRequires -PowerShell ..module_utils._Registry

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$script:Uninstall = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall'
$script:NetFramework = 'SOFTWARE\Microsoft\NET Framework Setup\NDP'
$script:VcRuntimes = 'SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes'

# Exists on servers only. In PowerShell 7 it comes through a compatibility session, so its states are text there.
function Get-ServerFeature { Get-WindowsFeature -WarningAction SilentlyContinue }

function Get-ProgramsAnswer {
    # By the uninstall keys: asking Win32_Product would check, and may repair, every MSI.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $pattern = [string](Get-RequiredField $Question 'pattern')
    $found = New-Object 'System.Collections.Generic.List[object]'
    foreach ($view in '64', '32') {
        foreach ($name in @(Get-SubKeyName $script:Uninstall $view)) {
            $facts = Get-RegistryFact "$script:Uninstall\$name" $view
            if ($null -eq $facts -or -not $facts['DisplayName'] -or $facts['DisplayName'] -notlike $pattern) { continue }
            $found.Add(@{
                    name = [string]$facts['DisplayName']
                    version = $(if ($facts['DisplayVersion']) { [string]$facts['DisplayVersion'] })
                    publisher = $(if ($facts['Publisher']) { [string]$facts['Publisher'] })
                    product_code = $(if ($name -match '^\{[0-9A-Fa-f-]{36}\}$') { $name })
                    view = $view
                })
        }
    }
    @{ programs = $found.ToArray() }
}

function Get-DotnetFrameworkAnswer {
    $release = $null
    $has35 = $false
    foreach ($view in '64', '32') {
        $full = Get-RegistryFact "$script:NetFramework\v4\Full" $view
        if ($null -eq $release -and $null -ne $full -and $full.ContainsKey('Release')) { $release = [long]$full['Release'] }
        $old = Get-RegistryFact "$script:NetFramework\v3.5" $view
        if ($null -ne $old -and $old['Install'] -eq 1) { $has35 = $true }
    }
    @{ release = $release; has_35 = $has35 }
}

function Get-VcRuntimesAnswer {
    # The runtimes stand in either view, whatever their own bitness is.
    $runtimes = @{}
    foreach ($view in '64', '32') {
        foreach ($architecture in @(Get-SubKeyName $script:VcRuntimes $view)) {
            $facts = Get-RegistryFact "$script:VcRuntimes\$architecture" $view
            if ($null -eq $facts -or $facts['Installed'] -ne 1 -or $runtimes.ContainsKey($architecture)) { continue }
            $numbers = foreach ($part in 'Major', 'Minor', 'Bld', 'Rbld') { [long]$facts[$part] }
            $runtimes[$architecture.ToLowerInvariant()] = $numbers -join '.'
        }
    }
    @{ runtimes = $runtimes }
}

function Get-FeaturesAnswer {
    # Asked without names: one unknown name would fail the whole call. What the host does not know is simply not in the answer.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $names = @(Get-RequiredField $Question 'names')
    $features = @{}
    foreach ($feature in @(Get-ServerFeature)) {
        $state = [string]$feature.InstallState
        foreach ($name in $names) {
            if ($name -eq $feature.Name) { $features[[string]$name] = $(if ($state -like '*Pending') { 'pending' } else { $state.ToLowerInvariant() }) }
        }
    }
    @{ features = $features }
}

Export-ModuleMember -Function Get-ProgramsAnswer, Get-DotnetFrameworkAnswer, Get-VcRuntimesAnswer, Get-FeaturesAnswer
