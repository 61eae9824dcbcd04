# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# What a task has left to look at: its logs from where the asker has read them, and its small files.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Get-LogAnswers {
    # One entry per log that the work was started with. A choice of a file stays the asker's; without one the newest is taken.
    param([Collections.IDictionary]$Files, [object[]]$Offsets)

    $answers = @{}
    $started = Read-TaskFile $Files['started']
    if ($null -eq $started) { return $answers }
    $since = (ConvertFrom-UtcText (Read-UtcText $started.utc)).AddSeconds(-2)
    $left = 512 * 1024
    foreach ($log in @(Read-Field $started 'logs')) {
        if ($null -eq $log) { continue }
        $asked = $null
        foreach ($each in @($Offsets)) { if ($null -ne $each -and $each.name -eq $log.name) { $asked = $each } }
        $candidates = @(Find-LogCandidates -Pattern $log.pattern -Baseline (Read-Field $log 'baseline') -Since $since)
        $answer = Get-LogAnswer -Candidates $candidates -Asked $asked -Limit ([Math]::Min(128 * 1024, $left))
        $answer.candidates = @($candidates | Select-Object -Last 50 | ForEach-Object {
                @{ file = $_.file; length = $_.length; created_utc = $_.created_utc }
            })
        $answer.pattern = [string]$log.pattern
        $left -= $answer.next_offset - $answer.offset
        $answers[[string]$log.name] = $answer
    }
    $answers
}

function Get-LogAnswer {
    param([object[]]$Candidates, $Asked, [int]$Limit)

    $file = [string](Read-Field $Asked 'file')
    if ($file) {
        return Read-LogPieceKindly -Path $file -Offset ([long](Read-Field $Asked 'offset')) -HeadHash ([string](Read-Field $Asked 'head_hash')) -Limit $Limit
    }
    if (@($Candidates).Count -gt 0) {
        $newest = $Candidates[-1]
        return Read-LogPieceKindly -Path $newest.file -Offset $newest.start -HeadHash '' -Limit $Limit
    }
    @{ file = $null; offset = [long]0; next_offset = [long]0; length = [long]0; head_hash = $null; reset = $false; bytes = ''; error = $null }
}

function Get-FileTail {
    param([string]$Path)

    $limit = 256 * 1024
    $facts = Get-LogFacts $Path
    if ($null -eq $facts) { return @{ path = $Path; length = [long]0; bytes = ''; log = $null; error = 'unreadable' } }
    $piece = Read-LogPieceKindly -Path $Path -Offset ([Math]::Max([long]0, $facts.length - $limit)) -HeadHash '' -Limit $limit
    @{ path = $Path; length = $piece.length; bytes = $piece.bytes; log = $null; error = $piece.error }
}

function Get-CollectedFiles {
    # The task's own small files by their names, its logs by their paths.
    param([Collections.IDictionary]$Files, [Collections.IDictionary]$Logs)

    $collected = @{}
    foreach ($pattern in '*.json', '*.txt') {
        foreach ($file in @(Find-LogFiles ([IO.Path]::Combine($Files['folder'], $pattern)))) { $collected[$file.Name] = Get-FileTail $file.FullName }
    }
    foreach ($name in @($Logs.Keys)) {
        foreach ($candidate in @($Logs[$name].candidates | Select-Object -Last 5)) {
            $tail = Get-FileTail $candidate.file
            $tail.log = $name
            $collected[$candidate.file] = $tail
        }
    }
    $collected
}

Export-ModuleMember -Function @(
    'Get-LogAnswers', 'Get-LogAnswer', 'Get-FileTail', 'Get-CollectedFiles'
)
