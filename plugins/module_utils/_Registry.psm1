# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# FOR INTERNAL COLLECTION USE ONLY: may change in any release.
# HKEY_LOCAL_MACHINE through .NET: both views whatever the bitness of this process is, and denied told from absent.

#AnsibleRequires -PowerShell ..module_utils._Answer

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Open-LocalMachineKey {
    # The opened key, nothing when it is absent; throws SecurityException when it is denied. The caller disposes of it.
    param([Parameter(Mandatory = $true)][string]$Path, [ValidateSet('64', '32')][string]$View = '64')

    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', "Registry$View")
    try { $base.OpenSubKey($Path, $false) } finally { $base.Dispose() }
}

function Test-LocalMachineKey {
    param([Parameter(Mandatory = $true)][string]$Path, [string]$View = '64')

    $key = Open-LocalMachineKey $Path $View
    if ($null -eq $key) { return $false }
    $key.Dispose()
    $true
}

function Get-SubKeyName {
    # The names of the subkeys; an absent key has none.
    param([Parameter(Mandatory = $true)][string]$Path, [string]$View = '64')

    $key = Open-LocalMachineKey $Path $View
    if ($null -eq $key) { return }
    try { $key.GetSubKeyNames() } finally { $key.Dispose() }
}

function Get-RegistryFact {
    # All values of a key as a flat hashtable name -> plain value; $null when the key is absent.
    param([Parameter(Mandatory = $true)][string]$Path, [string]$View = '64')

    $key = Open-LocalMachineKey $Path $View
    if ($null -eq $key) { return }
    try {
        $facts = @{}
        foreach ($name in @($key.GetValueNames())) { $facts[[string]$name] = (Read-RegistryValue $key $name)['value'] }
        $facts
    }
    finally { $key.Dispose() }
}

function Read-RegistryValue {
    # One value as {type, value}. Present is what GetValueNames lists: an empty string and an empty list are values too.
    param([Parameter(Mandatory = $true)][object]$Key, [Parameter(Mandatory = $true)][AllowEmptyString()][string]$Name)

    $kind = [string]$Key.GetValueKind($Name)
    # A value whose size does not fit its type makes GetValue throw; the rest of the key is worth reading all the same.
    try { $raw = $Key.GetValue($Name, $null, [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames) }
    catch { return @{ type = 'none'; value = $null } }
    switch ($kind) {
        'String' { return @{ type = 'string'; value = [string]$raw } }
        'ExpandString' { return @{ type = 'expand_string'; value = [string]$raw } }
        'MultiString' { return @{ type = 'multi_string'; value = @($raw | ForEach-Object { [string]$_ }) } }
        # .NET shows them signed, and a cast of -1 to uint32 throws.
        'DWord' { return @{ type = 'dword'; value = ([long]$raw -band 0xFFFFFFFFL) } }
        'QWord' { return @{ type = 'qword'; value = [System.BitConverter]::ToUInt64([System.BitConverter]::GetBytes([long]$raw), 0) } }
    }
    $type = if ($kind -eq 'Binary') { 'binary' } else { 'none' }
    if ($raw -isnot [byte[]]) { return @{ type = $type; value = $null } }
    @{ type = $type; value = [System.Convert]::ToBase64String($raw) }
}

function Read-RegistryValues {
    param([Parameter(Mandatory = $true)][object]$Key)

    $values = @{}
    foreach ($name in @($Key.GetValueNames())) { $values[[string]$name] = Read-RegistryValue $Key $name }
    $values
}

function Get-QuestionKey {
    # The key that a question names; ends the question when it is absent.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $path = [string](Get-RequiredField $Question 'key')
    $key = Open-LocalMachineKey $path ([string](Get-Field $Question 'view' '64'))
    if ($null -eq $key) { Stop-Question -State absent -Type KeyAbsent -Message "there is no key HKEY_LOCAL_MACHINE\$path" }
    $key
}

function Get-RegistryKeyAnswer {
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $key = Get-QuestionKey $Question
    try { @{ values = Read-RegistryValues $key; subkeys = @($key.GetSubKeyNames() | Sort-Object) } } finally { $key.Dispose() }
}

function Get-RegistrySubkeysAnswer {
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $key = Get-QuestionKey $Question
    try {
        $keys = @{}
        foreach ($name in @($key.GetSubKeyNames())) {
            $child = $key.OpenSubKey($name)
            if ($null -eq $child) { continue }
            try { $keys[[string]$name] = Read-RegistryValues $child } finally { $child.Dispose() }
        }
        @{ keys = $keys }
    }
    finally { $key.Dispose() }
}

function Get-BaseFolder {
    # The folder a question's path is relative to: the text of a registry value. Ends the question as absent when there is none.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Base)

    $path = [string](Get-RequiredField $Base 'key')
    $name = [string](Get-RequiredField $Base 'value')
    $facts = Get-RegistryFact $path ([string](Get-Field $Base 'view' '64'))
    if ($null -eq $facts -or -not $facts.ContainsKey($name) -or -not $facts[$name]) {
        Stop-Question -State absent -Type BaseAbsent -Message "there is no value $name in HKEY_LOCAL_MACHINE\$path"
    }
    [System.Environment]::ExpandEnvironmentVariables([string]$facts[$name])
}

Export-ModuleMember -Function Open-LocalMachineKey, Test-LocalMachineKey, Get-SubKeyName, Get-RegistryFact, Read-RegistryValue,
Read-RegistryValues, Get-QuestionKey, Get-RegistryKeyAnswer, Get-RegistrySubkeysAnswer, Get-BaseFolder
