#!powershell

# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -PowerShell ..module_utils._Answer
#AnsibleRequires -PowerShell ..module_utils._Native
#AnsibleRequires -PowerShell ..module_utils._Registry
#AnsibleRequires -PowerShell ..module_utils._Files
#AnsibleRequires -PowerShell ..module_utils._Services
#AnsibleRequires -PowerShell ..module_utils._System
#AnsibleRequires -PowerShell ..module_utils._Software
#AnsibleRequires -PowerShell ..module_utils._Network
#AnsibleRequires -PowerShell ..module_utils._Accounts
#AnsibleRequires -PowerShell ..module_utils._Records
#AnsibleRequires -PowerShell ..module_utils._SecretOption

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$handlers = @{
    registry_key = { param($Question) Get-RegistryKeyAnswer $Question }
    registry_subkeys = { param($Question) Get-RegistrySubkeysAnswer $Question }
    services = { param($Question) Get-ServicesAnswer $Question }
    file = { param($Question) Get-FileAnswer $Question }
    file_text = { param($Question) Get-FileTextAnswer $Question }
    directory = { param($Question) Get-DirectoryAnswer $Question }
    operating_system = { Get-OperatingSystemAnswer }
    hardware = { Get-HardwareAnswer }
    disks = { Get-DisksAnswer }
    pending_reboot = { Get-PendingRebootAnswer }
    processes = { param($Question) Get-ProcessesAnswer $Question }
    listening_ports = { param($Question) Get-ListeningPortsAnswer $Question }
    network_addresses = { Get-NetworkAddressesAnswer }
    tcp = { param($Question) Get-TcpAnswer $Question }
    http = { param($Question) Get-HttpAnswer $Question }
    programs = { param($Question) Get-ProgramsAnswer $Question }
    dotnet_framework = { Get-DotnetFrameworkAnswer }
    vc_runtimes = { Get-VcRuntimesAnswer }
    features = { param($Question) Get-FeaturesAnswer $Question }
    user_rights = { param($Question) Get-UserRightsAnswer $Question }
    local_group = { param($Question) Get-LocalGroupAnswer $Question }
    account = { param($Question) Get-AccountAnswer $Question }
    credential = { param($Question) Get-CredentialAnswer $Question $secrets }
    event_count = { param($Question) Get-EventCountAnswer $Question }
    scheduled_tasks = { param($Question) Get-ScheduledTasksAnswer $Question }
    certificates = { param($Question) Get-CertificatesAnswer $Question }
    audit_command_line = { Get-AuditCommandLineAnswer }
    session = { Get-SessionAnswer }
}

function Get-QuestionAnswer {
    # Dispatches one question; whatever is wrong with it spoils this answer only.
    param([AllowNull()][object]$Question)

    $kind = if ($Question -is [System.Collections.IDictionary]) { [string](Get-Field $Question 'kind') } else { '' }
    if ($handlers.ContainsKey($kind)) { return Get-Answer $handlers[$kind] $Question }
    Get-Answer { param($Kind) Stop-Question -State broken -Type UnknownKind -Message "there is no question of kind '$Kind'" } $kind
}

function ConvertFrom-SecretText {
    # A JSON object name -> secret. A text that is no such object is told without being shown.
    param([AllowNull()][string]$Text)

    $secrets = @{}
    if (-not $Text) { return $secrets }
    try { $read = Read-SecretOption $Text } catch { throw 'secrets is not a JSON object of names and texts' }
    foreach ($name in @($read.get_Keys())) { $secrets[$name] = [string]$read[$name] }
    $secrets
}

# Spec-level no_log only keeps "Invoked with" out of the event log: it would show the questions, and fail on very many of them.
$spec = @{
    options = @{
        questions = @{ type = 'dict'; required = $true }
        secrets = @{ type = 'str'; no_log = $true }
    }
    no_log = $true
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

try { $secrets = ConvertFrom-SecretText $module.Params.secrets }
catch { $module.FailJson([string]$_) }

$answers = @{}
foreach ($name in @($module.Params.questions.get_Keys())) { $answers[[string]$name] = Get-QuestionAnswer $module.Params.questions[$name] }
$module.Result.answers = $answers
$module.Result.host = (Get-Answer { Get-SessionAnswer })['data']
$module.ExitJson()
