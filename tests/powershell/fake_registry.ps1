# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
#
# A registry in memory, for the engine tests. The tree is JSON:
#     {"HKLM": {"SOFTWARE": {"Acme": {"@": {"Version": "1.2", "Level": 5, "Roles": ["a", "b"],
#                                           "Home": {"type": "ExpandString", "value": "%ProgramFiles%\\Acme"},
#                                           "Raw": {"type": "Binary", "value": [1, 2]}},
#                                     "Locked": {"@denied": true}}}}}
# An object is a key; its member "@" holds the values, "@denied" makes opening it fail, every other member is a subkey. Strings are REG_SZ,
# integers REG_DWORD (REG_QWORD when too large), lists REG_MULTI_SZ. Below SOFTWARE the view '32' shows what stands under WOW6432Node.
# One tree a run: the utilities share it, and keys that a hand creates or changes are seen by the others.

if (-not (Get-Variable -Name EngineRegistry -Scope Global -ErrorAction Ignore)) {
    $global:EngineRegistry = ([System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('%REGISTRY%')) | ConvertFrom-Json).HKLM
}

function Find-FakeNode([object]$Node, [string]$Path, [bool]$Create) {
    foreach ($part in $Path.Split([char[]]'\', [System.StringSplitOptions]::RemoveEmptyEntries)) {
        $child = $Node.PSObject.Properties[$part]
        if ($null -eq $child -and -not $Create) { return $null }
        if ($null -eq $child) {
            $Node.PSObject.Properties.Add((New-Object System.Management.Automation.PSNoteProperty $part, (New-Object PSObject)))
            $child = $Node.PSObject.Properties[$part]
        }
        $Node = $child.Value
    }
    $Node
}

function Find-FakeValue([object]$Node, [string]$Name) {
    $values = $Node.PSObject.Properties['@']
    if ($null -eq $values) { return $null }
    foreach ($property in $values.Value.PSObject.Properties) {
        if ($property.Name -eq $Name -or ($Name -eq '' -and $property.Name -eq '(default)')) { return $property }
    }
}

function Get-FakeKind([object]$Value) {
    if ($Value -is [System.Management.Automation.PSCustomObject]) { return [Microsoft.Win32.RegistryValueKind]$Value.type }
    if ($Value -is [string]) { return [Microsoft.Win32.RegistryValueKind]::String }
    if ($Value -is [Array]) { return [Microsoft.Win32.RegistryValueKind]::MultiString }
    if ([long]$Value -gt [int]::MaxValue) { return [Microsoft.Win32.RegistryValueKind]::QWord }
    [Microsoft.Win32.RegistryValueKind]::DWord
}

function New-FakeKey([string]$Path, [object]$Node) {
    $key = New-Object PSObject -Property @{ Name = "HKEY_LOCAL_MACHINE\$Path"; Node = $Node }
    $members = @{
        GetSubKeyNames = { , [string[]]@($this.Node.PSObject.Properties | Where-Object { -not $_.Name.StartsWith('@') } | ForEach-Object { $_.Name }) }
        GetValueNames = {
            $values = $this.Node.PSObject.Properties['@']
            $names = @(if ($null -ne $values) { $values.Value.PSObject.Properties | ForEach-Object { $_.Name -replace '^\(default\)$', '' } })
            , [string[]]$names
        }
        GetValueKind = {
            $found = Find-FakeValue $this.Node $args[0]
            if ($null -eq $found) { throw (New-Object System.IO.IOException 'The specified registry key does not exist.') }
            Get-FakeKind $found.Value
        }
        GetValue = {
            $found = Find-FakeValue $this.Node $args[0]
            if ($null -eq $found) { if ($args.Count -gt 1) { return $args[1] } else { return $null } }
            $value = $found.Value
            if ($value -is [System.Management.Automation.PSCustomObject]) { $value = $value.value }
            switch ([string](Get-FakeKind $found.Value)) {
                'DWord' { [int]$value }
                'QWord' { [long]$value }
                'MultiString' { , [string[]]$value }
                'Binary' { , [byte[]]$value }
                'None' { , [byte[]]$value }
                'ExpandString' { if ("$($args[2])" -eq 'DoNotExpandEnvironmentNames') { $value } else { [Environment]::ExpandEnvironmentVariables($value) } }
                default { $value }
            }
        }
        OpenSubKey = { $node = Find-FakeNode $this.Node $args[0] $false; if ($null -ne $node) { New-FakeKey "$($this.Name)\$($args[0])" $node } }
        CreateSubKey = { New-FakeKey "$($this.Name)\$($args[0])" (Find-FakeNode $this.Node $args[0] $true) }
        SetValue = {
            $values = Find-FakeNode $this.Node '@' $true
            $values.PSObject.Properties.Remove($args[0])
            $values.PSObject.Properties.Add((New-Object System.Management.Automation.PSNoteProperty $args[0], $args[1]))
        }
        DeleteValue = { (Find-FakeNode $this.Node '@' $true).PSObject.Properties.Remove($args[0]) }
        DeleteSubKeyTree = { $this.Node.PSObject.Properties.Remove($args[0]) }
        Dispose = { }
        Close = { }
    }
    foreach ($name in $members.Keys) { Add-Member -InputObject $key -MemberType ScriptMethod -Name $name -Value $members[$name] }
    $key
}

function Open-LocalMachineKey([string]$Path, [string]$View = '64') {
    if ($View -eq '32') { $Path = $Path -replace '^SOFTWARE\\(?!WOW6432Node)', 'SOFTWARE\WOW6432Node\' }
    $node = Find-FakeNode $global:EngineRegistry $Path $false
    if ($null -eq $node) { return }
    if ($node.PSObject.Properties['@denied']) { throw (New-Object System.Security.SecurityException 'Requested registry access is not allowed.') }
    New-FakeKey $Path $node
}

function New-LocalMachineKey([string]$Path) { New-FakeKey $Path (Find-FakeNode $global:EngineRegistry $Path $true) }
