# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# FOR INTERNAL COLLECTION USE ONLY: may change in any release.
# What a host listens on and what it can reach.

#AnsibleRequires -PowerShell ..module_utils._Answer

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$script:MaxBodyBytes = 524288

function Get-TcpListener { [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().GetActiveTcpListeners() }
function Resolve-HostName([string]$Name) { [System.Net.Dns]::GetHostAddresses($Name) }
function New-TcpClient([System.Net.IPAddress]$Address) { New-Object System.Net.Sockets.TcpClient $Address.AddressFamily }

function Get-NetworkInterface { [System.Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces() }

function Get-NetworkAddressesAnswer {
    # Addresses of a cluster or a pair are ordinary addresses of the card while this host holds them; link-local ones mean nothing.
    $found = New-Object 'System.Collections.Generic.List[object]'
    foreach ($interface in @(Get-NetworkInterface)) {
        if ([string]$interface.OperationalStatus -ne 'Up') { continue }
        foreach ($unicast in @($interface.GetIPProperties().UnicastAddresses)) {
            $address = $unicast.Address
            if ($address.IsIPv6LinkLocal -or [System.Net.IPAddress]::IsLoopback($address) -or ([string]$address).StartsWith('169.254.')) { continue }
            $found.Add(@{ address = [string]$address; interface = [string]$interface.Name })
        }
    }
    @{ addresses = $found.ToArray() }
}

function Get-ListeningPortsAnswer {
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $ports = @(Get-RequiredField $Question 'ports' | ForEach-Object { [int]$_ })
    $found = New-Object 'System.Collections.Generic.List[object]'
    foreach ($listener in @(Get-TcpListener)) {
        if ($ports -contains $listener.Port) { $found.Add(@{ port = [int]$listener.Port; address = [string]$listener.Address }) }
    }
    @{ listening = $found.ToArray() }
}

function Get-TcpAnswer {
    # A name that does not resolve, a refusal, a time-out are answers, not failures of the question.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $port = [int](Get-RequiredField $Question 'port')
    $timeout = [int](Get-Field $Question 'timeout_ms' 3000)
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $answer = @{ resolved = @(); connected = $false; ms = 0; socket_error = $null }
    try { $addresses = @(Resolve-HostName ([string](Get-RequiredField $Question 'host'))) }
    catch {
        $answer['socket_error'] = Get-SocketErrorName $_.Exception
        $answer['ms'] = [int]$watch.ElapsedMilliseconds
        return $answer
    }
    $answer['resolved'] = @($addresses | ForEach-Object { [string]$_ })
    foreach ($address in $addresses) {
        $answer['socket_error'] = Test-TcpPort $address $port $timeout
        if ($null -eq $answer['socket_error']) { $answer['connected'] = $true; break }
    }
    $answer['ms'] = [int]$watch.ElapsedMilliseconds
    $answer
}

function Test-TcpPort {
    # Nothing when the connection opens, else the name of the socket error.
    param([System.Net.IPAddress]$Address, [int]$Port, [int]$Timeout)

    $client = New-TcpClient $Address
    try {
        $pending = $client.BeginConnect($Address, $Port, $null, $null)
        if (-not $pending.AsyncWaitHandle.WaitOne($Timeout, $false)) { return 'TimedOut' }
        $client.EndConnect($pending)
    }
    catch { Get-SocketErrorName $_.Exception }
    finally { $client.Close() }
}

function Get-SocketErrorName {
    param([Parameter(Mandatory = $true)][System.Exception]$Exception)

    $root = Get-RootException $Exception
    $code = $root.PSObject.Properties['SocketErrorCode']
    if ($null -ne $code) { return [string]$code.Value }
    $root.GetType().Name
}

function Get-HttpAnswer {
    # Every status is an answer. Redirects are not followed, no credentials are sent: 301 and 401 say that somebody serves there.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $request = New-HttpRequest ([string](Get-RequiredField $Question 'url')) ([int](Get-Field $Question 'timeout_ms' 10000))
    $limit = [System.Math]::Min([int](Get-Field $Question 'max_bytes' 65536), $script:MaxBodyBytes)
    $protocols = [System.Net.ServicePointManager]::SecurityProtocol
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        # A WSMan host pins an old list; 0 is "as the system says", which knows more than we do. Other modules share this process.
        if ([int]$protocols -ne 0) { [System.Net.ServicePointManager]::SecurityProtocol = [int]$protocols -bor 3072 }
        $response = Get-HttpResponse $request
        try { ConvertTo-HttpFact $response $limit $watch } finally { $response.Close() }
    }
    finally { [System.Net.ServicePointManager]::SecurityProtocol = $protocols }
}

function New-HttpRequest {
    param([string]$Url, [int]$Timeout)

    $request = [System.Net.WebRequest]::Create($Url)
    if ($request -isnot [System.Net.HttpWebRequest]) { Stop-Question -State broken -Type BadQuestion -Message "'$Url' is no http address" }
    $request.Timeout = $Timeout
    $request.ReadWriteTimeout = $Timeout
    $request.Proxy = $null
    $request.AllowAutoRedirect = $false
    $request
}

function Get-HttpResponse {
    param([Parameter(Mandatory = $true)][object]$Request)

    try { return $Request.GetResponse() }
    catch {
        $root = Get-RootException $_.Exception
        if ($root -isnot [System.Net.WebException]) { throw }
        if ($null -ne $root.Response) { return $root.Response }
        $status = Get-WebStatusName $root
        Stop-Question -State $(if ($status -eq 'Timeout') { 'timeout' } else { 'broken' }) -Type $status -Message $root.Message
    }
}

function Get-WebStatusName {
    # PowerShell 7 says UnknownError for most; the cause stands deeper in the chain.
    param([Parameter(Mandatory = $true)][System.Exception]$Exception)

    if ([string]$Exception.Status -ne 'UnknownError') { return [string]$Exception.Status }
    for ($each = $Exception; $null -ne $each; $each = $each.InnerException) {
        if ($each -is [System.Security.Authentication.AuthenticationException]) { return 'TrustFailure' }
        $code = $each.PSObject.Properties['SocketErrorCode']
        if ($null -eq $code) { continue }
        return $(if (@('HostNotFound', 'TryAgain', 'NoData') -contains [string]$code.Value) { 'NameResolutionFailure' } else { 'ConnectFailure' })
    }
    'UnknownError'
}

function ConvertTo-HttpFact {
    param([object]$Response, [int]$Limit, [System.Diagnostics.Stopwatch]$Watch)

    $buffer = [byte[]]::new($Limit)
    $filled = 0
    $stream = $Response.GetResponseStream()
    try {
        while ($filled -lt $Limit) {
            $read = $stream.Read($buffer, $filled, $Limit - $filled)
            if ($read -eq 0) { break }
            $filled += $read
        }
    }
    finally { $stream.Dispose() }
    @{
        status = [int]$Response.StatusCode
        body = [System.Convert]::ToBase64String($buffer, 0, $filled)
        elapsed_ms = [int]$Watch.ElapsedMilliseconds
        content_type = [string]$Response.ContentType
    }
}

Export-ModuleMember -Function Get-ListeningPortsAnswer, Get-NetworkAddressesAnswer, Get-TcpAnswer, Get-HttpAnswer
