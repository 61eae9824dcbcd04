# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# FOR INTERNAL COLLECTION USE ONLY: may change in any release.
# Accounts, groups, rights, passwords. Well-known names are asked by SID: Windows translates them.

#AnsibleRequires -PowerShell ..module_utils._Answer
#AnsibleRequires -PowerShell ..module_utils._Native

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

# LogonUser's codes. The password itself is right for restriction and right_missing.
$script:LogonReasons = @{
    0 = 'ok'; 1326 = 'wrong_password'; 1327 = 'restriction'; 1328 = 'restriction'; 1329 = 'restriction'; 1385 = 'right_missing'
    1330 = 'expired'; 1793 = 'expired'; 1331 = 'disabled'; 1907 = 'must_change'; 1909 = 'locked'; 1311 = 'no_logon_server'; 1355 = 'no_logon_server'
}
# The names service configurations use for accounts that have no others.
$script:ServiceAccounts = @{ 'LocalSystem' = 'S-1-5-18'; '.\LocalSystem' = 'S-1-5-18' }
$script:DirectoryAttributes = 'objectClass', 'userAccountControl', 'msDS-User-Account-Control-Computed', 'msDS-UserPasswordExpiryTimeComputed',
'msDS-SupportedEncryptionTypes', 'tokenGroups'
$script:DomainAttributes = 'fSMORoleOwner', 'lockoutThreshold', 'lockOutObservationWindow'

function Resolve-AccountSid([string]$Name) {
    (New-Object System.Security.Principal.NTAccount $Name).Translate([System.Security.Principal.SecurityIdentifier]).Value
}
function Resolve-SidName([string]$Sid) {
    (New-Object System.Security.Principal.SecurityIdentifier $Sid).Translate([System.Security.Principal.NTAccount]).Value
}
function ConvertTo-SidText([byte[]]$Bytes) { (New-Object System.Security.Principal.SecurityIdentifier $Bytes, 0).Value }
function Get-ComputerName { [System.Environment]::MachineName }
function Find-DirectoryObject([string]$Path, [string[]]$Attributes) {
    # Computed attributes and tokenGroups are given to a search of scope Base only.
    $entry = New-Object System.DirectoryServices.DirectoryEntry $Path
    $searcher = New-Object System.DirectoryServices.DirectorySearcher $entry, '(objectClass=*)', $Attributes, 'Base'
    $searcher.ClientTimeout = [System.TimeSpan]::FromSeconds(20)
    try { $searcher.FindOne().Properties } finally { $searcher.Dispose(); $entry.Dispose() }
}
function Get-LocalUserProperty([string]$User) { (New-Object System.DirectoryServices.DirectoryEntry "WinNT://./$User,user").Properties }

function Get-SidNameOrNull([string]$Sid) { try { Resolve-SidName $Sid } catch { $null } }

function Get-UserRightsAnswer {
    # Direct holders only; who is meant through a group is for the asker to find out.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $rights = @{}
    foreach ($right in @(Get-RequiredField $Question 'rights')) {
        $holders = @(foreach ($sid in @(Get-AccountWithRight ([string]$right))) { @{ sid = [string]$sid; name = Get-SidNameOrNull $sid } })
        $rights[[string]$right] = $holders
    }
    @{ rights = $rights }
}

function Get-LocalGroupAnswer {
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $name = (Resolve-SidName ([string](Get-RequiredField $Question 'sid'))).Split('\')[-1]
    $members = @(foreach ($member in @(Get-LocalGroupMemberFact $name)) {
            @{ sid = [string]$member.Sid; name = $(if ($member.Name) { [string]$member.Name }); kind = Get-MemberKind ([int]$member.Kind) }
        })
    @{ members = $members }
}

# SID_NAME_USE: user, group, domain, alias, well-known group, deleted, invalid, unknown, computer.
function Get-MemberKind([int]$Use) {
    switch ($Use) {
        { $_ -in 1, 9 } { return 'user' }
        { $_ -in 2, 4, 5 } { return 'group' }
    }
    'unknown'
}

function Get-AccountAnswer {
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $name = [string](Get-RequiredField $Question 'name')
    $sid = if ($script:ServiceAccounts.ContainsKey($name)) { $script:ServiceAccounts[$name] } else { Resolve-AccountSid (Get-QualifiedName $name) }
    $full = Get-SidNameOrNull $sid
    if (-not $full) { $full = $name }
    $answer = @{
        name = $full; sid = $sid; group_sids = @(); enabled = $null; locked = $null; password_expires_utc = $null; password_expired = $null
        encryption_types = $null; is_managed_service_account = $false; source = 'local'; bad_password_count = $null; lockout_threshold = $null
    }
    # Built-in and virtual accounts (S-1-5-18, -80-...) have neither password nor directory object.
    if ($sid -notlike 'S-1-5-21-*') { return $answer }
    $authority = $full.Split('\')[0]
    if ($authority -eq (Get-ComputerName)) { Add-LocalFact $answer $full.Split('\')[-1] } else { Add-DirectoryFact $answer $authority }
    $answer
}

# ".\user" is how people write a local account; NTAccount does not know the dot.
function Get-QualifiedName([string]$Name) { if ($Name.StartsWith('.\')) { "$(Get-ComputerName)\$($Name.Substring(2))" } else { $Name } }

function Add-LocalFact {
    param([System.Collections.IDictionary]$Answer, [string]$User)

    $flags = Get-LocalUserFlag $User
    $Answer['enabled'] = -not ($flags -band 0x2)
    $Answer['locked'] = [bool]($flags -band 0x10)
    $Answer['password_expired'] = [bool]($flags -band 0x800000)
    $Answer['group_sids'] = @(foreach ($group in @(Get-LocalGroupOfUser $User)) { try { Resolve-AccountSid $group } catch { continue } })
    # What cannot be read of the lockout stays null; a property of this provider is read only when it is asked for, and fails then.
    try {
        $found = Get-LocalUserProperty $User
        $Answer['bad_password_count'] = ConvertTo-Number (Get-DirectoryValue $found 'BadPasswordAttempts')
        $Answer['lockout_threshold'] = ConvertTo-Number (Get-DirectoryValue $found 'MaxBadPasswordsAllowed')
    }
    catch { return }
}

function Add-DirectoryFact {
    # From a network logon this bind is anonymous: 0x80072020, told as a second hop.
    param([System.Collections.IDictionary]$Answer, [string]$Authority)

    try { $found = Find-DirectoryObject "LDAP://$Authority/<SID=$($Answer['sid'])>" $script:DirectoryAttributes }
    catch {
        $cause = Get-RootException $_.Exception
        if ($cause.HResult -eq -2147016672) {
            Stop-Question -State unsupported -Type second_hop -Message 'the directory takes this logon for anonymous'
        }
        if ($cause.HResult -eq -2147016646) { Stop-Question -State broken -Type directory_unreachable -Message $cause.Message }
        throw
    }
    $control = [long](Get-DirectoryValue $found 'userAccountControl')
    $computed = [long](Get-DirectoryValue $found 'msDS-User-Account-Control-Computed')
    $Answer['source'] = 'directory'
    $Answer['enabled'] = -not ($control -band 0x2)
    $Answer['locked'] = [bool]($computed -band 0x10)
    $Answer['password_expired'] = [bool]($computed -band 0x800000)
    $Answer['password_expires_utc'] = ConvertFrom-FileTime (Get-DirectoryValue $found 'msDS-UserPasswordExpiryTimeComputed')
    $types = Get-DirectoryValue $found 'msDS-SupportedEncryptionTypes'
    $Answer['encryption_types'] = $(if ($null -ne $types) { [int]$types })
    $Answer['group_sids'] = @(foreach ($bytes in @($found['tokenGroups'])) { if ($null -ne $bytes) { ConvertTo-SidText $bytes } })
    $Answer['is_managed_service_account'] = [bool]@(@($found['objectClass']) -like 'msDS-*ManagedServiceAccount').Count
    # What cannot be read of the lockout stays null: password settings objects, for one, are for few to read.
    try { Add-LockoutFact $Answer $Authority } catch { return }
}

function Add-LockoutFact {
    # badPwdCount is not replicated: only the PDC emulator, which hears of every wrong password, has the whole count.
    param([System.Collections.IDictionary]$Answer, [string]$Authority)

    $policy = Find-DirectoryObject "LDAP://$Authority" $script:DomainAttributes
    $owner = [string](Get-DirectoryValue $policy 'fSMORoleOwner')
    $server = Find-DirectoryObject "LDAP://$Authority/$($owner.Substring($owner.IndexOf(',') + 1))" 'dNSHostName'
    $emulator = [string](Get-DirectoryValue $server 'dNSHostName')
    $user = Find-DirectoryObject "LDAP://$emulator/<SID=$($Answer['sid'])>" 'badPwdCount', 'badPasswordTime', 'msDS-ResultantPSO'
    $Answer['bad_password_count'] = ConvertTo-Number (Get-DirectoryValue $user 'badPwdCount')
    $prefix, $settings = '', (Get-DirectoryValue $user 'msDS-ResultantPSO')
    if ($settings) {
        $prefix = 'msDS-'
        $policy = Find-DirectoryObject "LDAP://$emulator/$settings" 'msDS-LockoutThreshold', 'msDS-LockoutObservationWindow'
    }
    $Answer['lockout_threshold'] = ConvertTo-Number (Get-DirectoryValue $policy "${prefix}lockoutThreshold")
    $last, $window = (Get-DirectoryValue $user 'badPasswordTime'), (Get-DirectoryValue $policy "${prefix}lockOutObservationWindow")
    if (Test-WindowOver $last $window) { $Answer['bad_password_count'] = 0 }
}

# The count stands until the next try, which begins anew once the window, a negative number of 100 ns, is over.
function Test-WindowOver([object]$Last, [object]$Window) {
    $null -ne $Last -and $null -ne $Window -and [decimal]$Last - [decimal]$Window -lt (Get-UtcNow).ToFileTimeUtc()
}

function ConvertTo-Number([object]$Value) { if ($null -ne $Value) { [int]$Value } }

function Get-DirectoryValue {
    # The only value of an attribute, nothing when it is not set: an empty collection has no element 0.
    param([object]$Properties, [string]$Name)

    foreach ($value in @($Properties[$Name])) { return $value }
}

function ConvertFrom-FileTime([object]$Value) {
    # 0 and the largest number say "never", and FromFileTimeUtc throws on the latter.
    if ($null -eq $Value -or [long]$Value -le 0 -or [long]$Value -eq [long]::MaxValue) { return $null }
    ConvertTo-UtcText ([System.DateTime]::FromFileTimeUtc([long]$Value))
}

function Get-CredentialAnswer {
    # One try: each wrong one counts against the lockout. The secret is used here and nowhere shown.
    param(
        [Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question,
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][System.Collections.IDictionary]$Secrets
    )

    $secret = [string](Get-RequiredField $Question 'secret')
    if (-not $Secrets.Contains($secret)) { Stop-Question -State broken -Type UnknownSecret -Message "no secret named '$secret' was given" }
    $name = [string](Get-RequiredField $Question 'name')
    $user, $domain = $name, $null
    if ($name.Contains('\')) { $domain, $user = $name.Split([char[]]'\', 2) } elseif (-not $name.Contains('@')) { $domain = '.' }
    $code = [int](Invoke-LogonTry $user $domain ([string]$Secrets[$secret]))
    if (-not $script:LogonReasons.ContainsKey($code)) {
        Stop-Question -State broken -Type LogonFailed -Native $code -Message "the logon of '$name' failed with Win32 code $code"
    }
    @{ valid = ($code -eq 0); code = $code; reason = $script:LogonReasons[$code] }
}

Export-ModuleMember -Function Get-UserRightsAnswer, Get-LocalGroupAnswer, Get-AccountAnswer, Get-CredentialAnswer
