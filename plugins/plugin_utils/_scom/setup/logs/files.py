# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which logs a run of setup writes, and where (4, log-shapes 1.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class LogKind(str, Enum):
    """How a log is read: by `setup_log`, `bootstrap_log`, `prerequisite_log` or `msi_log`."""

    WIZARD = "wizard"
    BOOTSTRAP = "bootstrap"
    PREREQUISITES = "prerequisites"
    MSI = "msi"


@dataclass(frozen=True)
class LogFile:
    """One log: the name it goes by, a wildcard path in the environment of the account that runs setup, its kind, its source."""

    name: str
    pattern: str
    kind: LogKind
    source: str


# Below the profile of the account that runs setup; for SYSTEM that is below System32\config\systemprofile (4 W).
_FOLDER = r"%LOCALAPPDATA%\SCOM\LOGS"

LOG_FILES: tuple[LogFile, ...] = (
    # The extension is .log in every excerpt, and .txt in two texts of 2012 R2 and 2016 (log-shapes 1.1).
    LogFile("wizard", rf"{_FOLDER}\OpsMgrSetupWizard.*", LogKind.WIZARD, "4 D"),
    LogFile("bootstrap", rf"{_FOLDER}\Setup*.log", LogKind.BOOTSTRAP, "4 D"),
    LogFile("prerequisites", rf"{_FOLDER}\SCOMPrereqCheck.log", LogKind.PREREQUISITES, "4 D"),
    # Only OMReporting.log is named in public; the others by analogy.
    LogFile("server_msi", rf"{_FOLDER}\OMServer*.log", LogKind.MSI, "4 U"),
    LogFile("console_msi", rf"{_FOLDER}\OMConsole*.log", LogKind.MSI, "4 U"),
    LogFile("web_console_msi", rf"{_FOLDER}\OMWebConsole*.log", LogKind.MSI, "4 U"),
    LogFile("reporting_msi", rf"{_FOLDER}\OMReporting*.log", LogKind.MSI, "4 D"),
)
