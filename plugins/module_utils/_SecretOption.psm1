# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# FOR INTERNAL COLLECTION USE ONLY: may change in any release.
# Secrets as they arrive from the controller. Module logging (event 4103) writes down the parameters of cmdlets, so they touch .NET only.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Read-SecretOption {
    # A JSON object of texts -> Dictionary. ConvertFrom-Json would put the text into the log and turn texts that look like dates into dates.
    param([string]$Json)

    # The serializer takes a list for a dictionary without members.
    if (-not $Json.TrimStart().StartsWith('{')) { throw (New-Object FormatException('secrets: this is no JSON object of names and texts')) }
    [void][Reflection.Assembly]::LoadWithPartialName('System.Runtime.Serialization')
    $settings = New-Object Runtime.Serialization.Json.DataContractJsonSerializerSettings
    $settings.UseSimpleDictionaryFormat = $true
    $type = [Collections.Generic.Dictionary[string, string]]
    $serializer = New-Object Runtime.Serialization.Json.DataContractJsonSerializer($type, $settings)
    $stream = [IO.MemoryStream]::new([Text.Encoding]::UTF8.GetBytes($Json))
    try { $secrets = $serializer.ReadObject($stream) }
    catch { throw (New-Object FormatException('secrets: this is no JSON object of names and texts')) }
    finally { $stream.Dispose() }
    , $secrets
}

Export-ModuleMember -Function 'Read-SecretOption'
