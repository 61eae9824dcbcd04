# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# The wrapper: the program that the scheduled task runs, which in turn runs the work, watches it and writes down how it ended.
# Its text is made of the functions below and of those it shares with the module; it runs alone, under the account of the work.
# It holds alive.lock open for as long as it lives: that is the proof of life, not a process number and not a clock.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Get-WrapperText {
    $names = @(
        'Get-UtcText', 'Read-UtcText', 'Read-Field', 'Get-ErrorCode', 'ConvertTo-AsciiJson', 'Write-TemporaryFile', 'Move-IntoPlace',
        'Write-WholeFile', 'Write-WholeJson', 'Set-WholeFile', 'Set-WholeJson', 'Remove-FileQuietly', 'Open-SharedRead', 'Read-FileBytes',
        'Read-JsonFile', 'Get-TaskFileMap', 'Import-DataProtection', 'Unprotect-MachineBytes', 'ConvertFrom-SecretBytes', 'Read-SecretFiles',
        'Clear-FileContent', 'Remove-SecretFiles', 'Merge-Secrets', 'Get-HeadHash', 'Get-LogFacts', 'Find-LogFiles', 'Get-LogBaseline',
        'Get-LaunchSource', 'Import-Launch', 'Start-SuspendedProgram', 'Start-PlainProgram', 'Start-Program', 'Start-InheritingProgram',
        'New-Program', 'Resume-Program', 'Wait-Program', 'Get-ProgramExitCode', 'Get-ProcessTable', 'Add-PolledDescendants', 'Get-ProgramProcessIds', 'Get-ProcessFacts', 'Get-ProgramTree',
        'Get-ProcessStart', 'Open-AliveFile', 'Open-AliveFilePatiently', 'Write-Refusal', 'Write-Failure', 'Set-Latch', 'Get-WrapperIdentity',
        'Assert-WrapperIdentity', 'Get-CodePages', 'Read-Work', 'Set-WorkEnvironment', 'Write-Child', 'Write-Started', 'Write-Heartbeat',
        'Get-BeatInterval', 'Watch-Program', 'Test-TreeSettled', 'Write-Result', 'New-ExitFacts', 'Get-LaunchError', 'Invoke-Work', 'Invoke-LongTask'
    )
    $text = New-Object Text.StringBuilder
    [void]$text.Append("Set-StrictMode -Version 2.0`n`$ErrorActionPreference = 'Stop'`n`$ProgressPreference = 'SilentlyContinue'`n")
    foreach ($name in $names) {
        $body = (Get-Command -Name $name -CommandType Function).Definition
        [void]$text.Append("function $name {").Append($body).Append("}`n")
    }
    [void]$text.Append("exit [int]@(Invoke-LongTask -Folder `$args[0])[-1]`n")
    $text.ToString().Replace("`r`n", "`n")
}

function Get-WrapperBootstrap {
    # What the task's definition carries, readable for whoever may read tasks: a path and a hash, nothing else. Its exit codes are read by
    # the start: 88 says that the account's PowerShell is constrained, where neither this nor the wrapper could run, 87 that the file is another.
    param([string]$Path, [byte[]]$Wrapper)

    # The class that 5.1 may use under the FIPS policy too.
    $algorithm = New-Object Security.Cryptography.SHA256CryptoServiceProvider
    try { $hash = [BitConverter]::ToString($algorithm.ComputeHash($Wrapper)).Replace('-', '') } finally { $algorithm.Dispose() }
    $quoted = $Path.Replace("'", "''")
    @(
        "if (`"`$(`$ExecutionContext.SessionState.LanguageMode)`" -ne 'FullLanguage') { exit 88 }"
        "`$bytes = [IO.File]::ReadAllBytes('$quoted')"
        "`$sha = New-Object Security.Cryptography.SHA256CryptoServiceProvider"
        "if ([BitConverter]::ToString(`$sha.ComputeHash(`$bytes)).Replace('-', '') -ne '$hash') { exit 87 }"
        "& ([scriptblock]::Create([Text.Encoding]::UTF8.GetString(`$bytes))) ([IO.Path]::GetDirectoryName('$quoted'))"
    ) -join "`n"
}

function Open-AliveFile {
    # Not inheritable: a grandchild that outlived us would fake our life.
    param([string]$Path)

    New-Object IO.FileStream($Path, [IO.FileMode]::OpenOrCreate, [IO.FileAccess]::ReadWrite, [IO.FileShare]::Read)
}

function Open-AliveFilePatiently {
    # Null when another wrapper lives. A look of the module may hold the file in the very moment we open it.
    param([string]$Path)

    $patience = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try { return Open-AliveFile $Path }
        catch {
            if ($patience.Elapsed.TotalSeconds -gt 30) { return $null }
            [Threading.Thread]::Sleep(250)
        }
    }
}

function Write-Refusal {
    param([string]$Folder, [string]$Reason)

    for ($number = 1; $number -le 1000; $number++) {
        $path = [IO.Path]::Combine($Folder, "refused-$number.json")
        if ([IO.File]::Exists($path)) { continue }
        try {
            Write-WholeJson -Path $path -Value @{ utc = Get-UtcText; process_id = $PID; reason = $Reason }
            return
        }
        catch { continue }
    }
}

function Write-Failure {
    # Messages only of what we threw ourselves: others may quote what they were given.
    param([Collections.IDictionary]$Files, [string]$Phase, [Management.Automation.ErrorRecord]$Record)

    $innermost = $Record.Exception
    while ($null -ne $innermost.InnerException) { $innermost = $innermost.InnerException }
    $message = ''
    if ($innermost -is [InvalidOperationException] -and $innermost.Data.Contains('code')) { $message = $innermost.Message }
    $code = 'start_failed'
    if ($innermost.Data.Contains('code')) { $code = [string]$innermost.Data['code'] }
    $line = 0
    if ($null -ne $Record.InvocationInfo) { $line = [int]$Record.InvocationInfo.ScriptLineNumber }
    Set-WholeJson -Path $Files['failed'] -Value @{
        utc = Get-UtcText; phase = $Phase; code = $code; message = $message; type = $innermost.GetType().FullName
        hresult = [int]$innermost.HResult; line = $line
    }
}

function Set-Latch {
    # From here on the work is started at most once, whoever else runs this task. False when somebody was here before.
    param([string]$Path)

    try {
        $stream = New-Object IO.FileStream($Path, [IO.FileMode]::CreateNew, [IO.FileAccess]::Write, [IO.FileShare]::Read)
        $stream.Flush($true)
        $stream.Dispose()
        $true
    }
    catch {
        if (-not [IO.File]::Exists($Path)) { throw }
        $false
    }
}

function Get-WrapperIdentity {
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = New-Object Security.Principal.WindowsPrincipal($identity)
    @{
        user = [string]$identity.Name; sid = [string]$identity.User.Value
        elevated = $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
        language_mode = [string]$ExecutionContext.SessionState.LanguageMode
    }
}

function Assert-WrapperIdentity {
    param([Collections.IDictionary]$Identity, [string]$ExpectedSid, [string]$Account)

    $code = $null
    if ($Identity.language_mode -ne 'FullLanguage') {
        $code = 'constrained_language'
        $message = "PowerShell runs in $($Identity.language_mode) mode under $Account"
    }
    elseif ($Identity.sid -ne $ExpectedSid) {
        $code = 'start_failed'
        $message = "the task runs as $($Identity.user) ($($Identity.sid)) instead of $Account ($ExpectedSid)"
    }
    elseif (-not $Identity.elevated) {
        $code = 'not_elevated'
        $message = "$Account is no administrator of this host, or its logon gives no elevated token"
    }
    if ($null -ne $code) {
        $refusal = New-Object InvalidOperationException($message)
        $refusal.Data['code'] = $code
        throw $refusal
    }
}

function Get-CodePages {
    # For whoever has to guess the encoding of a log or of console output.
    $culture = [Globalization.CultureInfo]::InstalledUICulture
    @{ ansi = [int]$culture.TextInfo.ANSICodePage; oem = [int]$culture.TextInfo.OEMCodePage }
}

function Read-Work {
    # The spec with its secrets put in. The files with the secrets are gone when this returns.
    param([Collections.IDictionary]$Files)

    $spec = Read-JsonFile $Files['spec']
    $secrets = New-Object 'Collections.Generic.Dictionary[string,string]'
    if (@(Read-Field $spec 'secrets').Count -gt 0) { $secrets = Read-SecretFiles $Files }
    Remove-SecretFiles $Files
    $environment = @{}
    foreach ($property in @($spec.environment.PSObject.Properties)) {
        $environment[$property.Name] = Merge-Secrets ([string]$property.Value) $secrets
    }
    @{ spec = $spec; arguments = Merge-Secrets ([string]$spec.arguments) $secrets; environment = $environment }
}

function Set-WorkEnvironment {
    # Additions only. The wrapper's own variables are what the program inherits.
    param([Collections.IDictionary]$Environment)

    foreach ($name in @($Environment.Keys)) { [Environment]::SetEnvironmentVariable($name, $Environment[$name], 'Process') }
}

function Invoke-Work {
    # Behind the latch: whatever happens ends in a result.
    param([Collections.IDictionary]$Files, [Collections.IDictionary]$Work, [Collections.IDictionary]$Identity, [bool]$Compiled)

    $clock = [Diagnostics.Stopwatch]::StartNew()
    $result = @{
        started_utc = Get-UtcText; launch_error = $null; exit_code = $null; exit_code_unsigned = $null; exit_code_hex = $null
        left_running = @(); tree = $null
    }
    $program = $null
    try {
        $spec = $Work.spec
        $logs = @(foreach ($log in @(Read-Field $spec 'logs')) {
                if ($null -eq $log) { continue }
                $pattern = [Environment]::ExpandEnvironmentVariables([string]$log.pattern)
                @{ name = [string]$log.name; pattern = $pattern; baseline = Get-LogBaseline $pattern }
            })
        Set-WorkEnvironment $Work.environment
        $program = Start-Program -Compiled $Compiled -Exe $spec.exe -Arguments $Work.arguments -Directory $spec.working_directory -Files $Files
    }
    catch { $result.launch_error = Get-LaunchError $_.Exception }
    $Work.arguments = $null
    $Work.environment = $null

    if ($null -ne $program) {
        $result.tree = $program.tree
        # A disk that is full must not keep the program from running: these files are for the reader, not for the truth.
        try { Write-Child -Files $Files -ProcessId $program.process_id } catch { $result.child_unwritten = $true }
        try { Write-Started -Files $Files -Identity $Identity -Logs $logs -Tree $program.tree } catch { $result.started_unwritten = $true }
        try {
            Resume-Program $program
            Watch-Program -Files $Files -Program $program -Wait $spec.wait -Clock $clock
            $exit = New-ExitFacts (Get-ProgramExitCode $program)
            foreach ($key in @($exit.Keys)) { $result[$key] = $exit[$key] }
        }
        catch { $result.launch_error = Get-LaunchError $_.Exception }
        try {
            $left = @(Get-ProgramTree $program)
            $result.left_running = @($left | Where-Object { $_.process_id -ne $program.process_id })
        }
        catch { $result.left_running = @() }
    }
    $result.ended_utc = Get-UtcText
    $result.elapsed_seconds = [Math]::Round($clock.Elapsed.TotalSeconds, 1)
    Write-Result -Files $Files -Result $result
}

function Invoke-LongTask {
    # Outputs the wrapper's exit code, which nobody reads but people.
    param([string]$Folder)

    $files = Get-TaskFileMap $Folder
    $alive = Open-AliveFilePatiently $files['alive']
    if ($null -eq $alive) {
        Write-Refusal -Folder $Folder -Reason 'another wrapper of this task lives'
        return 0
    }
    try {
        if ([IO.File]::Exists($files['latch'])) {
            Write-Refusal -Folder $Folder -Reason 'this task has been started before'
            return 0
        }
        $phase = 'culture'
        try {
            [Threading.Thread]::CurrentThread.CurrentCulture = [Globalization.CultureInfo]::InvariantCulture
            $phase = 'identity'
            $identity = Get-WrapperIdentity
            $expected = (Read-JsonFile $files['spec']).run_as
            Assert-WrapperIdentity -Identity $identity -ExpectedSid $expected.sid -Account $expected.account
            $phase = 'compiler'
            $compiled = Import-Launch $Folder
            $phase = 'reserve'
            Set-WholeFile -Path $files['reserve'] -Bytes (New-Object byte[] 65536)
            $phase = 'secrets'
            $work = Read-Work $files
            $phase = 'latch'
            $first = Set-Latch $files['latch']
        }
        catch {
            Write-Failure -Files $files -Phase $phase -Record $_
            Remove-SecretFiles $files
            return 1
        }
        if (-not $first) {
            Write-Refusal -Folder $Folder -Reason 'this task has been started before'
            return 0
        }
        Invoke-Work -Files $files -Work $work -Identity $identity -Compiled $compiled
        0
    }
    finally { $alive.Dispose() }
}

Export-ModuleMember -Function @(
    'Get-WrapperText', 'Get-WrapperBootstrap', 'Open-AliveFile', 'Open-AliveFilePatiently', 'Write-Refusal', 'Write-Failure', 'Set-Latch',
    'Get-WrapperIdentity', 'Assert-WrapperIdentity', 'Get-CodePages', 'Read-Work', 'Set-WorkEnvironment', 'Invoke-Work', 'Invoke-LongTask'
)
