# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which switches of setup.exe each component and verb knows (3).

Setup silently ignores a switch it does not know, so a misspelt one is a run without it (3 W): only what stands here is ever passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class SetupComponent(str, Enum):
    """Components that setup.exe upgrades. Gateways and agents have installers of their own, ACS has no silent form."""

    MANAGEMENT_SERVER = "management_server"
    CONSOLE = "console"
    WEB_CONSOLE = "web_console"
    REPORTING = "reporting"


class Verb(str, Enum):
    """What setup is told to do."""

    UPGRADE = "upgrade"


class ValueKind(Enum):
    """What follows a switch: nothing, a text, one of a few words, an account name, or a password."""

    FLAG = "flag"
    TEXT = "text"
    CHOICE = "choice"
    ACCOUNT = "account"
    SECRET = "secret"


@dataclass(frozen=True)
class Switch:
    """One switch. ``password`` names the switch that an account's password goes to; ``instead_of`` one that it rules out."""

    name: str
    kind: ValueKind
    source: str
    choices: tuple[str, ...] = ()
    password: str = ""
    instead_of: str = ""


@dataclass(frozen=True)
class SetupCommand:
    """The documented command of one component and verb: its fixed words, what it must have and what it may have.

    ``required``: every entry must be met by one of its switches.
    """

    component: SetupComponent
    verb: Verb
    words: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    switches: tuple[Switch, ...]
    source: str

    def switch(self, name: str) -> Switch | None:
        """The switch of exactly this spelling; None when the command has none."""
        return next((switch for switch in self.switches if switch.name == name), None)


LICENSE = Switch("AcceptEndUserLicenseAgreement", ValueKind.CHOICE, "3 D", choices=("1",))
_DAS = (
    Switch("DASAccountUser", ValueKind.ACCOUNT, "3 D", password="DASAccountPassword"),
    Switch("DASAccountPassword", ValueKind.SECRET, "3 D"),
    Switch("UseLocalSystemDASAccount", ValueKind.FLAG, "3 D", instead_of="DASAccountUser"),
)
# The wizard asks for the Data Access account only; the documented line has both pairs, so both are passed (3 U).
_DATA_READER = (
    Switch("DataReaderUser", ValueKind.ACCOUNT, "3 D", password="DataReaderPassword"),
    Switch("DataReaderPassword", ValueKind.SECRET, "3 D"),
)
# Switches of setup that no documented upgrade line shows (3 U): never passed unless asked for.
_PRIVACY = (
    Switch("EnableErrorReporting", ValueKind.CHOICE, "3 U", choices=("Never", "Queued", "Always")),
    Switch("SendCEIPReports", ValueKind.CHOICE, "3 U", choices=("0", "1")),
    Switch("UseMicrosoftUpdate", ValueKind.CHOICE, "3 U", choices=("0", "1")),
)
_COMPONENTS = Switch("components", ValueKind.TEXT, "3 U")
_WORDS = ("silent", "upgrade")
_LICENSED = (LICENSE.name,)

COMMANDS: tuple[SetupCommand, ...] = (
    SetupCommand(
        SetupComponent.MANAGEMENT_SERVER,
        Verb.UPGRADE,
        _WORDS,
        (_LICENSED, ("DASAccountUser", "UseLocalSystemDASAccount"), ("DataReaderUser",)),
        (LICENSE, *_DAS, *_DATA_READER, *_PRIVACY, _COMPONENTS),
        "3 D",
    ),
    SetupCommand(SetupComponent.CONSOLE, Verb.UPGRADE, _WORDS, (_LICENSED,), (LICENSE, *_PRIVACY), "3 D"),
    SetupCommand(
        SetupComponent.WEB_CONSOLE,
        Verb.UPGRADE,
        _WORDS,
        (_LICENSED, ("WebSiteName",), ("WebConsoleAuthorizationMode",)),
        (
            LICENSE,
            Switch("WebSiteName", ValueKind.TEXT, "3 D"),
            Switch("WebConsoleUseSSL", ValueKind.FLAG, "3 D"),
            Switch("WebConsoleAuthorizationMode", ValueKind.CHOICE, "3 D", choices=("Mixed", "Network")),
            *_PRIVACY,
        ),
        "3 D for 2016, U for later targets",
    ),
    SetupCommand(
        SetupComponent.REPORTING,
        Verb.UPGRADE,
        _WORDS,
        (_LICENSED,),
        (
            LICENSE,
            Switch("ManagementServer", ValueKind.TEXT, "3 D"),
            Switch("SendODRReports", ValueKind.CHOICE, "3 U", choices=("0", "1")),
            *_PRIVACY,
        ),
        "3 D",
    ),
)


def setup_command(component: SetupComponent, verb: Verb = Verb.UPGRADE) -> SetupCommand:
    """The command of a component and verb; every component has one for each verb."""
    return next(command for command in COMMANDS if command.component is component and command.verb is verb)
