# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# The options of a start, made into one order that the other steps carry along.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

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

Export-ModuleMember -Function @(
    'Get-OrderField', 'Get-Requester', 'New-Order', 'Split-ParentPath', 'Assert-Order'
)
