# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the exit codes of setup.exe and msiexec.exe mean (4, windows-tasks 2.5). An exit code never proves an upgrade."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExitCode:
    """One exit code, signed.

    ``may_be_success``: the run may have gone well and is worth proving. ``reboot``: the host must be rebooted (by us: ``rebooting`` says
    that the installer has begun to). ``retry``: the same run may go well later. ``is_known``: False for a code no table has.
    """

    code: int
    name: str
    meaning: str
    source: str
    may_be_success: bool = False
    reboot: bool = False
    rebooting: bool = False
    retry: bool = False
    is_known: bool = True


def _setup(number: int, name: str, meaning: str, source: str, retry: bool = False) -> tuple[ExitCode, ExitCode]:
    """A code of the framework and its negative, which SCOM seems to return (4 U; the pair seen is -17)."""
    return ExitCode(number, name, meaning, "4 F", retry=retry), ExitCode(-number, name, meaning, source, retry=retry)


_REBOOT = ExitCode(3010, "SuccessfulNeedReboot", "done, a reboot is needed", "4 W", may_be_success=True, reboot=True)
_REBOOTING = ExitCode(
    1641, "SuccessRebootInitiated", "done, the installer has begun a reboot", "4 D", may_be_success=True, reboot=True, rebooting=True
)
# How Windows ends a process that did not end itself (windows-tasks 2.5 W); as signed numbers.
_WINDOWS = (
    ExitCode(-1073741510, "STATUS_CONTROL_C_EXIT", "interrupted: Ctrl-C, or its console was closed", "windows-tasks 2.5 W"),
    ExitCode(-1073741502, "STATUS_DLL_INIT_FAILED", "could not start: a library failed to initialise", "windows-tasks 2.5 W", retry=True),
    ExitCode(1073807364, "DBG_TERMINATE_PROCESS", "terminated, often because Windows was shutting down", "windows-tasks 2.5 W"),
)

SETUP_EXIT_CODES: tuple[ExitCode, ...] = (
    ExitCode(0, "Successful", "setup says it ended well", "4 W", may_be_success=True),
    _REBOOT,
    _REBOOTING,
    *_setup(1, "Failed", "setup failed", "4 U"),
    *_setup(13, "DifferentVersionInstalled", "another version is installed that cannot be upgraded", "4 U"),
    *_setup(14, "FailedPrerequisiteChecks", "a prerequisite failed", "4 U"),
    *_setup(15, "InvalidCommandLine", "setup refused its command line", "4 U"),
    *_setup(16, "InvalidInstallImage", "the media are damaged or incomplete", "4 U"),
    *_setup(17, "InvalidToInstallOnThisMachine", "setup refused this computer", "4 W"),
    *_setup(18, "AnotherSetupRunningOnThisMachine", "another setup is running on this computer", "4 U", retry=True),
    *_WINDOWS,
)

MSIEXEC_EXIT_CODES: tuple[ExitCode, ...] = (
    ExitCode(0, "ERROR_SUCCESS", "the installer says it ended well", "4 D", may_be_success=True),
    _REBOOT,
    _REBOOTING,
    ExitCode(1602, "ERROR_INSTALL_USEREXIT", "cancelled by a user", "W: error codes of Windows Installer"),
    ExitCode(1603, "ERROR_INSTALL_FAILURE", "a fatal error; the installer's log has the first 'Return value 3'", "4 D"),
    ExitCode(1618, "ERROR_INSTALL_ALREADY_RUNNING", "another installation is running", "4 D", retry=True),
    ExitCode(1638, "ERROR_PRODUCT_VERSION", "another version of the product is installed", "4 D"),
    *_WINDOWS,
)


def setup_exit_code(code: int) -> ExitCode:
    """The meaning of an exit code of setup.exe, given signed or unsigned; an unknown one is known to be unknown.

    >>> setup_exit_code(4294967279).name
    'InvalidToInstallOnThisMachine'
    """
    return _find(SETUP_EXIT_CODES, code)


def msiexec_exit_code(code: int) -> ExitCode:
    """The meaning of an exit code of msiexec.exe, also in the form 0x8007xxxx that push tasks show."""
    signed = _signed(code)
    if signed & 0xFFFF0000 == 0x80070000:
        signed &= 0xFFFF
    return _find(MSIEXEC_EXIT_CODES, signed)


def _find(codes: tuple[ExitCode, ...], code: int) -> ExitCode:
    signed = _signed(code)
    unknown = ExitCode(
        signed, "", f"exit code {signed} (0x{signed & 0xFFFFFFFF:08X}) is in no table", "4 D: no vendor table", is_known=False
    )
    return next((row for row in codes if row.code == signed), unknown)


def _signed(code: int) -> int:
    """Windows has 32 bits; some tools show them as an unsigned number."""
    code &= 0xFFFFFFFF
    return code - 0x100000000 if code >= 0x80000000 else code
