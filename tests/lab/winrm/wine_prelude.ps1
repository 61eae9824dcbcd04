# Put before Ansible's bootstrap script on Wine hosts only: their engine lacks two things that every Windows has.

# 1. [PowerShell]::Create(), with which module_wrapper.ps1 makes a runspace, loads the snap-ins of Windows from files of their own. This
#    engine keeps its cmdlets in its host program and finds them by module; any assembly without cmdlets may stand for the files.
[AppDomain]::CurrentDomain.add_AssemblyResolve([ResolveEventHandler] {
        param($origin, $request)

        if ($request.Name -match '^Microsoft\.(PowerShell\.(Commands\.\w+|ConsoleHost|Security)|WSMan\.Management),') {
            [System.Collections.Generic.Queue[int]].Assembly
        }
    })

# 2. Ansible.ModuleUtils.AddType compiles with symbols in Windows' own format, whose writer is a COM class that Wine does not have.
#    The compiler's default becomes the portable format, as it is on Linux; that serves the same stack traces.
$default = [Microsoft.CodeAnalysis.Emit.EmitOptions].GetField('Default', 'NonPublic, Static').GetValue($null)
$format = [Microsoft.CodeAnalysis.Emit.EmitOptions].GetProperty('DebugInformationFormat')
$format.GetSetMethod($true).Invoke($default, @([Microsoft.CodeAnalysis.Emit.DebugInformationFormat]::PortablePdb))
