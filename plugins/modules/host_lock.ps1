#!powershell

# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -PowerShell ..module_utils._MachineFolder
#AnsibleRequires -PowerShell ..module_utils._WholeFile

# One file per lock, never deleted. The file, opened for nobody else, is the critical section in which its record is read and rewritten:
# every transition is a compare-and-set. Deleting or renaming the file instead would let two controllers take over one lock.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$maxTtlSeconds = 3600

function Get-UtcNow {
    [DateTime]::UtcNow
}

function Wait-ForTurn {
    [Threading.Thread]::Sleep((New-Object Random).Next(50, 200))
}

function Open-LockFile {
    param([string]$Path, [bool]$ReadOnly)

    if ($ReadOnly) { return Open-SharedRead $Path }
    New-Object IO.FileStream($Path, [IO.FileMode]::Open, [IO.FileAccess]::ReadWrite, [IO.FileShare]::None)
}

function Enter-LockFile {
    # Somebody else is inside for milliseconds (0x80070020), a scanner for hundreds of them (0x80070005).
    param([string]$Path, [bool]$ReadOnly)

    $patience = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try { return Open-LockFile -Path $Path -ReadOnly $ReadOnly }
        catch {
            $busy = @(-2147024864, -2147024891) -contains (Get-ErrorCode $_.Exception)
            if (-not $busy -or $patience.Elapsed.TotalSeconds -gt 5) { throw }
            Wait-ForTurn
        }
    }
}

function New-LockFile {
    # Moved into place whole, so that an empty file always means a writer that died.
    param([string]$Path)

    try { Write-WholeJson -Path $Path -Value @{ version = 1; free = $true; sequence = 0 } }
    catch {
        if (-not [IO.File]::Exists($Path)) { throw }
    }
}

function Read-LockRecord {
    # Null when the content is none of ours.
    param([IO.FileStream]$Stream)

    try {
        $reader = New-Object IO.StreamReader($Stream, [Text.Encoding]::UTF8, $false, 4096, $true)
        $record = ConvertFrom-Json -InputObject $reader.ReadToEnd()
        if ($null -eq (Read-Field $record 'sequence')) { return $null }
        if (Read-Field $record 'free') { return $record }
        if ([string]::IsNullOrEmpty((Read-Field $record 'owner')) -or $null -eq (Read-Field $record 'expires_utc')) { return $null }
        [void](ConvertFrom-UtcText (Read-UtcText $record.expires_utc))
        $record
    }
    catch { $null }
}

function Write-LockRecord {
    param([IO.FileStream]$Stream, [Collections.IDictionary]$Record)

    $bytes = [Text.Encoding]::ASCII.GetBytes((ConvertTo-AsciiJson $Record))
    $Stream.Position = 0
    $Stream.Write($bytes, 0, $bytes.Length)
    $Stream.SetLength($bytes.Length)
    $Stream.Flush($true)
}

function Get-LockStatus {
    # What a record means now. A damaged one, or one from a clock that ran ahead, is held until the longest possible lock would be over.
    param($Record, [DateTime]$Now, [DateTime]$WrittenUtc, [string]$Owner)

    $status = @{
        held = $false; mine = $false; owner = ''; purpose = ''; acquired_utc = $null; expires_utc = $null; expired = $false
        corrupt = $false; sequence = 0
    }
    if ($null -ne $Record) { $status.sequence = [int]$Record.sequence }
    if ($null -ne $Record -and (Read-Field $Record 'free')) { return $status }

    $end = $WrittenUtc.AddSeconds($maxTtlSeconds)
    $status.corrupt = $true
    if ($null -ne $Record) {
        $status.owner = [string]$Record.owner
        $status.purpose = [string](Read-Field $Record 'purpose')
        $status.acquired_utc = Read-UtcText (Read-Field $Record 'acquired_utc')
        $stated = ConvertFrom-UtcText (Read-UtcText $Record.expires_utc)
        if ($stated -le $Now.AddSeconds($maxTtlSeconds)) {
            $end = $stated
            $status.corrupt = $false
        }
    }
    $status.expires_utc = Get-UtcText $end
    $status.expired = $end -le $Now
    $status.held = -not $status.expired
    $status.mine = $status.owner -ceq $Owner -and $Owner -ne ''
    $status
}

function Get-LockDecision {
    # One of: take, keep, free, nothing.
    param([string]$Operation, [Collections.IDictionary]$Status)

    switch ($Operation) {
        'acquire' {
            if ($Status.mine) { return 'keep' }
            if ($Status.held) { return 'nothing' }
            return 'take'
        }
        'renew' {
            # Expired but untouched is still ours: nobody has taken it meanwhile.
            if ($Status.mine) { return 'keep' }
            return 'nothing'
        }
        'release' {
            if ($Status.mine) { return 'free' }
            return 'nothing'
        }
    }
    'nothing'
}

function New-LockRecord {
    param([string]$Decision, [Collections.IDictionary]$Status, [DateTime]$Now, [Collections.IDictionary]$Wanted)

    $sequence = $Status.sequence + 1
    if ($Decision -eq 'free') { return @{ version = 1; free = $true; sequence = $sequence } }
    $acquired = Get-UtcText $Now
    if ($Decision -eq 'keep' -and $null -ne $Status.acquired_utc) { $acquired = $Status.acquired_utc }
    @{
        version = 1; free = $false; sequence = $sequence; owner = $Wanted.owner; purpose = $Wanted.purpose; acquired_utc = $acquired
        expires_utc = Get-UtcText $Now.AddSeconds($Wanted.ttl_seconds); ttl_seconds = $Wanted.ttl_seconds
    }
}

function Invoke-LockOperation {
    param([string]$Path, [Collections.IDictionary]$Wanted, [bool]$ReadOnly)

    $stream = Enter-LockFile -Path $Path -ReadOnly $ReadOnly
    try {
        $now = Get-UtcNow
        $record = Read-LockRecord $stream
        $before = Get-LockStatus -Record $record -Now $now -WrittenUtc ([IO.File]::GetLastWriteTimeUtc($Path)) -Owner $Wanted.owner
        $decision = Get-LockDecision -Operation $Wanted.operation -Status $before
        $after = $before
        if ($decision -ne 'nothing') {
            $next = New-LockRecord -Decision $decision -Status $before -Now $now -Wanted $Wanted
            if (-not $ReadOnly) { Write-LockRecord -Stream $stream -Record $next }
            $after = Get-LockStatus -Record $next -Now $now -WrittenUtc $now -Owner $Wanted.owner
        }
        @{ before = $before; after = $after; decision = $decision; now = $now }
    }
    finally { $stream.Dispose() }
}

function Get-AbsentOutcome {
    # Nobody has ever used this lock: what would be done is decided without making a file.
    param([Collections.IDictionary]$Wanted)

    $now = Get-UtcNow
    $free = @{ free = $true; sequence = 0 }
    $before = Get-LockStatus -Record $free -Now $now -WrittenUtc $now -Owner $Wanted.owner
    $decision = Get-LockDecision -Operation $Wanted.operation -Status $before
    $after = $before
    if ($decision -eq 'take') {
        $next = New-LockRecord -Decision $decision -Status $before -Now $now -Wanted $Wanted
        $after = Get-LockStatus -Record $next -Now $now -WrittenUtc $now -Owner $Wanted.owner
    }
    @{ before = $before; after = $after; decision = $decision; now = $now }
}

$spec = @{
    options = @{
        operation = @{ type = 'str'; required = $true; choices = @('acquire', 'renew', 'release', 'inspect') }
        name = @{ type = 'str'; required = $true }
        owner = @{ type = 'str'; default = '' }
        purpose = @{ type = 'str'; default = '' }
        ttl_seconds = @{ type = 'int'; default = 900 }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$wanted = @{
    operation = $module.Params.operation.ToLowerInvariant()
    name = $module.Params.name
    owner = $module.Params.owner
    purpose = $module.Params.purpose
    ttl_seconds = $module.Params.ttl_seconds
}
# A device is no file, whatever its extension is.
if ($wanted.name -cnotmatch '\A(?!(con|prn|aux|nul|com\d|lpt\d)(\.|\z))[a-z0-9]([a-z0-9._-]{0,98}[a-z0-9_-])?\z') {
    $module.FailJson("name: '$($wanted.name)' is no name of a lock; 1 to 100 of a-z, 0-9, dot, hyphen, underscore, no dot first or last, no device's name such as con")
}
if ($wanted.operation -ne 'inspect' -and [string]::IsNullOrEmpty($wanted.owner)) {
    $module.FailJson("owner: needed to $($wanted.operation) a lock")
}
if ($wanted.ttl_seconds -lt 1 -or $wanted.ttl_seconds -gt $maxTtlSeconds) {
    $module.FailJson("ttl_seconds: $($wanted.ttl_seconds) is not between 1 and $maxTtlSeconds; renew a lock rather than holding it long")
}

$readOnly = $module.CheckMode -or $wanted.operation -eq 'inspect'
$failure = $null
try {
    $folder = [IO.Path]::Combine((Get-MachineFolderRoot), 'locks')
    $exists = Get-MachineFolderState 'locks'
    if (-not $exists -and $wanted.operation -eq 'acquire' -and -not $readOnly) { $folder = Open-MachineFolder 'locks' }
    $path = [IO.Path]::Combine($folder, "$($wanted.name).json")
    if ($wanted.operation -eq 'acquire' -and -not $readOnly -and -not [IO.File]::Exists($path)) { New-LockFile $path }
    if ([IO.File]::Exists($path)) { $outcome = Invoke-LockOperation -Path $path -Wanted $wanted -ReadOnly $readOnly }
    else { $outcome = Get-AbsentOutcome $wanted }
}
catch {
    $failure = $_
}
if ($null -ne $failure) {
    # Not to be able to read a lock is never the same as finding it free.
    $module.Result.hresult = Get-ErrorCode $failure.Exception
    $module.FailJson("lock '$($wanted.name)' cannot be read or written, so it counts as held: $($failure.Exception.Message)", $failure)
}

foreach ($key in @($outcome.after.Keys)) { $module.Result[$key] = $outcome.after[$key] }
$kept = @('take', 'keep') -contains $outcome.decision
$module.Result.acquired = $kept
$module.Result.released = $outcome.decision -eq 'free'
$module.Result.took_over = $outcome.decision -eq 'take' -and $outcome.before.expired
$module.Result.previous_owner = $null
if ($module.Result.took_over) { $module.Result.previous_owner = $outcome.before.owner }
$module.Result.utc_now = Get-UtcText $outcome.now
$module.Result.changed = $outcome.decision -ne 'nothing'
$module.ExitJson()
