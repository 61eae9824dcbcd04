# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
#
# A Windows host for the engine tests: every line of the hands that calls Windows, answered the way Windows documents it.
# Objects have exactly the properties that the real ones are read for, so that strict mode finds a misspelt one.

function New-Fact([hashtable]$Values) { New-Object PSObject -Property $Values }
function New-Method([object]$Object, [string]$Name, [scriptblock]$Body) { Add-Member -InputObject $Object -MemberType ScriptMethod -Name $Name -Value $Body }

function Get-UtcNow { New-Object System.DateTime 2026, 3, 1, 12, 0, 0, ([System.DateTimeKind]::Utc) }
function Get-MachineName { 'MS1' }
function Get-ComputerName { 'MS1' }
function Get-NetworkName { New-Fact @{ HostName = 'ms1'; DomainName = 'contoso.lab' } }
function Get-LastBootTime { New-Object System.DateTime 2026, 2, 28, 6, 30, 0, ([System.DateTimeKind]::Utc) }
function Get-ComputerSystem { New-Fact @{ TotalPhysicalMemory = [uint64]17179869184; NumberOfLogicalProcessors = [uint32]8 } }
function Get-Processor { New-Fact @{ NumberOfCores = [uint32]2 }; New-Fact @{ NumberOfCores = [uint32]2 } }
function Get-FixedDrive { New-Fact @{ Name = 'C:\'; TotalSize = 107374182400; AvailableFreeSpace = 53687091200 } }
function Get-TimeZoneId { 'W. Europe Standard Time' }
function Get-UiCultureName { 'de-DE' }
function Get-WindowsIdentity { New-Fact @{ Name = 'CONTOSO\upgrade'; User = 'S-1-5-21-1-2-3-1104' } }
function Test-Administrator { $true }
function Invoke-RebootPendingMethod { New-Fact @{ RebootPending = $true; IsHardRebootPending = $false } }

function Initialize-ServiceController { }
function Get-ServiceController([string]$Name) {
    $known = @{ OMSDK = 'Running'; HealthService = 'Stopped' }
    $controller = New-Fact @{ Known = $known[$Name] }
    New-Method $controller get_Status {
        if ($this.Known) { return $this.Known }
        throw (New-Object System.InvalidOperationException 'Dienst wurde nicht gefunden.', (New-Object System.ComponentModel.Win32Exception 1060))
    }
    New-Method $controller get_DisplayName { 'System Center-Datenzugriffsdienst' }
    New-Method $controller Dispose { }
    $controller
}
function Get-ServiceProcess { New-Fact @{ Name = 'OMSDK'; ProcessId = [uint32]1844 } }
function Get-WindowsProcess {
    New-Fact @{ Name = 'System'; ProcessId = [uint32]4; ParentProcessId = [uint32]0; CreationDate = $null; SessionId = [uint32]0 }
    New-Fact @{
        Name = 'Microsoft.EnterpriseManagement.Monitoring.Console.exe'; ProcessId = [uint32]4711; ParentProcessId = [uint32]900
        CreationDate = (New-Object System.DateTime 2026, 3, 1, 11, 0, 0, ([System.DateTimeKind]::Utc)); SessionId = [uint32]2
    }
}
function Connect-TaskScheduler {
    $service = New-Fact @{}
    New-Method $service GetFolder {
        if ($args[0] -ne '\systemcenter.upgrade') { throw (New-Object System.Runtime.InteropServices.COMException 'Nicht gefunden', -2147024894) }
        $folder = New-Fact @{}
        New-Method $folder GetTasks {
            New-Fact @{ Name = 'never'; State = 3; LastTaskResult = 267011; LastRunTime = (New-Object System.DateTime 1999, 11, 30) }
        }
        $folder
    }
    $service
}

function Get-ServerFeature {
    New-Fact @{ Name = 'Web-Server'; InstallState = 'Installed' }
    New-Fact @{ Name = 'NET-Framework-Core'; InstallState = 'Removed' }
    New-Fact @{ Name = 'Telnet-Client'; InstallState = 'InstallPending' }
}
function Get-FileVersionInfo {
    New-Fact @{
        FileMajorPart = 10; FileMinorPart = 22; FileBuildPart = 10610; FilePrivatePart = 0
        ProductVersion = '10.22.10610.0 '; ProductName = 'Microsoft System Center Operations Manager'
    }
}

function Resolve-AccountSid([string]$Name) {
    $known = @{
        'CONTOSO\das' = 'S-1-5-21-1-2-3-1201'; 'MS1\local' = 'S-1-5-21-9-9-9-1001'; 'NT AUTHORITY\SYSTEM' = 'S-1-5-18'
        'Administratoren' = 'S-1-5-32-544'; 'CONTOSO\gmsa$' = 'S-1-5-21-1-2-3-1300'; 'CONTOSO\far' = 'S-1-5-21-1-2-3-1400'
    }
    if (-not $known.ContainsKey($Name)) { throw (New-Object System.ComponentModel.Win32Exception 1332) }
    $known[$Name]
}
function Resolve-SidName([string]$Sid) {
    $known = @{
        'S-1-5-32-544' = 'VORDEFINIERT\Administratoren'; 'S-1-5-18' = 'NT-AUTORITAET\SYSTEM'; 'S-1-5-21-1-2-3-1201' = 'CONTOSO\das'
        'S-1-5-21-9-9-9-1001' = 'MS1\local'; 'S-1-5-21-1-2-3-1300' = 'CONTOSO\gmsa$'; 'S-1-5-21-1-2-3-1400' = 'CONTOSO\far'
    }
    if (-not $known.ContainsKey($Sid)) { throw (New-Object System.ComponentModel.Win32Exception 1332) }
    $known[$Sid]
}
function ConvertTo-SidText([byte[]]$Bytes) { "S-1-5-21-1-2-3-$($Bytes[0])" }
function Get-AccountWithRight([string]$Right) {
    if ($Right -eq 'SeServiceLogonRight') { 'S-1-5-21-1-2-3-1201'; 'S-1-5-21-7-7-7-7' }
}
function Get-LocalGroupMemberFact([string]$Group) {
    if ($Group -ne 'Administratoren') { throw (New-Object System.ComponentModel.Win32Exception 1376) }
    New-Fact @{ Sid = 'S-1-5-21-1-2-3-512'; Name = 'CONTOSO\Domain Admins'; Kind = 2 }
    New-Fact @{ Sid = 'S-1-5-21-7-7-7-7'; Name = ''; Kind = 8 }
}
function Get-LocalUserFlag { [long]0x800211 }
function Get-LocalGroupOfUser { 'Administratoren' }
function Get-LocalUserProperty { @{ BadPasswordAttempts = @(2); MaxBadPasswordsAllowed = @(10) } }
function Find-DirectoryObject([string]$Path, [string[]]$Attributes) {
    if ($Path -like '*-1400>') { throw (New-Object System.Runtime.InteropServices.COMException 'Vorgangsfehler', -2147016672) }
    if ($Path -eq 'LDAP://CONTOSO') {
        return @{ fSMORoleOwner = @('CN=NTDS Settings,CN=DC2,CN=Servers'); lockoutThreshold = @(5); lockOutObservationWindow = @([long]-18000000000) }
    }
    if ($Path -eq 'LDAP://CONTOSO/CN=DC2,CN=Servers') { return @{ dNSHostName = @('dc2.contoso.lab') } }
    if ($Path -like 'LDAP://dc2.contoso.lab/<SID=*') {
        return @{ badPwdCount = @(3); badPasswordTime = @([System.DateTime]::UtcNow.ToFileTimeUtc()); 'msDS-ResultantPSO' = @() }
    }
    @{
        objectClass = @('top', 'person', $(if ($Path -like '*-1300>') { 'msDS-GroupManagedServiceAccount' } else { 'user' }))
        userAccountControl = @([int]0x200)
        'msDS-User-Account-Control-Computed' = @([int]0x10)
        'msDS-UserPasswordExpiryTimeComputed' = @([long]::MaxValue)
        'msDS-SupportedEncryptionTypes' = @()
        tokenGroups = @(, [byte[]](7, 0))
    }
}
function Invoke-LogonTry([string]$User, [object]$Domain, [string]$Password) {
    if ($Password -eq 'right') { return 0 }
    1326
}
function Get-AuditFlag { [long]1 }

function Open-EventReader([string]$Log, [string]$Filter) {
    if ($Log -eq 'Nope') { throw (New-Object System.IO.FileNotFoundException 'Der Kanal wurde nicht gefunden.') }
    if ($Log -eq 'Security') { throw (New-Object System.UnauthorizedAccessException 'Zugriff verweigert') }
    $reader = New-Fact @{ Left = (New-Object System.Collections.ArrayList) }
    $ids = if ($Filter -eq '*') { @(1) } else { @(1210, 1210, 26319) }
    foreach ($id in $ids) {
        $record = New-Fact @{ Id = $id; TimeCreated = (New-Object System.DateTime 2026, 1, 2, 3, 4, 5, ([System.DateTimeKind]::Utc)) }
        New-Method $record Dispose { }
        $null = $reader.Left.Add($record)
    }
    New-Method $reader ReadEvent { if ($this.Left.Count) { $next = $this.Left[0]; $this.Left.RemoveAt(0); $next } }
    New-Method $reader Dispose { }
    $reader
}
