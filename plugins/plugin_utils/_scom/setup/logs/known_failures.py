# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Known failures of setup: what a log text means and how it is fixed (10, log-shapes 1.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class KnownFailure:
    """One documented or observed failure: the text that gives it away, what it means, what fixes it, where that is known from."""

    trace: re.Pattern[str]
    meaning: str
    fix: str
    source: str


def _known(pattern: str, meaning: str, fix: str, source: str) -> KnownFailure:
    return KnownFailure(re.compile(pattern, re.IGNORECASE | re.DOTALL), meaning, fix, source)


# The first row whose pattern is found in the text wins: the particular before the general.
KNOWN_FAILURES: tuple[KnownFailure, ...] = (
    _known(
        r"does not have Full Text Search",
        "the SQL Server instance has no full-text search",
        "add the Full-Text feature to the instance, then run again",
        "10 W",
    ),
    _known(
        r"DS_NAME_ERROR_NOT_FOUND|failed to crack NT4",
        "an account could not be validated in the directory, often because RC4 is off and the account has no AES keys",
        "enable AES on the accounts, or allow RC4 for the time of the upgrade",
        "10 D",
    ),
    _known(
        r"GetRemoteOSVersion\(\).{0,500}0x80070005",
        "the database server refuses WMI to the account that runs setup",
        "make the account an administrator of the database server, and patch both sides for DCOM hardening (KB5004442)",
        "10 W, log-shapes 1.4 S1",
    ),
    _known(
        r"OMDBSqlVersionCheck",
        "setup could not read the version of SQL Server, often because DCOM hardening stands between the servers",
        "patch the management server and the database server (KB5004442)",
        "10 W",
    ),
    _known(
        r"Creating db path",
        "setup waits for the administrative share of the database server",
        "open port 445 from this server to the name in the path",
        "log-shapes 1.4 S1",
    ),
    _known(
        r"CheckHttpAddressResponse failed.{0,500}401",
        "the reporting address refuses this server's own logon (NTLM loopback)",
        r"add the address to Lsa\MSV1_0\BackConnectionHostNames",
        "10 W",
    ),
    _known(
        r"ReportViewerCheck",
        "Report Viewer or the SQL CLR types are missing",
        "install the SQL CLR types and Report Viewer",
        "10 W",
    ),
    _known(
        r"not upgrade compatible with older version|Publicly accessible \w{1,200} \(.{0,500}\) has been removed",
        "an installed management pack is newer than the one on the media",
        "look up the pack in the log and remove or replace the newer version",
        "log-shapes 1.4 S1",
    ),
    _known(
        r"FATAL ACTION: ConfigureReportingForInstall",
        "reporting could not be configured",
        "remove the assembly Microsoft.EnterpriseManagement.Reporting.Code from the global assembly cache and reboot",
        "10 D (2012)",
    ),
    _known(
        r"Data Reader account provided is not same",
        "the data reader account is not the one of the management group",
        "give the account the group uses, or fix the Run As profiles of the data warehouse",
        "10 D",
    ),
    _known(
        r"Management Server Upgraded Check",
        "setup asked a management server that is not upgraded yet, or a load balancer's name",
        "let the role name one upgraded management server by its own name",
        "10 W",
    ),
    _known(
        r"Have NOT acknowledge acceptance of the license",
        "the licence was not accepted on the command line",
        "accept the licence",
        "3 W",
    ),
    _known(
        r"another setup wizard running|AnotherSetupRunning|Msi mutex is in use",
        "another installation is running on this server",
        "wait for it to end, then run again",
        "4 F",
    ),
    _known(
        r"0x80131904",
        "SQL Server refused a script of setup",
        "read the message; 'allow updates' of sp_configure must be 0 and the account must be sysadmin",
        "10 D",
    ),
)


def known_failure(text: str) -> KnownFailure | None:
    """What is known about a log text; None when nothing is.

    >>> known_failure("Sql Server does not have Full Text Search installed.").source
    '10 W'
    """
    return next((row for row in KNOWN_FAILURES if row.trace.search(text)), None)
