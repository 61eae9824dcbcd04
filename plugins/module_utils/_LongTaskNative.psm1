# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# What only the Win32 API can do for the wrapper of a long task, as C# 5 text that it compiles.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Get-LaunchSource {
    # C# 5. The program's output goes into files, so a grandchild that keeps the handles blocks nobody. The job has no limits: it only
    # remembers who descends from the program. Null handles and failing calls become Win32Exception.
    @'
using System;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace LongTask
{
    public sealed class Launched
    {
        public IntPtr Process;
        public IntPtr Thread;
        public IntPtr Job;
        public int Id;
    }

    public static class Launch
    {
        [StructLayout(LayoutKind.Sequential)]
        struct SecurityAttributes { public int Length; public IntPtr Descriptor; public int Inherit; }

        [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
        struct StartupInfo
        {
            public int Size; public string Reserved; public string Desktop; public string Title;
            public int X, Y, Width, Height, Columns, Rows, Fill, Flags;
            public short Show, ReservedBytes; public IntPtr ReservedPointer; public IntPtr Input, Output, Error;
        }

        [StructLayout(LayoutKind.Sequential)]
        struct ProcessInformation { public IntPtr Process, Thread; public int ProcessId, ThreadId; }

        [DllImport("kernel32.dll", SetLastError = true, CharSet = CharSet.Unicode)]
        static extern IntPtr CreateJobObjectW(IntPtr attributes, string name);

        [DllImport("kernel32.dll", SetLastError = true)]
        static extern bool AssignProcessToJobObject(IntPtr job, IntPtr process);

        [DllImport("kernel32.dll", SetLastError = true)]
        static extern bool QueryInformationJobObject(IntPtr job, int kind, IntPtr data, int length, IntPtr returned);

        [DllImport("kernel32.dll", SetLastError = true, CharSet = CharSet.Unicode)]
        static extern IntPtr CreateFileW(string name, uint access, uint share, ref SecurityAttributes attributes, uint disposition,
            uint flags, IntPtr template);

        [DllImport("kernel32.dll", SetLastError = true, CharSet = CharSet.Unicode)]
        static extern bool CreateProcessW(string name, StringBuilder commandLine, IntPtr processAttributes, IntPtr threadAttributes,
            bool inheritHandles, uint flags, IntPtr environment, string directory, ref StartupInfo startup, out ProcessInformation process);

        [DllImport("kernel32.dll", SetLastError = true)]
        static extern uint ResumeThread(IntPtr thread);

        [DllImport("kernel32.dll", SetLastError = true)]
        static extern uint WaitForSingleObject(IntPtr handle, uint milliseconds);

        [DllImport("kernel32.dll", SetLastError = true)]
        static extern bool GetExitCodeProcess(IntPtr process, out uint code);

        [DllImport("kernel32.dll")]
        static extern bool CloseHandle(IntPtr handle);

        static IntPtr OpenInheritable(string path, bool write)
        {
            SecurityAttributes attributes = new SecurityAttributes();
            attributes.Length = Marshal.SizeOf(typeof(SecurityAttributes));
            attributes.Inherit = 1;
            // Readers and deleters share it; out.txt and err.txt are made anew, NUL is opened.
            IntPtr handle = CreateFileW(path, write ? 0x40000000u : 0x80000000u, 7, ref attributes, write ? 2u : 3u, 0x80, IntPtr.Zero);
            if (handle == new IntPtr(-1)) throw new Win32Exception(Marshal.GetLastWin32Error());
            return handle;
        }

        public static Launched StartSuspended(string exe, string commandLine, string directory, string output, string errors)
        {
            IntPtr[] handles = new IntPtr[3];
            try
            {
                handles[0] = OpenInheritable("NUL", false);
                handles[1] = OpenInheritable(output, true);
                handles[2] = OpenInheritable(errors, true);
                StartupInfo startup = new StartupInfo();
                startup.Size = Marshal.SizeOf(typeof(StartupInfo));
                startup.Flags = 0x100;
                startup.Input = handles[0];
                startup.Output = handles[1];
                startup.Error = handles[2];
                ProcessInformation process;
                // CREATE_SUSPENDED, CREATE_UNICODE_ENVIRONMENT, CREATE_NO_WINDOW
                if (!CreateProcessW(exe, new StringBuilder(commandLine), IntPtr.Zero, IntPtr.Zero, true, 0x08000404, IntPtr.Zero, directory,
                    ref startup, out process))
                    throw new Win32Exception(Marshal.GetLastWin32Error());
                Launched launched = new Launched();
                launched.Process = process.Process;
                launched.Thread = process.Thread;
                launched.Id = process.ProcessId;
                IntPtr job = CreateJobObjectW(IntPtr.Zero, null);
                if (job != IntPtr.Zero && AssignProcessToJobObject(job, process.Process)) launched.Job = job;
                return launched;
            }
            finally
            {
                foreach (IntPtr handle in handles) if (handle != IntPtr.Zero) CloseHandle(handle);
            }
        }

        public static void Resume(Launched launched)
        {
            if (ResumeThread(launched.Thread) == 0xFFFFFFFFu) throw new Win32Exception(Marshal.GetLastWin32Error());
            CloseHandle(launched.Thread);
        }

        public static bool WaitEnded(Launched launched, int milliseconds)
        {
            return WaitForSingleObject(launched.Process, (uint)milliseconds) == 0;
        }

        public static int GetExitCode(Launched launched)
        {
            uint code;
            if (!GetExitCodeProcess(launched.Process, out code)) throw new Win32Exception(Marshal.GetLastWin32Error());
            return unchecked((int)code);
        }

        public static int[] GetProcessIds(Launched launched)
        {
            if (launched.Job == IntPtr.Zero) return new int[0];
            int room = 1024;
            int length = 8 + room * IntPtr.Size;
            IntPtr data = Marshal.AllocHGlobal(length);
            try
            {
                // JobObjectBasicProcessIdList; a longer list than there is room for still fills the room.
                Marshal.WriteInt32(data, 4, 0);
                QueryInformationJobObject(launched.Job, 3, data, length, IntPtr.Zero);
                int[] ids = new int[Math.Min(room, Marshal.ReadInt32(data, 4))];
                for (int i = 0; i < ids.Length; i++) ids[i] = (int)Marshal.ReadIntPtr(data, 8 + i * IntPtr.Size);
                return ids;
            }
            finally { Marshal.FreeHGlobal(data); }
        }
    }
}
'@
}

Export-ModuleMember -Function @(
    'Get-LaunchSource'
)
