# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Logs that grow while they are read. Bytes go to the controller as they are; it knows encodings, the host does not.
# The directory's idea of a file's length and times is old as long as its writer holds it open, so files are opened and asked.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Get-HeadHash {
    # SHA-256 of the first 256 bytes; null before there are that many. Tells a file from its successor of the same name.
    param([IO.Stream]$Stream)

    if ($Stream.Length -lt 256) { return $null }
    $head = New-Object byte[] 256
    $Stream.Position = 0
    $read = 0
    while ($read -lt 256) {
        $more = $Stream.Read($head, $read, 256 - $read)
        if ($more -eq 0) { return $null }
        $read += $more
    }
    # The one class that 5.1 may use under the FIPS policy too.
    $algorithm = New-Object Security.Cryptography.SHA256CryptoServiceProvider
    try { [BitConverter]::ToString($algorithm.ComputeHash($head)).Replace('-', '').ToLowerInvariant() } finally { $algorithm.Dispose() }
}

function Get-LogFacts {
    # Length and head of one file; null when it cannot be opened.
    param([string]$Path)

    try {
        $stream = Open-SharedRead $Path
        try { @{ length = [long]$stream.Length; head_hash = Get-HeadHash $stream } } finally { $stream.Dispose() }
    }
    catch { $null }
}

function Find-LogFiles {
    # The files that a pattern names, wildcards in its last part only; an absent folder holds none. At most 200, oldest first.
    param([string]$Pattern)

    try {
        $folder = [IO.Path]::GetDirectoryName($Pattern)
        $name = [IO.Path]::GetFileName($Pattern)
        if ([string]::IsNullOrEmpty($folder) -or [string]::IsNullOrEmpty($name)) { return }
        # Short names make Windows find more than was asked for (*.log finds .log1), so the answer is matched again. A bracket means itself
        # to Windows, and a class of characters to PowerShell.
        $wanted = New-Object Management.Automation.WildcardPattern(($name -replace '[[\]`]', '`$0'), [Management.Automation.WildcardOptions]::IgnoreCase)
        $found = foreach ($path in [IO.Directory]::GetFiles($folder, $name)) {
            if ($wanted.IsMatch([IO.Path]::GetFileName($path))) { New-Object IO.FileInfo($path) }
        }
        @($found) | Where-Object { $null -ne $_ } | Sort-Object -Property CreationTimeUtc, Name | Select-Object -Last 200
    }
    catch { return }
}

function Get-LogBaseline {
    # What a pattern finds before the work begins, so that text of an earlier run is not taken for ours.
    param([string]$Pattern)

    $baseline = @{}
    foreach ($file in @(Find-LogFiles $Pattern)) {
        $facts = Get-LogFacts $file.FullName
        if ($null -ne $facts) { $baseline[$file.FullName] = $facts }
    }
    $baseline
}

function Test-LogTouched {
    # Written or created since the work began, as far as names, lengths and times can tell.
    param([IO.FileInfo]$File, $Before, $Facts, [DateTime]$Since)

    if ($null -eq $Before) { return $true }
    if ($File.LastWriteTimeUtc -ge $Since -or $File.CreationTimeUtc -ge $Since) { return $true }
    if ($null -eq $Facts) { return $false }
    $Facts.length -ne [long](Read-Field $Before 'length') -or $Facts.head_hash -ne (Read-Field $Before 'head_hash')
}

function Find-LogCandidates {
    # Oldest first: @{ file; length; created_utc; start } where start is the first byte that this work wrote.
    param([string]$Pattern, $Baseline, [DateTime]$Since)

    foreach ($file in @(Find-LogFiles $Pattern)) {
        $before = Read-Field $Baseline $file.FullName
        $facts = Get-LogFacts $file.FullName
        if (-not (Test-LogTouched -File $file -Before $before -Facts $facts -Since $Since)) { continue }
        $length = [long]0
        $start = [long]0
        if ($null -ne $facts) {
            $length = $facts.length
            if ($null -ne $before) {
                $known = [long](Read-Field $before 'length')
                $sameHead = $null -eq (Read-Field $before 'head_hash') -or (Read-Field $before 'head_hash') -eq $facts.head_hash
                if ($sameHead -and $length -ge $known) { $start = $known }
            }
        }
        @{ file = $file.FullName; length = $length; created_utc = Get-UtcText $file.CreationTimeUtc; start = $start }
    }
}

function Read-LogPiece {
    # Bytes from an offset. When the file is no longer the one the offset was taken from, they come from its beginning.
    param([string]$Path, [long]$Offset, [string]$HeadHash, [int]$Limit)

    $stream = Open-SharedRead $Path
    try {
        $length = [long]$stream.Length
        $head = Get-HeadHash $stream
        $reset = $length -lt $Offset -or (-not [string]::IsNullOrEmpty($HeadHash) -and $head -ne $HeadHash)
        if ($reset) { $Offset = 0 }
        $wanted = [int][Math]::Min([long]$Limit, $length - $Offset)
        $bytes = New-Object byte[] $wanted
        $stream.Position = $Offset
        $read = 0
        while ($read -lt $wanted) {
            $more = $stream.Read($bytes, $read, $wanted - $read)
            if ($more -eq 0) { break }
            $read += $more
        }
        @{
            file = $Path; offset = $Offset; next_offset = $Offset + $read; length = $length; head_hash = $head; reset = $reset
            bytes = [Convert]::ToBase64String($bytes, 0, $read)
        }
    }
    finally { $stream.Dispose() }
}

function Read-LogPieceKindly {
    # Three tries: a scanner or a rotation may be in the way for a moment. The trouble of one log is its own answer.
    param([string]$Path, [long]$Offset, [string]$HeadHash, [int]$Limit)

    $nothing = @{
        file = $Path; offset = $Offset; next_offset = $Offset; length = $Offset; head_hash = $null; reset = $false; bytes = ''; error = $null
    }
    if ($HeadHash) { $nothing.head_hash = $HeadHash }
    for ($try = 1; ; $try++) {
        try {
            $piece = Read-LogPiece -Path $Path -Offset $Offset -HeadHash $HeadHash -Limit $Limit
            $piece.error = $null
            return $piece
        }
        catch {
            $code = Get-ErrorCode $_.Exception
            if ($try -ge 3) {
                $nothing.error = 'unreadable'
                if ($code -eq -2147024864) { $nothing.error = 'locked' }
                if (@(-2147024894, -2147024893) -contains $code) { $nothing.error = 'absent' }
                if ($code -eq -2147024891) { $nothing.error = 'denied' }
                return $nothing
            }
            [Threading.Thread]::Sleep(200)
        }
    }
}

Export-ModuleMember -Function @(
    'Get-HeadHash', 'Get-LogFacts', 'Find-LogFiles', 'Get-LogBaseline', 'Test-LogTouched', 'Find-LogCandidates', 'Read-LogPiece',
    'Read-LogPieceKindly'
)
