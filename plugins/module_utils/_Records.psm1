# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# FOR INTERNAL COLLECTION USE ONLY: may change in any release.
# What Windows keeps records of: events, certificates, audit policy.

#AnsibleRequires -PowerShell ..module_utils._Answer
#AnsibleRequires -PowerShell ..module_utils._Registry
#AnsibleRequires -PowerShell ..module_utils._Native

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$script:MaxEvents = 10000
# A filter may have 20 terms (Consuming Events, Win32): these, a time, a provider and the six levels.
$script:MaxIds = 10
$script:ProcessCreation = '0CCE922B-69AE-11D9-BED3-505054503030'
$script:AlternativeNames = '2.5.29.17'

function Open-EventReader([string]$Log, [string]$Filter) {
    $query = New-Object System.Diagnostics.Eventing.Reader.EventLogQuery $Log, ([System.Diagnostics.Eventing.Reader.PathType]::LogName), $Filter
    New-Object System.Diagnostics.Eventing.Reader.EventLogReader $query
}
function Open-CertificateStore([string]$Name) {
    $store = New-Object System.Security.Cryptography.X509Certificates.X509Store $Name, 'LocalMachine'
    $store.Open('ReadOnly, OpenExistingOnly')
    $store
}

function Get-EventCountAnswer {
    # Counts ids, never looks at texts: rendering a message costs a hundred times more, and they are translated.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $log = [string](Get-RequiredField $Question 'log')
    $counted = @{}
    foreach ($filter in @(Get-EventFilter $Question)) { Add-EventCount $counted $log $filter }
    $sum = 0
    foreach ($id in @($counted.get_Keys())) { $sum += $counted[$id] }
    @{ count = $sum; by_id = $counted; oldest_record_utc = Get-OldestRecordTime $log }
}

function Get-EventFilter {
    # XPath, as many as the ids need.
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    # PowerShell 7 makes a DateTime of what looks like one in JSON, in 5.1 it stays text.
    $since = Get-RequiredField $Question 'since_utc'
    if ($since -isnot [System.DateTime]) {
        $since = [System.DateTime]::Parse([string]$since, [System.Globalization.CultureInfo]::InvariantCulture, 'AdjustToUniversal, AssumeUniversal')
    }
    $terms = @("TimeCreated[@SystemTime>='$(ConvertTo-UtcText $since)']")
    $provider = [string](Get-Field $Question 'provider')
    if ($provider) { $terms += "Provider[@Name='$($provider.Replace("'", ''))']" }
    $levels = @(Get-Field $Question 'levels' | Where-Object { $null -ne $_ } | ForEach-Object { "Level=$([int]$_)" })
    if ($levels.Count) { $terms += "($($levels -join ' or '))" }
    $ids = @(Get-Field $Question 'ids' | Where-Object { $null -ne $_ } | ForEach-Object { "EventID=$([int]$_)" })
    if (-not $ids.Count) { return "*[System[$($terms -join ' and ')]]" }
    for ($i = 0; $i -lt $ids.Count; $i += $script:MaxIds) {
        $some = $ids[$i..([System.Math]::Min($i + $script:MaxIds, $ids.Count) - 1)] -join ' or '
        "*[System[$($terms -join ' and ') and ($some)]]"
    }
}

function Add-EventCount {
    param([System.Collections.IDictionary]$Counted, [string]$Log, [string]$Filter)

    $reader = Open-EventReader $Log $Filter
    try {
        for ($read = 0; $read -lt $script:MaxEvents; $read++) {
            $record = $reader.ReadEvent()
            if ($null -eq $record) { break }
            $id = [string]$record.Id
            $record.Dispose()
            $Counted[$id] = 1 + $(if ($Counted.Contains($id)) { $Counted[$id] } else { 0 })
        }
    }
    finally { $reader.Dispose() }
}

function Get-OldestRecordTime([string]$Log) {
    # Without it "no errors since" would mean nothing on a log that wrapped.
    $reader = Open-EventReader $Log '*'
    try {
        $record = $reader.ReadEvent()
        if ($null -eq $record) { return $null }
        try { if ($null -ne $record.TimeCreated) { ConvertTo-UtcText $record.TimeCreated } } finally { $record.Dispose() }
    }
    finally { $reader.Dispose() }
}

function Get-CertificatesAnswer {
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Question)

    $store = Open-CertificateStore ([string](Get-Field $Question 'store' 'My'))
    try {
        $certificates = @(foreach ($certificate in @($store.Certificates)) {
                @{
                    thumbprint = [string]$certificate.Thumbprint
                    subject = [string]$certificate.Subject
                    issuer = [string]$certificate.Issuer
                    not_before_utc = ConvertTo-UtcText $certificate.NotBefore
                    not_after_utc = ConvertTo-UtcText $certificate.NotAfter
                    has_private_key = [bool]$certificate.HasPrivateKey
                    dns_names = @(Get-DnsName $certificate)
                    enhanced_key_usages = @(Get-EnhancedKeyUsage $certificate)
                }
            })
        @{ certificates = $certificates }
    }
    finally { $store.Close() }
}

function Get-EnhancedKeyUsage([object]$Certificate) {
    # OIDs: their friendly names are translated.
    foreach ($extension in $Certificate.Extensions) {
        if ($extension -is [System.Security.Cryptography.X509Certificates.X509EnhancedKeyUsageExtension]) {
            foreach ($usage in $extension.EnhancedKeyUsages) { [string]$usage.Value }
        }
    }
}

function Get-DnsName([object]$Certificate) {
    # From the DER of the extension: what Format() says is translated. GeneralNames is a SEQUENCE, [2] is a dNSName.
    foreach ($extension in $Certificate.Extensions) {
        if ($extension.Oid.Value -ne $script:AlternativeNames) { continue }
        $der = $extension.RawData
        $position, $null = Read-DerLength $der 1
        while ($position -lt $der.Length) {
            $tag = $der[$position]
            $position, $length = Read-DerLength $der ($position + 1)
            if ($tag -eq 0x82) { [System.Text.Encoding]::ASCII.GetString($der, $position, $length) }
            $position += $length
        }
    }
}

function Read-DerLength([byte[]]$Der, [int]$Position) {
    # Where the content begins, and how long it is.
    $first = [int]$Der[$Position]
    if ($first -lt 0x80) { return ($Position + 1), $first }
    $length = 0
    for ($i = 1; $i -le ($first -band 0x7F); $i++) { $length = $length * 256 + $Der[$Position + $i] }
    return ($Position + 1 + ($first -band 0x7F)), $length
}

function Get-AuditCommandLineAnswer {
    # By flags: the words of auditpol are translated. Reading them needs a right of its own; without it the policy is unknown, not off.
    $facts = Get-RegistryFact 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Audit'
    try { $success = [bool]((Get-AuditFlag $script:ProcessCreation) -band 1) } catch { $success = $null }
    @{
        process_creation_success = $success
        include_command_line = ($null -ne $facts -and $facts['ProcessCreationIncludeCmdLine_Enabled'] -eq 1)
    }
}

Export-ModuleMember -Function Get-EventCountAnswer, Get-CertificatesAnswer, Get-AuditCommandLineAnswer
