# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# The collection's folder on a managed host, for administrators and the system only. Ordinary users may create folders under
# ProgramData, so a folder that somebody else has planted there is refused.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Get-MachineFolderRoot {
    [IO.Path]::Combine([Environment]::GetFolderPath('CommonApplicationData'), 'systemcenter.upgrade')
}

function Get-CurrentUserSid {
    [Security.Principal.WindowsIdentity]::GetCurrent().User.Value
}

function New-FolderSecurity {
    $security = New-Object Security.AccessControl.DirectorySecurity
    $security.SetAccessRuleProtection($true, $false)
    $inherit = [Security.AccessControl.InheritanceFlags]'ContainerInherit, ObjectInherit'
    foreach ($sid in 'S-1-5-18', 'S-1-5-32-544') {
        $rule = New-Object Security.AccessControl.FileSystemAccessRule(
            (New-Object Security.Principal.SecurityIdentifier($sid)), 'FullControl', $inherit, 'None', 'Allow')
        $security.AddAccessRule($rule)
    }
    # The comma keeps PowerShell from unrolling the object's rules.
    , $security
}

function New-OwnedFolderSecurity {
    # Owned by the administrators, whatever a policy says of who creates: another of them must find it trustworthy. Windows gives the group
    # as owner to its elevated members only, so that a session without those rights makes no folder that it would be refused for later.
    $security = New-FolderSecurity
    $security.SetOwner((New-Object Security.Principal.SecurityIdentifier('S-1-5-32-544')))
    , $security
}

function New-ProtectedFolder {
    # Created together with its rights: it is open to nobody else for no moment.
    param([string]$Path)

    $security = New-OwnedFolderSecurity
    if ($PSVersionTable.PSVersion.Major -lt 6) { [void][IO.Directory]::CreateDirectory($Path, $security) }
    else { [IO.FileSystemAclExtensions]::Create((New-Object IO.DirectoryInfo($Path)), $security) }
}

function Get-FolderSecurity {
    param([string]$Path)

    $sections = [Security.AccessControl.AccessControlSections]'Access, Owner'
    if ($PSVersionTable.PSVersion.Major -lt 6) { return , [IO.Directory]::GetAccessControl($Path, $sections) }
    , [IO.FileSystemAclExtensions]::GetAccessControl((New-Object IO.DirectoryInfo($Path)), $sections)
}

function Set-FolderSecurity {
    # Access rights only; Set-Acl would write the owner as well and need a privilege for it.
    param([string]$Path)

    $security = New-FolderSecurity
    if ($PSVersionTable.PSVersion.Major -lt 6) { [IO.Directory]::SetAccessControl($Path, $security) }
    else { [IO.FileSystemAclExtensions]::SetAccessControl((New-Object IO.DirectoryInfo($Path)), $security) }
}

function Get-FolderOwnerSid {
    param([string]$Path)

    (Get-FolderSecurity $Path).GetOwner([Security.Principal.SecurityIdentifier]).Value
}

function Test-FolderProtected {
    param([string]$Path)

    (Get-FolderSecurity $Path).AreAccessRulesProtected
}

function Test-ReparsePoint {
    param([string]$Path)

    ([int][IO.File]::GetAttributes($Path) -band [int][IO.FileAttributes]::ReparsePoint) -ne 0
}

function Assert-FolderOurs {
    # Throws SecurityException when the folder was made by somebody who has no business there.
    param([string]$Path)

    if (Test-ReparsePoint $Path) {
        throw (New-Object Security.SecurityException("$Path is a link to another folder; remove it and run again"))
    }
    $owner = Get-FolderOwnerSid $Path
    $trusted = 'S-1-5-18', 'S-1-5-32-544', (Get-CurrentUserSid)
    if ($trusted -notcontains $owner) {
        throw (New-Object Security.SecurityException(
                "$Path belongs to $owner, which is neither the system nor the administrators; remove it and run again"))
    }
}

function Get-MachineFolderState {
    # Reads only. Throws SecurityException for a folder that is not ours; false when there is none yet.
    param([string]$Name)

    $root = Get-MachineFolderRoot
    foreach ($path in $root, [IO.Path]::Combine($root, $Name)) {
        if (-not [IO.Directory]::Exists($path)) { return $false }
        Assert-FolderOurs $path
    }
    $true
}

function Open-MachineFolder {
    # The path of a folder of ours by name ('tasks', 'locks'), made when it is missing.
    param([string]$Name)

    $root = Get-MachineFolderRoot
    if (-not [IO.Directory]::Exists($root)) { New-ProtectedFolder $root }
    Assert-FolderOurs $root
    if (-not (Test-FolderProtected $root)) { Set-FolderSecurity $root }

    $path = [IO.Path]::Combine($root, $Name)
    if (-not [IO.Directory]::Exists($path)) { New-ProtectedFolder $path }
    Assert-FolderOurs $path
    $path
}

Export-ModuleMember -Function @(
    'Get-MachineFolderRoot', 'Get-CurrentUserSid', 'New-FolderSecurity', 'New-OwnedFolderSecurity', 'New-ProtectedFolder', 'Get-FolderSecurity', 'Set-FolderSecurity',
    'Get-FolderOwnerSid', 'Test-FolderProtected', 'Test-ReparsePoint', 'Assert-FolderOurs', 'Get-MachineFolderState', 'Open-MachineFolder'
)
