"""The verdict on a run and its first cause, in the order of log-shapes 1.7."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.known_failures import KNOWN_FAILURES
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.verdict import Judge, Outcome, judge
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.wizard import read_setup_log
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.scom.setup.logs.setup_runs import BAD, GOOD, a_log

LOADING = "Always ImportManagementPack: Loading management pack E:\\m\\..\\ManagementPacks\\A.Library.mpb. 09:14:20"
UNABLE = "Error ImportManagementPack: Error: Unable to load management pack E:\\m\\ManagementPacks\\A.Library.mpb"
RETRY = "Always FirstManagementServer: Failed to load MP E:\\m\\ManagementPacks\\A.Library.mpb.  We will retry."
SQL = (
    "Error Exception running sql string EXEC dbo.x: Threw Exception.Type: System.Data.SqlClient.SqlException, "
    "Exception Error Code: 0x80131904, Exception.Message: deadlock"
)


def verdict_on(*lines, **options):
    return judge(read_setup_log(a_log(*lines)), **options)


def test_a_good_run_is_a_provisional_success():
    """The versions prove it, never the log."""
    verdict = judge(read_setup_log(GOOD.encode()))
    assert (verdict.outcome, verdict.ended, verdict.first_cause) == (Outcome.PROVISIONAL_SUCCESS, "Successful", None)


def test_the_last_line_of_the_file_is_not_the_verdict():
    """The property dump comes behind the end."""
    assert read_setup_log(GOOD.encode())[-1].text != "Application Ended: Successful"
    assert judge(read_setup_log(GOOD.encode())).outcome is Outcome.PROVISIONAL_SUCCESS


def test_a_failed_run_names_the_end_and_the_first_cause():
    verdict = judge(read_setup_log(BAD.encode()))
    assert (verdict.outcome, verdict.ended) == (Outcome.FAILED, "Failed")
    assert verdict.first_cause.text.startswith("Exception running sql string EXEC dbo.example")
    assert verdict.first_cause.exception.message == "invented text"
    assert verdict.first_cause.clock == "09:16:02"


@pytest.mark.parametrize("name", ["Failed", "InvalidToInstallOnThisMachine", "FailedPrerequisiteChecks", "SomethingNew"])
def test_any_end_but_a_successful_one_is_a_failure(name):
    verdict = verdict_on(f"Always Application Ended: {name}", exit_code=0)
    assert (verdict.outcome, verdict.ended) == (Outcome.FAILED, name)


@pytest.mark.parametrize(
    "text",
    [
        "Error FATAL ACTION: ConfigureReportingForInstall",
        "Always OM component OMSERVER is not valid to install on this box.",
        "Error ****Starting*RollBack****",
        "Error Uncaught Exception: Threw Exception.Type: X, Exception.Message: y",
    ],
)
def test_a_fatal_record_is_a_failure_even_when_the_run_ends_successful(text):
    """A run started with a window sets its result to Successful whatever happened."""
    assert verdict_on(text, "Always Application Ended: Successful", exit_code=0).outcome is Outcome.FAILED


def test_the_first_cause_is_the_first_error_before_the_fatal_record_and_not_the_last():
    verdict = verdict_on("Error first", "Error second", "Error FATAL ACTION: A", "Error later", "Always Application Ended: Failed")
    assert verdict.first_cause.text == "first"


def test_a_fatal_record_without_an_error_before_it_is_its_own_cause():
    verdict = verdict_on("Always OM component OMSERVER is not valid to install on this box.", "Error later")
    assert verdict.first_cause.text == "OM component OMSERVER is not valid to install on this box."


def test_a_failure_logged_at_always_is_a_failure():
    text = "Failed to create and configure the DB with exception.: Threw Exception.Type: X, Exception.Message: disk is full"
    verdict = verdict_on(f"Always {text}", "Error other", "Error FATAL ACTION: A")
    assert verdict.first_cause.exception.message == "disk is full"


def test_a_refusal_logged_at_info_is_a_cause():
    verdict = verdict_on("Info CheckPrerequisites: OMDBSqlVersionCheckTitle Failed", "Always Application Ended: FailedPrerequisiteChecks")
    assert verdict.first_cause.text == "CheckPrerequisites: OMDBSqlVersionCheckTitle Failed"
    assert "KB5004442" in verdict.first_cause.fix


@pytest.mark.parametrize(
    "noise",
    [
        "Error Product check: something Failed",
        "Error ExecNetFx: failed to execute Ngen command x, continuing anyway",
        "Error ExecNetFx: Error 0xffffffff: Command line returned an error.",
        "Error StackTrace:   at A.B()",
        "Error InnerException.Type: X, InnerException.Message: y",
    ],
)
def test_noise_is_no_cause(noise):
    verdict = verdict_on(noise, "Error the real one", "Error FATAL ACTION: A")
    assert verdict.first_cause.text == "the real one"


def test_a_management_pack_that_is_tried_again_is_no_failure():
    verdict = verdict_on(LOADING, UNABLE, RETRY, LOADING, "Always Application Ended: Successful")
    assert verdict.outcome is Outcome.PROVISIONAL_SUCCESS


def test_a_pack_healed_by_its_retry_is_not_the_cause_of_a_later_failure():
    verdict = verdict_on(LOADING, UNABLE, RETRY, LOADING, SQL, "Error FATAL ACTION: A")
    assert verdict.first_cause.exception.message == "deadlock"


def test_a_pack_still_to_be_tried_again_comes_behind_other_failures():
    verdict = verdict_on(LOADING, UNABLE, RETRY, SQL, "Error FATAL ACTION: A")
    assert verdict.first_cause.exception.message == "deadlock"


def test_a_pack_that_was_tried_in_vain_is_the_cause_when_nothing_else_is():
    verdict = verdict_on(LOADING, UNABLE, RETRY, "Error FATAL ACTION: ImportManagementPacks")
    assert "Unable to load management pack" in verdict.first_cause.text


def test_a_pack_whose_last_try_fails_is_the_cause():
    verdict = verdict_on(LOADING, UNABLE, RETRY, LOADING, UNABLE, SQL, "Error FATAL ACTION: A")
    assert "Unable to load management pack" in verdict.first_cause.text


def test_a_failure_of_another_pack_stays_when_one_is_healed():
    other = UNABLE.replace("A.Library", "B.Library")
    verdict = verdict_on(other, LOADING, UNABLE, RETRY, LOADING, "Error FATAL ACTION: A")
    assert "B.Library" in verdict.first_cause.text


def test_a_verification_error_belongs_to_the_pack_before_it():
    verification = "Error : Verification failed with 1 errors:"
    assert verdict_on(UNABLE, verification, RETRY, LOADING, "Error FATAL ACTION: A").first_cause.text == "FATAL ACTION: A"


def test_an_incompatible_pack_is_explained():
    records = read_setup_log(
        a_log("Error : Verification failed with 1 errors:") + b"Version 7.8 is not upgrade compatible with older version 7.9\r\n"
    )
    assert "newer than the one on the media" in judge([*records, *read_setup_log(a_log("Error FATAL ACTION: A"))]).first_cause.meaning


def test_a_run_without_end_whose_processes_live_is_running():
    assert verdict_on("Info one", is_running=True).outcome is Outcome.RUNNING


def test_a_run_that_is_silent_beyond_the_limit_hangs_at_its_last_words():
    watching = Judge()
    for record in read_setup_log(a_log("Info Creating db path: \\\\lst\\e$\\Database")):
        watching.observe(record)
    verdict = watching.verdict(is_running=True, silent_seconds=901, stall_limit_seconds=900)
    assert verdict.outcome is Outcome.HANGING
    assert verdict.first_cause.text == "Creating db path: \\\\lst\\e$\\Database"
    assert "port 445" in verdict.first_cause.fix
    assert watching.verdict(is_running=True, silent_seconds=900, stall_limit_seconds=900).outcome is Outcome.RUNNING
    assert watching.verdict(is_running=True, silent_seconds=90_000).outcome is Outcome.RUNNING


def test_a_run_that_is_gone_without_an_end_is_unknown():
    verdict = verdict_on("Error something", "Info last", exit_code=1603)
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.first_cause.text == "something"
    assert verdict_on().outcome is Outcome.UNKNOWN
    assert verdict_on().first_cause is None


@pytest.mark.parametrize("code", [0, 3010, 1641])
def test_a_good_exit_code_and_no_failure_are_a_provisional_success(code):
    assert verdict_on("Info last", exit_code=code).outcome is Outcome.PROVISIONAL_SUCCESS
    assert verdict_on("Always Application Ended", exit_code=code).outcome is Outcome.PROVISIONAL_SUCCESS


def test_an_end_without_a_name_says_nothing():
    assert verdict_on("Always Application Ended").outcome is Outcome.UNKNOWN


def test_a_successful_end_may_ask_for_a_reboot():
    verdict = verdict_on("Always Application Ended: SuccessfulNeedReboot")
    assert (verdict.outcome, verdict.ended) == (Outcome.PROVISIONAL_SUCCESS, "SuccessfulNeedReboot")


def test_a_second_run_in_the_same_file_is_judged_alone():
    verdict = judge(read_setup_log((BAD + GOOD).encode()))
    assert (verdict.outcome, verdict.first_cause) == (Outcome.PROVISIONAL_SUCCESS, None)


def test_a_long_sql_text_is_cut_and_its_message_kept():
    text = f"Error Exception running sql string {'x' * 100_000}: Threw Exception.Type: X, Exception.Message: the reason"
    cause = verdict_on(text, "Error FATAL ACTION: A").first_cause
    assert len(cause.text) < 400
    assert cause.text.endswith("the reason")


def test_an_endless_row_of_errors_is_bounded():
    verdict = verdict_on(*[f"Error number {number}" for number in range(1000)], "Error FATAL ACTION: A")
    assert verdict.first_cause.text == "number 0"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Sql Server does not have Full Text Search installed.", "Full-Text"),
        ("GetCrackNameResult() failed: DS_NAME_ERROR_NOT_FOUND", "AES"),
        ("GetRemoteOSVersion(): Threw Exception.Type: X, Exception Error Code: 0x80070005, Exception.Message: y", "administrator"),
        ("CheckHttpAddressResponse failed: The remote server returned an error: (401) Unauthorized.", "BackConnectionHostNames"),
        ("Have NOT acknowledge acceptance of the license terms in unattended install.", "accept the licence"),
        ("There is already another setup wizard running on this computer.", "wait"),
        ("Data Reader account provided is not same as that in the management group", "the account the group uses"),
        ("Exception running sql string: ... 0x80131904", "allow updates"),
        ("Management Server Upgraded Check failed", "upgraded management server"),
        ("ReportViewerCheckTitle", "Report Viewer"),
    ],
)
def test_known_failures_say_how_they_are_mended(text, hint):
    cause = verdict_on(f"Error {text}", "Error FATAL ACTION: A").first_cause
    assert hint in cause.fix
    assert cause.source


def test_every_known_failure_has_a_meaning_a_fix_and_a_source():
    assert all(row.meaning and row.fix and row.source for row in KNOWN_FAILURES)


@given(st.lists(st.sampled_from([LOADING, UNABLE, RETRY, SQL, "Error x", "Info y", "Always Application Ended: Failed"]), max_size=12))
def test_any_order_of_records_has_a_verdict(lines):
    verdict = verdict_on(*lines)
    assert (verdict.outcome is Outcome.FAILED) == ("Always Application Ended: Failed" in lines)


@given(st.binary(max_size=300))
def test_no_bytes_make_the_judge_fail(data):
    assert judge(read_setup_log(data)).outcome in Outcome
