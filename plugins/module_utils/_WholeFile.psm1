# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Files that are written whole or not at all, and read while others write them.
# The wrapper of a long task carries the same functions in its own text, so none of them may need anything but .NET and each other.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Get-UtcText {
    param([DateTime]$Time = [DateTime]::UtcNow)

    $Time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", [Globalization.CultureInfo]::InvariantCulture)
}

function Read-UtcText {
    # PowerShell 7 turns the ISO texts of a JSON file into DateTime, 5.1 leaves them alone.
    param($Value)

    if ($null -eq $Value) { return $null }
    if ($Value -is [DateTime]) { return Get-UtcText $Value }
    [string]$Value
}

function ConvertFrom-UtcText {
    param([string]$Text)

    $style = [Globalization.DateTimeStyles]::AdjustToUniversal -bor [Globalization.DateTimeStyles]::AssumeUniversal
    [DateTime]::Parse($Text, [Globalization.CultureInfo]::InvariantCulture, $style)
}

function Read-Field {
    # Strict mode throws on a member that an object read from JSON happens not to have.
    param($Object, [string]$Name)

    if ($null -eq $Object) { return $null }
    if ($Object -is [Collections.IDictionary]) {
        # Sub-options are a generic dictionary, which hides Contains.
        if (@($Object.Keys) -ccontains $Name) { return $Object[$Name] }
        return $null
    }
    $property = $Object.PSObject.Properties[$Name]
    if ($null -eq $property) { return $null }
    $property.Value
}

function Get-ErrorCode {
    # COM and .NET errors arrive wrapped, so the innermost HRESULT is the one that says something.
    param([Exception]$Exception)

    while ($null -ne $Exception.InnerException) { $Exception = $Exception.InnerException }
    [int]$Exception.HResult
}

function ConvertTo-AsciiJson {
    # Escaped down to ASCII, no reader can guess the encoding wrong.
    param([Collections.IDictionary]$Value)

    $json = ConvertTo-Json -InputObject $Value -Depth 10 -Compress
    $text = New-Object Text.StringBuilder
    foreach ($character in $json.ToCharArray()) {
        if ([int]$character -lt 128) { [void]$text.Append($character) }
        else { [void]$text.Append('\u').Append(([int]$character).ToString('x4', [Globalization.CultureInfo]::InvariantCulture)) }
    }
    $text.ToString()
}

function Write-TemporaryFile {
    param([string]$Path, [byte[]]$Bytes)

    $temporary = '{0}.tmp.{1}' -f $Path, [Guid]::NewGuid().ToString('N')
    $stream = New-Object IO.FileStream($temporary, [IO.FileMode]::CreateNew, [IO.FileAccess]::Write, [IO.FileShare]::None)
    $written = $false
    try {
        $stream.Write($Bytes, 0, $Bytes.Length)
        $stream.Flush($true)
        $written = $true
    }
    finally {
        # On a full disk closing fails as well. A heartbeat is written every few seconds: no half file of one may stay.
        try { $stream.Dispose() } finally { if (-not $written) { [void](Remove-FileQuietly $temporary) } }
    }
    $temporary
}

function Move-IntoPlace {
    # A rename: fails when the target exists (0x800700B7), and is what makes a file whole or absent.
    param([string]$Temporary, [string]$Path)

    try { [IO.File]::Move($Temporary, $Path) }
    catch {
        [void](Remove-FileQuietly $Temporary)
        throw
    }
}

function Write-WholeFile {
    # Throws when the file exists.
    param([string]$Path, [byte[]]$Bytes)

    Move-IntoPlace -Temporary (Write-TemporaryFile -Path $Path -Bytes $Bytes) -Path $Path
}

function Write-WholeJson {
    # Throws when the file exists.
    param([string]$Path, [Collections.IDictionary]$Value)

    Write-WholeFile -Path $Path -Bytes ([Text.Encoding]::ASCII.GetBytes((ConvertTo-AsciiJson $Value)))
}

function Set-WholeFile {
    # Replaces. A reader that does not share deletion makes it fail, so it is tried for a second.
    param([string]$Path, [byte[]]$Bytes)

    $temporary = Write-TemporaryFile -Path $Path -Bytes $Bytes
    for ($try = 1; ; $try++) {
        try {
            if ([IO.File]::Exists($Path)) { [IO.File]::Replace($temporary, $Path, [NullString]::Value) }
            else { [IO.File]::Move($temporary, $Path) }
            return
        }
        catch {
            if ($try -ge 5) {
                [void](Remove-FileQuietly $temporary)
                throw
            }
            [Threading.Thread]::Sleep(200)
        }
    }
}

function Set-WholeJson {
    param([string]$Path, [Collections.IDictionary]$Value)

    Set-WholeFile -Path $Path -Bytes ([Text.Encoding]::ASCII.GetBytes((ConvertTo-AsciiJson $Value)))
}

function Remove-FileQuietly {
    # True when the file is not there afterwards.
    param([string]$Path)

    try {
        [IO.File]::Delete($Path)
        $true
    }
    catch { -not [IO.File]::Exists($Path) }
}

function Open-SharedRead {
    # Shares everything: a log must neither block its writer nor its rotation.
    param([string]$Path)

    $share = [IO.FileShare]::ReadWrite -bor [IO.FileShare]::Delete
    New-Object IO.FileStream($Path, [IO.FileMode]::Open, [IO.FileAccess]::Read, $share)
}

function Read-FileBytes {
    # Null when there is no such file. A scanner may hold a new file for a moment.
    param([string]$Path)

    for ($try = 1; ; $try++) {
        try {
            $stream = Open-SharedRead $Path
            try {
                $bytes = New-Object byte[] $stream.Length
                $read = 0
                while ($read -lt $bytes.Length) {
                    $more = $stream.Read($bytes, $read, $bytes.Length - $read)
                    if ($more -eq 0) { break }
                    $read += $more
                }
            }
            finally { $stream.Dispose() }
            return , $bytes
        }
        catch {
            # 0x80070002 no such file, 0x80070003 no such folder
            if (@(-2147024894, -2147024893) -contains (Get-ErrorCode $_.Exception)) { return $null }
            if ($try -ge 3) { throw }
            [Threading.Thread]::Sleep(200)
        }
    }
}

function Read-JsonFile {
    # Null when there is no such file; throws FormatException when there is one that is no JSON object.
    param([string]$Path)

    $bytes = Read-FileBytes $Path
    if ($null -eq $bytes) { return $null }
    try { $value = ConvertFrom-Json -InputObject ([Text.Encoding]::UTF8.GetString($bytes)) }
    catch { throw (New-Object FormatException("$Path is damaged: it holds no JSON")) }
    if ($null -eq $value -or $value -isnot [Management.Automation.PSCustomObject]) {
        throw (New-Object FormatException("$Path is damaged: it holds no JSON object"))
    }
    $value
}

Export-ModuleMember -Function @(
    'Get-UtcText', 'Read-UtcText', 'ConvertFrom-UtcText', 'Read-Field', 'Get-ErrorCode', 'ConvertTo-AsciiJson', 'Write-TemporaryFile',
    'Move-IntoPlace', 'Write-WholeFile', 'Write-WholeJson', 'Set-WholeFile', 'Set-WholeJson', 'Remove-FileQuietly', 'Open-SharedRead',
    'Read-FileBytes', 'Read-JsonFile'
)
