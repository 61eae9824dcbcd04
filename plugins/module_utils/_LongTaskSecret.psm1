# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Secrets on their way to the account that runs a long task. Module logging writes down the parameters of cmdlets, so from the first line
# to the last a secret touches .NET methods only. Any process of the machine can undo LocalMachine protection: the folder's rights are the
# lock, the protection is for copies and backups of the file.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Import-DataProtection {
    if ($PSVersionTable.PSVersion.Major -lt 6) { [void][Reflection.Assembly]::LoadWithPartialName('System.Security') }
    else { [void][Reflection.Assembly]::Load('System.Security.Cryptography.ProtectedData') }
}

function Protect-MachineBytes {
    param([byte[]]$Bytes, [byte[]]$Entropy)

    Import-DataProtection
    , [Security.Cryptography.ProtectedData]::Protect($Bytes, $Entropy, [Security.Cryptography.DataProtectionScope]::LocalMachine)
}

function Unprotect-MachineBytes {
    param([byte[]]$Bytes, [byte[]]$Entropy)

    Import-DataProtection
    , [Security.Cryptography.ProtectedData]::Unprotect($Bytes, $Entropy, [Security.Cryptography.DataProtectionScope]::LocalMachine)
}

function New-Entropy {
    $bytes = New-Object byte[] 32
    $generator = [Security.Cryptography.RandomNumberGenerator]::Create()
    try { $generator.GetBytes($bytes) } finally { $generator.Dispose() }
    , $bytes
}

function ConvertTo-SecretBytes {
    param([Collections.Generic.Dictionary[string, string]]$Secrets)

    $stream = New-Object IO.MemoryStream
    $writer = New-Object IO.BinaryWriter($stream, (New-Object Text.UTF8Encoding($false)))
    $writer.Write([int]$Secrets.Count)
    foreach ($name in $Secrets.Keys) {
        $writer.Write([string]$name)
        $writer.Write([string]$Secrets[$name])
    }
    $writer.Flush()
    , $stream.ToArray()
}

function ConvertFrom-SecretBytes {
    param([byte[]]$Bytes)

    $stream = [IO.MemoryStream]::new($Bytes)
    $reader = New-Object IO.BinaryReader($stream, (New-Object Text.UTF8Encoding($false)))
    $secrets = New-Object 'Collections.Generic.Dictionary[string,string]'
    for ($left = $reader.ReadInt32(); $left -gt 0; $left--) {
        $name = $reader.ReadString()
        $secrets[$name] = $reader.ReadString()
    }
    , $secrets
}

function Write-SecretFiles {
    param([Collections.IDictionary]$Files, [Collections.Generic.Dictionary[string, string]]$Secrets)

    Remove-SecretFiles $Files
    $entropy = New-Entropy
    Write-WholeFile -Path $Files['entropy'] -Bytes $entropy
    Write-WholeFile -Path $Files['secret'] -Bytes (Protect-MachineBytes (ConvertTo-SecretBytes $Secrets) $entropy)
}

function Read-SecretFiles {
    # Throws when there are none.
    param([Collections.IDictionary]$Files)

    $bytes = Read-FileBytes $Files['secret']
    $entropy = Read-FileBytes $Files['entropy']
    if ($null -eq $bytes -or $null -eq $entropy) { throw (New-Object IO.FileNotFoundException('the secrets were not handed over')) }
    , (ConvertFrom-SecretBytes (Unprotect-MachineBytes $bytes $entropy))
}

function Clear-FileContent {
    # No promise of a true erasure: disks and snapshots may keep the old blocks.
    param([string]$Path)

    $stream = New-Object IO.FileStream($Path, [IO.FileMode]::Open, [IO.FileAccess]::Write, [IO.FileShare]::None)
    try {
        $zeros = New-Object byte[] $stream.Length
        $stream.Write($zeros, 0, $zeros.Length)
        $stream.Flush($true)
    }
    finally { $stream.Dispose() }
}

function Remove-SecretFiles {
    # Throws when one of them cannot be removed.
    param([Collections.IDictionary]$Files)

    foreach ($name in 'secret', 'entropy') {
        $path = $Files[$name]
        for ($try = 1; [IO.File]::Exists($path); $try++) {
            try {
                Clear-FileContent $path
                [IO.File]::Delete($path)
            }
            catch {
                if ($try -ge 10) { throw }
                [Threading.Thread]::Sleep(200)
            }
        }
    }
}

function Get-SecretReferences {
    # The names of a text's placeholders, {secret:NAME}.
    param([string]$Text)

    foreach ($match in [regex]::Matches($Text, '\{secret:([A-Za-z0-9_.-]+)\}')) { $match.Groups[1].Value }
}

function Merge-Secrets {
    # One pass: a secret that looks like a placeholder stays what it is.
    param([string]$Text, [Collections.Generic.Dictionary[string, string]]$Secrets)

    $merged = New-Object Text.StringBuilder
    $at = 0
    foreach ($match in [regex]::Matches($Text, '\{secret:([A-Za-z0-9_.-]+)\}')) {
        [void]$merged.Append($Text, $at, $match.Index - $at)
        [void]$merged.Append($Secrets[$match.Groups[1].Value])
        $at = $match.Index + $match.Length
    }
    [void]$merged.Append($Text, $at, $Text.Length - $at)
    $merged.ToString()
}

Export-ModuleMember -Function @(
    'Import-DataProtection', 'Protect-MachineBytes', 'Unprotect-MachineBytes', 'New-Entropy', 'ConvertTo-SecretBytes',
    'ConvertFrom-SecretBytes', 'Write-SecretFiles', 'Read-SecretFiles', 'Clear-FileContent', 'Remove-SecretFiles', 'Get-SecretReferences',
    'Merge-Secrets'
)
