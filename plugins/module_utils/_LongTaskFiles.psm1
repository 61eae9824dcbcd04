# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Where a long task keeps what on its host. The wrapper carries this function in its own text.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Get-TaskFileMap {
    param([string]$Folder)

    $files = @{ folder = $Folder }
    foreach ($name in 'claim', 'spec', 'started', 'child', 'heartbeat', 'result', 'failed') {
        $files[$name] = [IO.Path]::Combine($Folder, "$name.json")
    }
    $files['wrapper'] = [IO.Path]::Combine($Folder, 'wrapper.ps1')
    $files['secret'] = [IO.Path]::Combine($Folder, 'secret.bin')
    $files['entropy'] = [IO.Path]::Combine($Folder, 'secret.key')
    $files['alive'] = [IO.Path]::Combine($Folder, 'alive.lock')
    $files['latch'] = [IO.Path]::Combine($Folder, 'latch')
    $files['reserve'] = [IO.Path]::Combine($Folder, 'reserve.bin')
    $files['output'] = [IO.Path]::Combine($Folder, 'out.txt')
    $files['errors'] = [IO.Path]::Combine($Folder, 'err.txt')
    $files
}

Export-ModuleMember -Function 'Get-TaskFileMap'
