# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Whether an account can be the account of a task with a batch logon: asked before anything is written, because the scheduler registers a
# task whose account may not log on and says nothing.

#AnsibleRequires -PowerShell ..module_utils._Native

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Find-AccountSid {
    param([string]$Account)

    (New-Object Security.Principal.NTAccount($Account)).Translate([Security.Principal.SecurityIdentifier]).Value
}

function Get-QualifiedAccount {
    # Neither NTAccount nor the scheduler knows the dot that people write for "this computer".
    param([string]$Account)

    if ($Account.StartsWith('.\')) { return [Environment]::MachineName + $Account.Substring(1) }
    $Account
}

function Get-BatchAccountSid {
    # Null when Windows does not know the account.
    param([string]$Account)

    try { Find-AccountSid (Get-QualifiedAccount $Account) } catch { $null }
}

function Get-LocalGroupSids {
    # Groups of this host that the account is in, also through others. Null when Windows does not tell.
    param([string]$Account)

    try {
        $sids = foreach ($group in @(Get-LocalGroupOfUser (Get-QualifiedAccount $Account))) {
            try { Find-AccountSid $group } catch { Find-AccountSid "BUILTIN\$group" }
        }
        , @($sids)
    }
    catch { $null }
}

function Get-RightHolders {
    # Null when Windows does not tell. Nobody at all is no answer either: three groups hold the batch right on every server.
    param([string]$Right)

    try {
        $holders = @(Get-AccountWithRight $Right)
        if ($holders.Count -eq 0) { return $null }
        , $holders
    }
    catch { $null }
}

function Get-DomainCredentialPolicy {
    # 1 when Windows may not keep passwords for network logons, which is what a task with a password needs.
    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    try {
        $key = $base.OpenSubKey('SYSTEM\CurrentControlSet\Control\Lsa', $false)
        if ($null -eq $key) { return 0 }
        try { [int]$key.GetValue('DisableDomainCreds', 0) } finally { $key.Dispose() }
    }
    finally { $base.Dispose() }
}

function Get-AccountSids {
    # What the account's logon will surely carry. Groups of a domain are not among it.
    param([string]$Account, [string]$Sid)

    $Sid
    'S-1-1-0'
    'S-1-5-11'
    $groups = Get-LocalGroupSids $Account
    foreach ($group in @($groups)) { if ($null -ne $group) { $group } }
}

function Test-LocalSid {
    # Whose members this host can name: built-in groups and accounts of this host's own.
    param([string]$Sid, [string]$MachineSid)

    $Sid -notlike 'S-1-5-21-*' -or ($MachineSid -ne '' -and $Sid -like "$MachineSid-*")
}

function Get-MachineSid {
    # The accounts of this host share it; empty when it cannot be told.
    try { (Find-AccountSid ([Environment]::MachineName + '\Administrator')) -replace '-\d+$', '' } catch { '' }
}

function Test-OwnAccount {
    # Whether the name is that of an account of this host itself.
    param([string]$Account)

    (Get-QualifiedAccount $Account).StartsWith([Environment]::MachineName + '\', [StringComparison]::OrdinalIgnoreCase)
}

function Get-BatchRightProblem {
    # Null, 'batch_right_denied' or 'batch_right_missing'. Missing only when it is certain: a domain group may hold the right, and who is in
    # it the host cannot say; nor by which nested groups an account of the domain is in one of this host's. Then the run will tell.
    param([string]$Account, [string]$Sid)

    $mine = @(Get-AccountSids -Account $Account -Sid $Sid)
    # Not @() around the call: it would put the list into a list.
    $denied = Get-RightHolders 'SeDenyBatchLogonRight'
    foreach ($holder in @($denied)) { if ($mine -contains $holder) { return 'batch_right_denied' } }

    if (-not (Test-OwnAccount $Account)) { return $null }
    $granted = Get-RightHolders 'SeBatchLogonRight'
    if ($null -eq $granted -or $null -eq (Get-LocalGroupSids $Account)) { return $null }
    $machine = Get-MachineSid
    foreach ($holder in @($granted)) {
        if ($mine -contains $holder) { return $null }
        if (-not (Test-LocalSid -Sid $holder -MachineSid $machine)) { return $null }
    }
    'batch_right_missing'
}

Export-ModuleMember -Function @(
    'Find-AccountSid', 'Get-QualifiedAccount', 'Get-BatchAccountSid', 'Get-LocalGroupSids', 'Get-RightHolders',
    'Get-DomainCredentialPolicy', 'Get-AccountSids', 'Test-LocalSid', 'Get-MachineSid', 'Test-OwnAccount',
    'Get-BatchRightProblem'
)
