"""How setup.exe reads its command line: `/Key:value`, flags, and silence about everything it does not know (scom 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

VERBS = ("install", "upgrade", "uninstall", "recover")
FLAGS = (*VERBS, "silent", "UseLocalSystemDASAccount", "UseLocalSystemActionAccount", "WebConsoleUseSSL")
SWITCHES = (
    "AcceptEndUserLicenseAgreement",
    "DASAccountUser",
    "DASAccountPassword",
    "DataReaderUser",
    "DataReaderPassword",
    "DataWriterUser",
    "DataWriterPassword",
    "ActionAccountUser",
    "ActionAccountPassword",
    "components",
    "EnableErrorReporting",
    "SendCEIPReports",
    "UseMicrosoftUpdate",
    "SendODRReports",
    "InstallPath",
    "ManagementServicePort",
    "SqlServerInstance",
    "SqlInstancePort",
    "DatabaseName",
    "DWSqlServerInstance",
    "DWSqlInstancePort",
    "DWDatabaseName",
    "SRSInstance",
    "ManagementGroupName",
    "ManagementServer",
    "WebSiteName",
    "WebConsoleAuthorizationMode",
)
_KNOWN = {name.lower(): name for name in (*FLAGS, *SWITCHES)}


@dataclass(frozen=True)
class CommandLine:
    """What setup understood. `switches` by their documented spelling; a flag's value is "1". `ignored` lists what it did not know."""

    switches: dict[str, str]
    ignored: tuple[str, ...] = ()

    @property
    def verb(self) -> str | None:
        return next((verb for verb in VERBS if verb in self.switches), None)

    @property
    def accepts_licence(self) -> bool:
        return self.switches.get("AcceptEndUserLicenseAgreement") == "1"

    def get(self, name: str) -> str | None:
        return self.switches.get(name)


def parse(arguments: Sequence[str]) -> CommandLine:
    """Reads arguments as CommandLineToArgvW splits them. A switch without its value, or a flag with one, is not known.

    >>> parse(["/silent", "/upgrade", "/AcceptEndUserLicenseAgreement:1", "/DataReaderAccountUser:x"]).ignored
    ('/DataReaderAccountUser:x',)
    """
    switches: dict[str, str] = {}
    ignored = []
    for argument in arguments:
        name, colon, value = argument[1:].partition(":") if argument[:1] in ("/", "-") else ("", "", "")
        known = _KNOWN.get(name.lower())
        if known is None or (known in FLAGS) == bool(colon):
            ignored.append(argument)
        else:
            switches[known] = value if colon else "1"
    return CommandLine(switches, tuple(ignored))
