"""The environment of an account on one host: where its profile lies, and the variables Windows sets from it."""

from __future__ import annotations

from .accounts import Accounts

SYSTEM_PROFILE = r"C:\Windows\System32\config\systemprofile"


def environment_of(accounts: Accounts, user: str) -> dict[str, str]:
    """Variables of a full logon, profile loaded (windows-tasks 3.1 W).

    >>> from .clock import Clock
    >>> from .directory import Directory
    >>> environment_of(Accounts("MS1", Directory(), Clock().now), r"CONTOSO\\svc")["LOCALAPPDATA"]
    'C:\\\\Users\\\\svc\\\\AppData\\\\Local'
    """
    domain, _unused, short = accounts.full_name(user).rpartition("\\")
    is_system = accounts.is_system(user)
    profile = SYSTEM_PROFILE if is_system else rf"C:\Users\{short}"
    return {
        **machine_environment(accounts.computer_name),
        "USERNAME": f"{accounts.computer_name}$" if is_system else short,
        "USERDOMAIN": domain,
        "USERPROFILE": profile,
        "APPDATA": rf"{profile}\AppData\Roaming",
        "LOCALAPPDATA": rf"{profile}\AppData\Local",
        "TEMP": r"C:\Windows\Temp" if is_system else rf"{profile}\AppData\Local\Temp",
        "TMP": r"C:\Windows\Temp" if is_system else rf"{profile}\AppData\Local\Temp",
    }


def machine_environment(computer_name: str) -> dict[str, str]:
    return {
        "COMPUTERNAME": computer_name,
        "SystemDrive": "C:",
        "SystemRoot": r"C:\Windows",
        "windir": r"C:\Windows",
        "ProgramData": r"C:\ProgramData",
        "ALLUSERSPROFILE": r"C:\ProgramData",
        "ProgramFiles": r"C:\Program Files",
        "ProgramW6432": r"C:\Program Files",
        "ProgramFiles(x86)": r"C:\Program Files (x86)",
        "PUBLIC": r"C:\Users\Public",
    }
