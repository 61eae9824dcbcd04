# Run before anything else in an engine on a Wine host. The engine there is no whole PowerShell: its cmdlets are in its host program, and the
# writer of Windows' debug symbols is missing. Both only show when Ansible's wrapper makes a runspace and compiles Ansible.Basic.
$hidden = [Reflection.BindingFlags]'NonPublic, Static, Instance'
$reader = [psobject].Assembly.GetType('System.Management.Automation.PSSnapInReader')
$snapIns = $reader.GetProperty('DefaultMshSnapins', $hidden).GetValue($null)
foreach ($snapIn in @($snapIns)) {
    $name = $snapIn.GetType().GetField('PSSnapInName', [Reflection.BindingFlags]'Public, NonPublic, Instance').GetValue($snapIn)
    if ($name -ne 'Microsoft.PowerShell.Core') { [void]$snapIns.Remove($snapIn) }
}
$compiler = [Reflection.Assembly]::LoadFrom([IO.Path]::Combine($PSHOME, 'Microsoft.CodeAnalysis.dll'))
$options = $compiler.GetType('Microsoft.CodeAnalysis.Emit.EmitOptions')
$portable = [Enum]::ToObject($compiler.GetType('Microsoft.CodeAnalysis.Emit.DebugInformationFormat'), 2)
$options.GetField('<DebugInformationFormat>k__BackingField', $hidden).SetValue($options.GetField('Default', $hidden).GetValue($null), $portable)
