# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# FOR INTERNAL COLLECTION USE ONLY: may change in any release.
# The envelope of one answer: state, data, error, ms. A handler returns one hashtable or throws; what that means is decided here.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

# Base64 of half a megabyte still fits: an answer beyond this would choke ConvertTo-Json of 5.1 and the WinRM envelope.
$script:MaxAnswerChars = 1048576

# HRESULTs (Win32 codes wrapped as 0x8007nnnn, SCM, COM and directory errors) and what they say of the thing asked for.
$script:StateOfHresult = @{
    -2147024894 = 'absent' # 0x80070002 file not found
    -2147024893 = 'absent' # 0x80070003 path not found
    -2147023728 = 'absent' # 0x80070490 element not found
    -2147016656 = 'absent' # 0x80072030 no such directory object
    -2147024891 = 'denied' # 0x80070005
    -2147016672 = 'unsupported' # 0x80072020 operations error: anonymous bind, a second hop
}
$script:StateOfWin32 = @{ 2 = 'absent'; 3 = 'absent'; 1060 = 'absent'; 1168 = 'absent'; 1332 = 'absent'; 1376 = 'absent'; 2220 = 'absent'; 5 = 'denied' }
# CIM has an enumeration of its own, in which 5 is "invalid class".
$script:StateOfCim = @{ 2 = 'denied'; 3 = 'unsupported'; 5 = 'unsupported'; 6 = 'absent' }
$script:StateOfType = @{
    'System.IO.FileNotFoundException' = 'absent'
    'System.IO.DirectoryNotFoundException' = 'absent'
    'System.IO.DriveNotFoundException' = 'absent'
    'System.Management.Automation.DriveNotFoundException' = 'absent'
    'System.Management.Automation.ItemNotFoundException' = 'absent'
    'System.Diagnostics.Eventing.Reader.EventLogNotFoundException' = 'absent'
    'System.Security.Principal.IdentityNotMappedException' = 'absent'
    'System.UnauthorizedAccessException' = 'denied'
    'System.Security.SecurityException' = 'denied'
    'System.Management.Automation.CommandNotFoundException' = 'unsupported'
    'System.PlatformNotSupportedException' = 'unsupported'
    'System.TimeoutException' = 'timeout'
}

function Get-UtcNow { [System.DateTime]::UtcNow }

function ConvertTo-UtcText {
    # ISO-8601 with Z: DateTime itself is /Date(...)/ in the JSON of 5.1.
    param([Parameter(Mandatory = $true)][System.DateTime]$Time)

    $Time.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ss.fffZ', [System.Globalization.CultureInfo]::InvariantCulture)
}

function Stop-Question {
    # Ends a handler with a verdict of its own instead of one read from an exception.
    param(
        [Parameter(Mandatory = $true)][string]$State,
        [Parameter(Mandatory = $true)][string]$Type,
        [Parameter(Mandatory = $true)][string]$Message,
        [AllowNull()][object]$Native = $null
    )

    $exception = New-Object System.InvalidOperationException $Message
    $exception.Data['AnswerState'] = $State
    $exception.Data['AnswerType'] = $Type
    $exception.Data['AnswerNative'] = $Native
    throw $exception
}

function Get-Field {
    # An option of a question, or what stands for it when it was not given. A list comes unrolled: the caller takes it with @().
    param(
        [Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question,
        [Parameter(Mandatory = $true)][string]$Name,
        [AllowNull()][object]$Default = $null
    )

    foreach ($key in @($Question.get_Keys())) { if ($key -eq $Name -and $null -ne $Question[$key]) { return $Question[$key] } }
    $Default
}

function Get-RequiredField {
    param(
        [Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question,
        [Parameter(Mandatory = $true)][string]$Name
    )

    foreach ($key in @($Question.get_Keys())) { if ($key -eq $Name -and $null -ne $Question[$key]) { return $Question[$key] } }
    Stop-Question -State broken -Type BadQuestion -Message "the question lacks '$Name'"
}

function Get-RootException {
    # Method calls, reflection and tasks wrap what really happened.
    param([Parameter(Mandatory = $true)][System.Exception]$Exception)

    $wrappers = 'MethodInvocationException', 'GetValueInvocationException', 'SetValueInvocationException', 'TargetInvocationException',
    'AggregateException', 'CmdletInvocationException', 'RuntimeException'
    while ($null -ne $Exception.InnerException -and $wrappers -contains $Exception.GetType().Name) { $Exception = $Exception.InnerException }
    $Exception
}

function Get-NativeCode {
    # Win32 and CIM exceptions say NativeErrorCode, SQL's say Number, sockets' ErrorCode; a service's stands in the inner exception.
    param([Parameter(Mandatory = $true)][System.Exception]$Exception)

    foreach ($each in @($Exception, $Exception.InnerException)) {
        if ($null -eq $each) { continue }
        foreach ($name in 'NativeErrorCode', 'Number') {
            $property = $each.PSObject.Properties[$name]
            if ($null -ne $property -and $null -ne $property.Value) { return [int]$property.Value }
        }
    }
}

function Get-ErrorFact {
    param([Parameter(Mandatory = $true)][System.Management.Automation.ErrorRecord]$Record)

    $root = Get-RootException $Record.Exception
    $type = $root.Data['AnswerType']
    if (-not $type) { $type = $root.GetType().FullName }
    $native = $root.Data['AnswerNative']
    if ($null -eq $native) { $native = Get-NativeCode $root }
    @{
        type = [string]$type
        hresult = [int]$root.HResult
        native = $native
        id = [string]$Record.FullyQualifiedErrorId
        message = [string]$root.Message
    }
}

function Get-StateOfError {
    # By types and codes only: messages are translated.
    param([Parameter(Mandatory = $true)][System.Exception]$Exception)

    $root = Get-RootException $Exception
    $type = $root.GetType().FullName
    $native = Get-NativeCode $root
    if ($root.Data['AnswerState']) { return [string]$root.Data['AnswerState'] }
    if ($type -eq 'Microsoft.Management.Infrastructure.CimException') {
        if ($null -ne $native -and $script:StateOfCim.ContainsKey($native)) { return $script:StateOfCim[$native] }
        return 'broken'
    }
    # An assembly that is not there is no answer about the thing asked for.
    if ($root -is [System.IO.FileNotFoundException] -and "$($root.FileName)" -like '*, Version=*') { return 'unsupported' }
    if ($script:StateOfType.ContainsKey($type)) { return $script:StateOfType[$type] }
    if ($null -ne $native -and $script:StateOfWin32.ContainsKey($native)) { return $script:StateOfWin32[$native] }
    if ($script:StateOfHresult.ContainsKey([int]$root.HResult)) { return $script:StateOfHresult[[int]$root.HResult] }
    'broken'
}

function Copy-PlainValue {
    # Copies a value into a container as JSON knows it. Writing into the container instead of returning keeps 5.1 from wrapping arrays,
    # which ConvertTo-Json would show as {"value": [...], "Count": n}.
    param([object]$Container, [object]$Key, [AllowNull()][object]$Value, [int[]]$Budget)

    if ($null -eq $Value -or $Value -is [System.DBNull]) { $Container[$Key] = $null; return }
    $plain = $Value.PSObject.BaseObject
    if ($plain -is [System.Collections.IDictionary]) {
        $copy = @{}
        foreach ($name in @($plain.get_Keys())) { Copy-PlainValue $copy ([string]$name) $plain[$name] $Budget }
        $Container[$Key] = $copy
        return
    }
    if ($plain -is [System.Collections.IList]) {
        $items = [object[]]::new($plain.Count)
        for ($i = 0; $i -lt $items.Length; $i++) { Copy-PlainValue $items $i $plain[$i] $Budget }
        $Container[$Key] = $items
        return
    }
    $scalar = ConvertTo-PlainScalar $plain
    $Budget[0] -= 8
    if ($scalar -is [string]) { $Budget[0] -= $scalar.Length }
    if ($Budget[0] -lt 0) { Stop-Question -State broken -Type TooLarge -Message "the answer is longer than $script:MaxAnswerChars characters" }
    $Container[$Key] = $scalar.PSObject.BaseObject
}

function ConvertTo-PlainScalar {
    param([Parameter(Mandatory = $true)][object]$Value)

    if ($Value -is [string]) { return $Value.ToString() }
    if ($Value -is [bool] -or $Value -is [int] -or $Value -is [long] -or $Value -is [uint32] -or $Value -is [uint64]) { return $Value }
    if ($Value -is [System.DateTime]) { return ConvertTo-UtcText $Value }
    if ($Value -is [System.Enum]) { return $Value.ToString() }
    if ($Value -is [byte] -or $Value -is [sbyte] -or $Value -is [int16] -or $Value -is [uint16]) { return [int]$Value }
    if ($Value -is [decimal] -or $Value -is [float] -or $Value -is [double]) {
        $number = [double]$Value
        if ([double]::IsNaN($number) -or [double]::IsInfinity($number)) { return $number.ToString([System.Globalization.CultureInfo]::InvariantCulture) }
        return $number
    }
    [string]::Format([System.Globalization.CultureInfo]::InvariantCulture, '{0}', $Value)
}

function Get-Answer {
    # Runs one handler and puts its data or its failure into the envelope; it never throws.
    param(
        [Parameter(Mandatory = $true)][scriptblock]$Handler,
        [AllowNull()][object]$Argument = $null
    )

    $answer = @{ state = 'present'; data = @{}; error = $null; ms = 0 }
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        $data = & $Handler $Argument
        if ($data -isnot [System.Collections.IDictionary]) { Stop-Question -State broken -Type BadHandler -Message 'the handler returned no hashtable' }
        Copy-PlainValue $answer 'data' $data ([int[]]@($script:MaxAnswerChars))
    }
    catch {
        $answer['state'] = Get-StateOfError $_.Exception
        # New-Object of a class that this edition of PowerShell does not bring.
        if ($_.FullyQualifiedErrorId -like 'TypeNotFound,*') { $answer['state'] = 'unsupported' }
        $answer['data'] = @{}
        $answer['error'] = Get-ErrorFact $_
    }
    $answer['ms'] = [int]$watch.ElapsedMilliseconds
    $answer
}

Export-ModuleMember -Function Get-UtcNow, ConvertTo-UtcText, Stop-Question, Get-Field, Get-RequiredField, Get-RootException, Get-NativeCode,
Get-ErrorFact, Get-StateOfError, Copy-PlainValue, ConvertTo-PlainScalar, Get-Answer
