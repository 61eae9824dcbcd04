# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# FOR INTERNAL COLLECTION USE ONLY: may change in any release.
# Files and folders, also while another program writes them.

#AnsibleRequires -PowerShell ..module_utils._Answer
#AnsibleRequires -PowerShell ..module_utils._Registry

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$script:MaxEntries = 1000
$script:MaxTextBytes = 524288

function Get-PathAttribute([string]$Path) { [System.IO.File]::GetAttributes($Path) }
function Get-FileInfo([string]$Path) { New-Object System.IO.FileInfo $Path }
function Get-FileVersionInfo([string]$Path) { [System.Diagnostics.FileVersionInfo]::GetVersionInfo($Path) }
# What a setup writes is open for writing: the default share mode would fail.
function Open-SharedFile([string]$Path) { New-Object System.IO.FileStream $Path, 'Open', 'Read', 'ReadWrite, Delete' }
function Get-FolderEntry([string]$Path) { (New-Object System.IO.DirectoryInfo $Path).EnumerateFileSystemInfos() }

function Resolve-QuestionPath {
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $path = [System.Environment]::ExpandEnvironmentVariables([string](Get-RequiredField $Question 'path'))
    $base = Get-Field $Question 'base'
    if ($null -ne $base) { $path = [System.IO.Path]::Combine((Get-BaseFolder $base), $path) }
    if (-not [System.IO.Path]::IsPathRooted($path)) { Stop-Question -State broken -Type BadQuestion -Message "'$path' is no absolute path" }
    [System.IO.Path]::GetFullPath($path)
}

function Get-FilePath {
    # The path of a file that is there. GetAttributes tells absent from denied, which File.Exists does not.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $path = Resolve-QuestionPath $Question
    $attributes = [System.IO.FileAttributes](Get-PathAttribute $path)
    if ($attributes -band [System.IO.FileAttributes]::Directory) {
        Stop-Question -State broken -Type IsDirectory -Message "'$path' is a folder"
    }
    $path
}

function Get-FileSize {
    # By handle where possible: the size in the folder's entry of an open file lags behind.
    param([Parameter(Mandatory = $true)][string]$Path)

    try { $stream = Open-SharedFile $Path } catch { return (Get-FileInfo $Path).Length }
    try { $stream.Length } finally { $stream.Dispose() }
}

function Get-FileHashText {
    param([Parameter(Mandatory = $true)][string]$Path)

    $stream = Open-SharedFile $Path
    # This provider works with the FIPS policy on, SHA256Managed does not.
    $algorithm = New-Object System.Security.Cryptography.SHA256CryptoServiceProvider
    try { [System.BitConverter]::ToString($algorithm.ComputeHash($stream)).Replace('-', '').ToLowerInvariant() }
    finally { $algorithm.Dispose(); $stream.Dispose() }
}

function Get-FileAnswer {
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $path = Get-FilePath $Question
    $info = Get-FileInfo $path
    $version = Get-FileVersionInfo $path
    # The text FileVersion may be stale or hold words; the numbers are what installers compare.
    $numbers = @($version.FileMajorPart, $version.FileMinorPart, $version.FileBuildPart, $version.FilePrivatePart)
    $hash = $null
    if (Get-Field $Question 'sha256' $false) { $hash = Get-FileHashText $path }
    @{
        path = $path
        size = [long](Get-FileSize $path)
        created_utc = ConvertTo-UtcText $info.CreationTimeUtc
        modified_utc = ConvertTo-UtcText $info.LastWriteTimeUtc
        file_version = $(if (@($numbers | Where-Object { $_ -gt 0 }).Count) { $numbers -join '.' })
        product_version = $(if ($version.ProductVersion) { ([string]$version.ProductVersion).Trim() })
        product_name = $(if ($version.ProductName) { ([string]$version.ProductName).Trim() })
        sha256 = $hash
    }
}

function Get-FileTextAnswer {
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $path = Get-FilePath $Question
    $wanted = [System.Math]::Min([int](Get-Field $Question 'max_bytes' 65536), $script:MaxTextBytes)
    $stream = Open-SharedFile $path
    try {
        $length = [long]$stream.Length
        $offset = 0L
        if ((Get-Field $Question 'tail' $false) -and $length -gt $wanted) { $offset = $length - $wanted }
        $null = $stream.Seek($offset, [System.IO.SeekOrigin]::Begin)
        @{
            path = $path
            length = $length
            offset = $offset
            bytes = [System.Convert]::ToBase64String((Read-Bytes $stream ([int][System.Math]::Min($wanted, $length - $offset))))
        }
    }
    finally { $stream.Dispose() }
}

function Read-Bytes {
    # Up to so many bytes; fewer when the stream ends before.
    param([Parameter(Mandatory = $true)][System.IO.Stream]$Stream, [Parameter(Mandatory = $true)][int]$Count)

    $buffer = [byte[]]::new($Count)
    $filled = 0
    while ($filled -lt $Count) {
        $read = $Stream.Read($buffer, $filled, $Count - $filled)
        if ($read -eq 0) { break }
        $filled += $read
    }
    if ($filled -lt $Count) { [System.Array]::Resize([ref]$buffer, $filled) }
    , $buffer
}

function Get-DirectoryAnswer {
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $path = Resolve-QuestionPath $Question
    $attributes = [System.IO.FileAttributes](Get-PathAttribute $path)
    if (-not ($attributes -band [System.IO.FileAttributes]::Directory)) {
        Stop-Question -State broken -Type IsFile -Message "'$path' is no folder"
    }
    $pattern = [string](Get-Field $Question 'pattern' '*')
    $found = New-Object 'System.Collections.Generic.SortedDictionary[string,object]' ([System.StringComparer]::OrdinalIgnoreCase)
    # Windows' own matching of *.log would also find *.log1 by its short name.
    foreach ($entry in Get-FolderEntry $path) { if ($entry.Name -like $pattern) { $found[$entry.Name] = $entry } }
    $entries = New-Object 'System.Collections.Generic.List[object]'
    foreach ($entry in $found.get_Values()) {
        if ($entries.Count -ge $script:MaxEntries) { break }
        $isDirectory = [bool]($entry.Attributes -band [System.IO.FileAttributes]::Directory)
        $entries.Add(@{
                name = [string]$entry.Name
                is_directory = $isDirectory
                size = $(if ($isDirectory) { 0L } else { [long]$entry.Length })
                modified_utc = ConvertTo-UtcText $entry.LastWriteTimeUtc
            })
    }
    @{ path = $path; entries = $entries.ToArray(); truncated = ($found.Count -gt $script:MaxEntries) }
}

Export-ModuleMember -Function Get-FileAnswer, Get-FileTextAnswer, Get-DirectoryAnswer, Read-Bytes
