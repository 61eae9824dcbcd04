"""The logs of one run of setup, in the documented shapes and in every reading the reference leaves open (log-shapes 1-3).

All lie in `%LOCALAPPDATA%\\SCOM\\LOGS` of the account that runs setup (scom 4).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from tests.lab.products.scom.plan import Uncertain

BOM = {"utf-16": b"\xff\xfe", "utf-8": b"", "utf-8-bom": b"\xef\xbb\xbf"}
CODEC = {"utf-16": "utf-16-le", "utf-8": "utf-8", "utf-8-bom": "utf-8"}
SECRETS = ("DASAccountPassword", "DataReaderPassword", "DataWriterPassword", "ActionAccountPassword")
_KEPT_SECRET = "Due to data security, we will not print the value of the property bag key"


def folder_of(environment: Mapping[str, str]) -> str:
    return environment["LOCALAPPDATA"] + "\\SCOM\\LOGS"


class WizardLog:
    """`OpsMgrSetupWizard.log`: dialect A, one record a line, continuation lines without prefix (log-shapes 1.2, 1.3)."""

    def __init__(self, host: Any, folder: str, uncertain: Uncertain) -> None:
        self._host, self._uncertain = host, uncertain
        self.path = f"{folder}\\OpsMgrSetupWizard.log"
        self._begin(folder)

    def line(self, level: str, text: str, *continuation: str) -> None:
        """One record. The `text` often repeats a label of its own, as in `Info:Creating db path`."""
        clock = "%H:%M:%S" if self._uncertain.log_clock == 24 else "%I:%M:%S"
        tab = "\t" if self._uncertain.log_separator == "tab" else " "
        prefix = f"[{self._host.clock.now().strftime(clock)}]:{tab}{level}:{tab}:"
        self._append("\r\n".join([prefix + text, *continuation]) + "\r\n")

    def always(self, text: str) -> None:
        self.line("Always", text)

    def info(self, text: str) -> None:
        self.line("Info", text)

    def error(self, text: str, *continuation: str) -> None:
        self.line("Error", text, *continuation)

    def engine(self, text: str) -> None:
        """A line of the install-item engine, which no SCOM excerpt shows (log-shapes 1.5)."""
        if self._uncertain.log_engine_lines:
            self.line("Info", text)

    def exception(self, context: str, kind: str, code: str, text: str, level: str = "Error") -> None:
        """The exception grammar with its stack (log-shapes 1.3)."""
        self.line(level, f"{context}: Threw Exception.Type: {kind}, Exception Error Code: {code}, Exception.Message: {text}")
        self.line(
            level,
            "StackTrace:   at System.Data.SqlClient.SqlConnection.OnError(SqlException exception, Boolean breakConnection)",
            "   at Microsoft.EnterpriseManagement.OperationsManager.Setup.DBConfigurationHelper.DBConfiguration.RunSqlStrings(String[] s)",
        )

    def end(self, verdict: str, switches: Mapping[str, str]) -> None:
        """The verdict and the property bag, in the order the scenario has chosen."""
        if self._uncertain.property_bag == "before_end":
            self._property_bag(switches)
        if self._uncertain.log_end_line:
            self.always(f"Application Ended: {verdict}")
        if self._uncertain.property_bag == "after_end":
            self._property_bag(switches)

    def _property_bag(self, switches: Mapping[str, str]) -> None:
        self.line("Debug", "Property Bag Values:")
        for key, value in sorted(switches.items()):
            self.line("Debug", f"{key} = {_KEPT_SECRET} {key}" if key in SECRETS else f"{key} = {value}")

    def _begin(self, folder: str) -> None:
        files, rule = self._host.files, self._uncertain.log_second_run
        if files.exists(self.path) and rule != "append":
            if rule == "backup":
                stamp = self._host.clock.now().strftime("%Y-%m-%d-%H-%M-%S")
                files.copy(self.path, f"{folder}\\Backup\\{stamp}OpsMgrSetupWizard.log")
            files.delete(self.path)
        if not files.exists(self.path):
            files.write(self.path, BOM[self._uncertain.log_encoding])

    def _append(self, text: str) -> None:
        self._host.files.append(self.path, text.encode(CODEC[self._uncertain.log_encoding]))


class BootstrapLog:
    """`Setup<N>.log`: each start takes the next free number (log-shapes 2)."""

    def __init__(self, host: Any, folder: str) -> None:
        number = 0
        while host.files.exists(f"{folder}\\Setup{number}.log"):
            number += 1
        self._host, self.path = host, f"{folder}\\Setup{number}.log"
        host.files.write(self.path, b"")

    def line(self, text: str) -> None:
        self._host.files.append(self.path, f"Message Type  0: {text}\r\n".encode())

    def refused(self) -> None:
        """What a wrong verb leaves (scom 3 W, log-shapes 2)."""
        text = "Invalid command line switches - no components switch found.. Error : 0x80004005"
        self._host.files.append(self.path, f"Message Type  0: {text}\r\n   Unspecified error\r\n".encode())
        self.line("Invalid command line switches, exiting..")


def write_msi_log(host: Any, folder: str, component: str, product: str, code: int) -> None:
    """`OMServer.log` and its like: a session of Windows Installer, UTF-16LE, appended (log-shapes 4)."""
    now = host.clock.now()
    clock, day = now.strftime("%H:%M:%S"), f"{now.month}/{now.day}/{now.year}"
    good = code == 0
    lines = [
        f"=== Verbose logging started: {day}  {clock}  Build type: SHIP UNICODE 5.00.10011.00  Calling process: msiexec.exe ===",
        f"Action start {clock}: INSTALL.",
        *([] if good else [f"Action ended {clock}: _ExampleCA. Return value 3."]),
        f"Action ended {clock}: INSTALL. Return value {1 if good else 3}.",
        f"MSI (s) (1C:A0) [{clock}:201]: Product: {product} -- Installation {'completed successfully' if good else 'failed'}.",
        f"MSI (s) (1C:A0) [{clock}:202]: MainEngineThread is returning {code}",
        f"=== Logging stopped: {day}  {clock} ===",
    ]
    path = f"{folder}\\{component}.log"
    start = b"" if host.files.exists(path) else BOM["utf-16"]
    host.files.append(path, start + ("\r\n".join(lines) + "\r\n").encode("utf-16-le"))


def write_prerequisites(host: Any, folder: str, components: Sequence[str], failed: Sequence[str]) -> None:
    """`SCOMPrereqCheck.log`: XML with a Result for every check; keys, not sentences, hence the same in every language (log-shapes 3)."""
    checks = ["ProcessorSpeedCheckTitle", "MemoryCheckTitle", "OMDBSqlVersionCheckTitle", "ReportViewerCheckTitle"]
    results = [_result(check, 0, "Passed", components) for check in checks if check not in failed]
    results += [_result(check, 2, "Failed", components) for check in failed]
    host.files.write(f"{folder}\\SCOMPrereqCheck.log", "<Results>\r\n" + "".join(results) + "</Results>\r\n")


def _result(check: str, code: int, status: str, components: Sequence[str]) -> str:
    stem = check.removesuffix("Title")
    names = "".join(f"<Component>{component}</Component>" for component in components)
    detail = escape(f"<![CDATA[CheckPrerequisites: \t\tLogic Type:and\t{stem}: {code}]]>")
    return (
        f'<Result StatusCode="{code}">\r\n'
        f"  <Id>{str(uuid.uuid5(uuid.NAMESPACE_DNS, check)).upper()}</Id>\r\n"
        f"  <Status>{status}</Status>\r\n"
        f"  <Check>{check}</Check>\r\n"
        f"  <Components>{names}</Components>\r\n"
        f"  <Description>{stem}Failed</Description>\r\n"
        f"  <Resolution>{stem}Resolution</Resolution>\r\n"
        f"  <LogInformation>{detail}</LogInformation>\r\n"
        "</Result>\r\n"
    )
