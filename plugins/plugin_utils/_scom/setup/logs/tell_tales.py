# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What setup is doing, in plain words: tell-tale texts of its logs and the steps they stand for (log-shapes 1.4, 1.5, 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Phase(str, Enum):
    """Phases of one run of setup, in their order."""

    START = "start"
    PREREQUISITES = "prerequisites"
    DATABASE = "database"
    MANAGEMENT_PACKS = "management packs"
    INSTALLATION = "installation"
    REPORTING = "reporting"
    ROLLBACK = "roll-back"
    END = "end"


class StepSeverity(str, Enum):
    """How a step is to be shown. An error is not yet a failed run: the verdict is another room's (1.7)."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Step:
    """One line of live progress: ``importing management pack Example Library``, in which phase, how serious."""

    text: str
    phase: Phase
    severity: StepSeverity = StepSeverity.INFO


@dataclass(frozen=True)
class TellTale:
    """A text of a log and the step it stands for; ``{name}`` in the step is what the pattern's group of that name found."""

    pattern: re.Pattern[str]
    step: str
    phase: Phase
    severity: StepSeverity
    source: str


def _tell(pattern: str, step: str, phase: Phase, source: str, severity: StepSeverity = StepSeverity.INFO) -> TellTale:
    return TellTale(re.compile(pattern, re.IGNORECASE | re.DOTALL), step, phase, severity, source)


_WARNING, _ERROR = StepSeverity.WARNING, StepSeverity.ERROR
_PATH = re.compile(r"(?:[A-Za-z]:|\\)\\")
MANAGEMENT_PACK = re.compile(r"FirstManagementServer: Importing Management Pack: (?P<name>.+)", re.IGNORECASE | re.DOTALL)

# What stands between two words of a row has a longest length: a line may hold the first of them thousands of times.
# Matched from the beginning of the text behind the prefix, the first row that fits; source: section of log-shapes and its mark.
TELL_TALES: tuple[TellTale, ...] = (
    _tell(r"Application Started", "setup started", Phase.START, "1.5 F"),
    _tell(r"There is already another setup wizard running", "another setup is running already", Phase.START, "1.5 F", _ERROR),
    _tell(r"Have NOT acknowledge acceptance of the license", "the licence was not accepted", Phase.START, "1.5 F", _ERROR),
    _tell(r"We could not rationalize the component choices", "the components asked for do not go together", Phase.START, "1.5 F", _ERROR),
    _tell(r"Invalid path passed to the setup", "a path given to setup is invalid", Phase.START, "1.5 F", _ERROR),
    _tell(
        r"Creating db path: (?:\\\\)?(?P<server>[^\\\s]+)", "probing the share of database server {server}", Phase.PREREQUISITES, "1.4 S1"
    ),
    _tell(r"Sql Server does not have Full Text Search", "SQL Server has no full-text search", Phase.PREREQUISITES, "1.4 S1", _ERROR),
    _tell(r"CheckPrerequisites: .{0,1000}Failed", "a prerequisite failed", Phase.PREREQUISITES, "1.4 P", _ERROR),
    _tell(
        r"OM component (?P<name>\S+) is not valid to install",
        "setup refuses this computer for {name}",
        Phase.PREREQUISITES,
        "1.4 S2",
        _ERROR,
    ),
    _tell(r"GetRemoteOSVersion\(\): Threw", "cannot ask the database server through WMI", Phase.PREREQUISITES, "1.4 S1", _ERROR),
    _tell(r"CheckHttpAddressResponse failed", "the reporting address does not answer", Phase.PREREQUISITES, "1.4 S1", _ERROR),
    _tell(
        r".{0,500}(?:DS_NAME_ERROR_NOT_FOUND|failed to crack NT4)", "an account could not be validated", Phase.PREREQUISITES, "4 W", _ERROR
    ),
    _tell(r"Exception running sql string", "a database script failed", Phase.DATABASE, "1.4 S2", _ERROR),
    _tell(r"RunAdminScripts failed", "the database scripts failed", Phase.DATABASE, "1.4 S1", _ERROR),
    _tell(r"Failed to create and configure the DB", "the database could not be configured", Phase.DATABASE, "1.4 S1", _ERROR),
    _tell(
        r"FirstManagementServer: Failed to load MP (?P<path>.{1,1000}?)\.\s{1,10}We will retry",
        "management pack {path} was not loaded, setup will try again",
        Phase.MANAGEMENT_PACKS,
        "1.4 S1",
        _WARNING,
    ),
    _tell(
        r"ImportManagementPack: Error: Unable to load management pack (?P<path>.+)",
        "management pack {path} cannot be loaded",
        Phase.MANAGEMENT_PACKS,
        "1.4 S1",
        _WARNING,
    ),
    _tell(r"ImportManagementPack: Error: (?P<text>.+)", "{text}", Phase.MANAGEMENT_PACKS, "1.4 S1", _WARNING),
    _tell(r"ImportManagementPack: Unknown Error\. (?P<text>.+)", "{text}", Phase.MANAGEMENT_PACKS, "1.4 S1", _WARNING),
    _tell(r"Verification failed with (?P<n>\d+) errors", "errors in a management pack: {n}", Phase.MANAGEMENT_PACKS, "1.4 S1", _WARNING),
    _tell(r"Doing Preinstall task for (?P<name>.+)", "preparing {name}", Phase.INSTALLATION, "1.5 F"),
    _tell(r"Doing Install task for (?P<name>.+)", "installing {name}", Phase.INSTALLATION, "1.5 F"),
    _tell(r"Doing Postinstall task for (?P<name>.+)", "configuring {name}", Phase.INSTALLATION, "1.5 F"),
    _tell(r"LaunchMsi: MSI to launch is: (?P<path>.+?)\.?\Z", "installing {path}", Phase.INSTALLATION, "1.5 F"),
    _tell(r"LaunchMSI: MSI (?P<path>.{1,1000}) succeeded", "{path} is installed", Phase.INSTALLATION, "1.5 F"),
    _tell(r"LaunchMSI: MSI (?P<path>.{1,1000}) requires a reboot", "{path} asks for a reboot", Phase.INSTALLATION, "1.5 F", _WARNING),
    _tell(r"LaunchMSI: MSI (?P<path>.{1,1000}) returned error (?P<n>-?\d+)", "{path} failed with {n}", Phase.INSTALLATION, "1.5 F", _ERROR),
    _tell(r"LaunchMsi: MSI not found at: (?P<path>.+)", "{path} is not on the media", Phase.INSTALLATION, "1.5 F", _ERROR),
    _tell(r"LaunchMsi: Msi mutex is in use", "another installation is running", Phase.INSTALLATION, "1.5 F", _ERROR),
    _tell(
        r"ProcessInstalls: Install Item (?P<name>.{1,1000}?) failed to install",
        "{name} failed to install",
        Phase.INSTALLATION,
        "1.5 F",
        _ERROR,
    ),
    _tell(r"ProcessInstalls: .{0,1000}This is a fatal item", "an installation step failed", Phase.INSTALLATION, "1.5 F", _ERROR),
    _tell(r"Application Monitoring reports publishing failed", "reports were not published", Phase.REPORTING, "1.4 S1", _ERROR),
    _tell(r"Publishing .{0,500}Reports failed", "reports were not published", Phase.REPORTING, "1.4 S1", _ERROR),
    _tell(r"FATAL ACTION: (?P<name>.+)", "setup's action {name} failed", Phase.ROLLBACK, "1.4 S1", _ERROR),
    _tell(r"\*{1,20}Starting\*RollBack\*", "rolling back", Phase.ROLLBACK, "1.5 F", _ERROR),
    _tell(r"\*{1,20}Ended\*RollBack\*", "rolled back", Phase.ROLLBACK, "1.5 F", _ERROR),
    _tell(r"Uncaught Exception", "setup crashed", Phase.END, "1.5 F", _ERROR),
    _tell(r"Application Ended: (?P<name>Successful\w*)", "setup ended: {name}", Phase.END, "1.7 F"),
    _tell(r"Application Ended: (?P<name>\w+)", "setup ended: {name}", Phase.END, "1.4 S1", _ERROR),
    _tell(r"Application Ended", "setup ended", Phase.END, "1.4 S1"),
)

# The bootstrap's own log (2 S1).
BOOTSTRAP_TELL_TALES: tuple[TellTale, ...] = (
    _tell(r"Copying Localization Folder", "setup is unpacking", Phase.START, "2 S1"),
    _tell(r"Launching EXE ?: (?P<path>.+)", "starting {path}", Phase.START, "2 S1"),
    _tell(r"Starting to wait", "setup is running", Phase.START, "2 S1"),
    _tell(r"Invalid command line switches", "setup refuses its command line", Phase.START, "2 S1", _ERROR),
)


def step_of(text: str, tell_tales: tuple[TellTale, ...] = TELL_TALES) -> Step | None:
    """The step a record's text stands for; None when it stands for none.

    >>> step_of("FATAL ACTION: ConfigureReportingForInstall").text
    "setup's action ConfigureReportingForInstall failed"
    """
    for row in tell_tales:
        match = row.pattern.match(text)
        if match:
            found = {name: _shown(value) for name, value in match.groupdict().items()}
            return Step(row.step.format_map(found), row.phase, row.severity)
    return None


def _shown(value: str) -> str:
    """A path's last name, one line, of a length that fits a line of progress."""
    value = " ".join(value.split())
    if _PATH.match(value):
        value = value.rstrip("\\").rsplit("\\", 1)[-1]
    return value if len(value) <= 120 else f"{value[:119]}\u2026"
