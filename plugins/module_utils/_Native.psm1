# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# FOR INTERNAL COLLECTION USE ONLY: may change in any release.
# What only the Win32 API tells. One C# source, compiled when the first question needs it: that costs most of a second.

#AnsibleRequires -PowerShell ..module_utils._Answer

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

# C# 5, which is what Windows PowerShell compiles. The structures are public because a field of a private one that only Windows
# fills is worth a warning. A new version of the text needs a new name: types stay loaded in a shared process.
$script:NativeSource = @'
using System;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace SystemCenterUpgrade
{
    public static class HostFacts1
    {
        public class GroupMember
        {
            public string Sid;
            public string Name;
            public int Kind;
        }

        [StructLayout(LayoutKind.Sequential)]
        public struct LsaString { public ushort Length; public ushort MaximumLength; public IntPtr Buffer; }

        [StructLayout(LayoutKind.Sequential)]
        public struct LsaAttributes { public int Length; public IntPtr Root; public IntPtr Name; public uint Flags; public IntPtr Descriptor; public IntPtr Quality; }

        [StructLayout(LayoutKind.Sequential)]
        public struct MemberInfo2 { public IntPtr Sid; public int Kind; public IntPtr Name; }

        [StructLayout(LayoutKind.Sequential)]
        public struct UserInfo1 { public IntPtr Name; public IntPtr Password; public uint Age; public uint Privilege; public IntPtr Home; public IntPtr Comment; public uint Flags; public IntPtr Script; }

        [StructLayout(LayoutKind.Sequential)]
        public struct AuditPolicy { public Guid SubCategory; public uint Information; public Guid Category; }

        [DllImport("advapi32.dll")]
        static extern uint LsaOpenPolicy(IntPtr system, ref LsaAttributes attributes, uint access, out IntPtr policy);
        [DllImport("advapi32.dll")]
        static extern uint LsaEnumerateAccountsWithUserRight(IntPtr policy, ref LsaString right, out IntPtr buffer, out uint count);
        [DllImport("advapi32.dll")]
        static extern uint LsaFreeMemory(IntPtr buffer);
        [DllImport("advapi32.dll")]
        static extern uint LsaClose(IntPtr policy);
        [DllImport("advapi32.dll")]
        static extern uint LsaNtStatusToWinError(uint status);
        [DllImport("advapi32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
        static extern bool ConvertSidToStringSidW(IntPtr sid, out IntPtr text);
        [DllImport("advapi32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
        static extern bool LogonUserW(string user, string domain, string password, int type, int provider, out IntPtr token);
        [DllImport("advapi32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.U1)]
        static extern bool AuditQuerySystemPolicy([In] Guid[] subCategories, uint count, out IntPtr policies);
        [DllImport("advapi32.dll")]
        static extern void AuditFree(IntPtr buffer);
        [DllImport("netapi32.dll", CharSet = CharSet.Unicode)]
        static extern int NetLocalGroupGetMembers(string server, string group, int level, out IntPtr buffer, int length, out int read, out int total, IntPtr resume);
        [DllImport("netapi32.dll", CharSet = CharSet.Unicode)]
        static extern int NetUserGetInfo(string server, string user, int level, out IntPtr buffer);
        [DllImport("netapi32.dll", CharSet = CharSet.Unicode)]
        static extern int NetUserGetLocalGroups(string server, string user, int level, int flags, out IntPtr buffer, int length, out int read, out int total);
        [DllImport("netapi32.dll")]
        static extern int NetApiBufferFree(IntPtr buffer);
        [DllImport("kernel32.dll")]
        static extern IntPtr LocalFree(IntPtr memory);
        [DllImport("kernel32.dll")]
        static extern bool CloseHandle(IntPtr handle);

        static string SidText(IntPtr sid)
        {
            IntPtr text;
            if (!ConvertSidToStringSidW(sid, out text)) throw new Win32Exception();
            try { return Marshal.PtrToStringUni(text); } finally { LocalFree(text); }
        }

        // The SIDs that hold a right directly. Looking needs no more than VIEW_LOCAL_INFORMATION and LOOKUP_NAMES.
        public static string[] AccountsWithRight(string right)
        {
            LsaAttributes attributes = new LsaAttributes();
            attributes.Length = Marshal.SizeOf(typeof(LsaAttributes));
            IntPtr policy, buffer = IntPtr.Zero;
            Check(LsaOpenPolicy(IntPtr.Zero, ref attributes, 0x801, out policy));
            LsaString name = new LsaString();
            name.Buffer = Marshal.StringToHGlobalUni(right);
            name.Length = (ushort)(right.Length * 2);
            name.MaximumLength = (ushort)(right.Length * 2 + 2);
            try
            {
                uint count;
                uint status = LsaEnumerateAccountsWithUserRight(policy, ref name, out buffer, out count);
                if (status == 0x8000001A) return new string[0]; // nobody holds it
                Check(status);
                string[] sids = new string[count];
                for (int i = 0; i < count; i++) sids[i] = SidText(Marshal.ReadIntPtr(buffer, i * IntPtr.Size));
                return sids;
            }
            finally
            {
                if (buffer != IntPtr.Zero) LsaFreeMemory(buffer);
                Marshal.FreeHGlobal(name.Buffer);
                LsaClose(policy);
            }
        }

        static void Check(uint status)
        {
            if (status != 0) throw new Win32Exception((int)LsaNtStatusToWinError(status));
        }

        // Unlike the cmdlet, this does not fail on a member whose domain is gone.
        public static GroupMember[] Members(string group)
        {
            IntPtr buffer;
            int read, total;
            int code = NetLocalGroupGetMembers(null, group, 2, out buffer, -1, out read, out total, IntPtr.Zero);
            if (code != 0) throw new Win32Exception(code);
            try
            {
                GroupMember[] members = new GroupMember[read];
                for (int i = 0; i < read; i++)
                {
                    IntPtr at = new IntPtr(buffer.ToInt64() + i * Marshal.SizeOf(typeof(MemberInfo2)));
                    MemberInfo2 info = (MemberInfo2)Marshal.PtrToStructure(at, typeof(MemberInfo2));
                    GroupMember member = new GroupMember();
                    member.Sid = SidText(info.Sid);
                    member.Name = Marshal.PtrToStringUni(info.Name);
                    member.Kind = info.Kind;
                    members[i] = member;
                }
                return members;
            }
            finally { NetApiBufferFree(buffer); }
        }

        // The flags (UF_...) of a local user.
        public static long UserFlags(string user)
        {
            IntPtr buffer;
            int code = NetUserGetInfo(null, user, 1, out buffer);
            if (code != 0) throw new Win32Exception(code);
            try { return ((UserInfo1)Marshal.PtrToStructure(buffer, typeof(UserInfo1))).Flags; }
            finally { NetApiBufferFree(buffer); }
        }

        // The names of the local groups a user is in, also through other groups.
        public static string[] LocalGroupsOf(string user)
        {
            IntPtr buffer;
            int read, total;
            int code = NetUserGetLocalGroups(null, user, 0, 1, out buffer, -1, out read, out total);
            if (code != 0) throw new Win32Exception(code);
            try
            {
                string[] names = new string[read];
                for (int i = 0; i < read; i++) names[i] = Marshal.PtrToStringUni(Marshal.ReadIntPtr(buffer, i * IntPtr.Size));
                return names;
            }
            finally { NetApiBufferFree(buffer); }
        }

        // 0, or the Win32 code of a network logon that failed.
        public static int TryLogon(string user, string domain, string password)
        {
            IntPtr token;
            if (!LogonUserW(user, domain, password, 3, 0, out token)) return Marshal.GetLastWin32Error();
            CloseHandle(token);
            return 0;
        }

        // Bit 1 success, bit 2 failure, of one audit subcategory.
        public static long AuditFlags(Guid subCategory)
        {
            IntPtr buffer;
            if (!AuditQuerySystemPolicy(new Guid[] { subCategory }, 1, out buffer)) throw new Win32Exception();
            try { return ((AuditPolicy)Marshal.PtrToStructure(buffer, typeof(AuditPolicy))).Information; }
            finally { AuditFree(buffer); }
        }
    }
}
'@

function Get-NativeSource { $script:NativeSource }

function Initialize-Native {
    if ('SystemCenterUpgrade.HostFacts1' -as [type]) { return }
    # csc.exe of 5.1 stumbles over a LIB variable that some development tool left behind, and 5.1 takes its warnings for errors.
    $lib = $env:LIB
    try { $env:LIB = $null; Add-Type -TypeDefinition $script:NativeSource -IgnoreWarnings } finally { $env:LIB = $lib }
}

function Get-AccountWithRight([string]$Right) { Initialize-Native; [SystemCenterUpgrade.HostFacts1]::AccountsWithRight($Right) }
function Get-LocalGroupMemberFact([string]$Group) { Initialize-Native; [SystemCenterUpgrade.HostFacts1]::Members($Group) }
function Get-LocalUserFlag([string]$User) { Initialize-Native; [SystemCenterUpgrade.HostFacts1]::UserFlags($User) }
function Get-LocalGroupOfUser([string]$User) { Initialize-Native; [SystemCenterUpgrade.HostFacts1]::LocalGroupsOf($User) }
function Get-AuditFlag([string]$Guid) { Initialize-Native; [SystemCenterUpgrade.HostFacts1]::AuditFlags([guid]$Guid) }
function Invoke-LogonTry([string]$User, [object]$Domain, [string]$Password) {
    Initialize-Native
    # A $null would reach .NET as an empty text, which LogonUser takes for "this computer".
    if ($null -eq $Domain) { $Domain = [System.Management.Automation.Language.NullString]::Value }
    [SystemCenterUpgrade.HostFacts1]::TryLogon($User, $Domain, $Password)
}

Export-ModuleMember -Function Get-NativeSource, Get-AccountWithRight, Get-LocalGroupMemberFact, Get-LocalUserFlag, Get-LocalGroupOfUser,
Get-AuditFlag, Invoke-LogonTry
