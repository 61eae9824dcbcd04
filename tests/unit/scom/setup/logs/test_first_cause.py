"""The first cause of a failed setup, whichever of its logs has it (4, log-shapes 2 to 4)."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.files import LogKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.first_cause import ReadLog, first_cause, verdict_of
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.verdict import Outcome
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import Secrets

from tests.unit.scom.setup.logs.setup_runs import BAD, GOOD, a_log

FOLDER = r"C:\Users\svc\AppData\Local\SCOM\LOGS"
REFUSED = ReadLog(
    LogKind.BOOTSTRAP,
    rf"{FOLDER}\Setup1.log",
    b"Message Type  0: Invalid command line switches - no components switch found.. Error : 0x80004005\r\n   Unspecified error\r\n",
)
LAUNCHED = ReadLog(LogKind.BOOTSTRAP, rf"{FOLDER}\Setup1.log", b"Message Type  0: Starting to wait.\r\n")
PREREQUISITES = ReadLog(
    LogKind.PREREQUISITES,
    rf"{FOLDER}\SCOMPrereqCheck.log",
    b"<Results><Result><Status>Passed</Status><Check>MemoryCheckTitle</Check></Result>"
    b"<Result><Status>Failed</Status><Check>ReportViewerCheckTitle</Check></Result></Results>",
)
INSTALLER = ReadLog(
    LogKind.MSI,
    rf"{FOLDER}\OMServer.log",
    b"Error 1920. Service 'Example' failed to start.\r\n"
    b"Action ended 10:04:09: _ExampleCA. Return value 3.\r\n"
    b"MSI (s) (1C:A0) [10:04:10:201]: MainEngineThread is returning 1603\r\n",
)
CUT = ReadLog(LogKind.WIZARD, rf"{FOLDER}\OpsMgrSetupWizard.log", a_log("Always Application Started"))


def wizard(text: str) -> ReadLog:
    return ReadLog(LogKind.WIZARD, rf"{FOLDER}\OpsMgrSetupWizard.log", text.encode())


def test_a_refused_command_line_is_the_cause_when_the_real_setup_never_began():
    verdict = verdict_of([REFUSED], exit_code=-15)
    assert verdict is not None and verdict.outcome is Outcome.FAILED
    assert verdict.first_cause is not None
    assert verdict.first_cause.text == (
        "Setup1.log: Invalid command line switches - no components switch found. (0x80004005: Unspecified error)"
    )


@pytest.mark.parametrize("logs", [[PREREQUISITES, INSTALLER, CUT], [INSTALLER, PREREQUISITES, LAUNCHED]], ids=["cut", "no wizard's log"])
def test_a_failed_prerequisite_is_the_cause_when_the_wizard_says_nothing_of_a_failure(logs):
    verdict = verdict_of(logs, exit_code=-14)
    assert verdict is not None and verdict.outcome is Outcome.UNKNOWN
    assert verdict.first_cause is not None
    assert verdict.first_cause.text == "SCOMPrereqCheck.log: ReportViewerCheckTitle failed"
    assert verdict.first_cause.fix == "install the SQL CLR types and Report Viewer"


def test_the_first_failed_action_of_windows_installer_comes_last():
    cause = first_cause([LAUNCHED, INSTALLER])
    assert cause is not None
    assert cause.text == "OMServer.log: Error 1920. Service 'Example' failed to start."
    assert "1603" in cause.meaning


def test_an_installation_that_ended_well_is_no_cause():
    good = INSTALLER.content.replace(b"Return value 3", b"Return value 1").replace(b"1603", b"0")
    assert first_cause([ReadLog(LogKind.MSI, INSTALLER.file, good)]) is None


def test_the_wizards_own_cause_goes_before_all_others():
    verdict = verdict_of([PREREQUISITES, INSTALLER, wizard(BAD)], exit_code=-1)
    assert verdict is not None and verdict.first_cause is not None
    assert "Exception running sql string" in verdict.first_cause.text


def test_a_setup_that_ended_well_has_no_cause():
    verdict = verdict_of([PREREQUISITES, wizard(GOOD)], exit_code=0)
    assert verdict is not None and verdict.outcome is Outcome.PROVISIONAL_SUCCESS and verdict.first_cause is None


@pytest.mark.parametrize("logs", [[], [LAUNCHED], [wizard("")]], ids=["none", "only the bootstrap's", "an empty one"])
def test_no_log_is_no_verdict_whatever_the_exit_code(logs):
    assert verdict_of(logs, exit_code=0) is None


def test_secrets_are_masked_in_every_log():
    refused = ReadLog(LogKind.BOOTSTRAP, "Setup1.log", b"Message Type  0: Invalid command line switches - canary\r\n")
    failed = ReadLog(LogKind.MSI, "OMServer.log", INSTALLER.content.replace(b"Example'", b"canary'"))
    for log in (refused, failed):
        assert "canary" not in repr(first_cause([log], Secrets(["canary"])))
