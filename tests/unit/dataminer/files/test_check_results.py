"""What the checks of a package found (log-shapes 9.4): failed is told from not executed."""

from __future__ import annotations

import json

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.check_results import (
    Outcome,
    check_of_file,
    failed_prerequisite,
    read_results,
)
from hypothesis import given
from hypothesis import strategies as st


def outcome(**fields):
    (result,) = read_results(json.dumps(fields).encode(), "VerifyOSVersion")
    return result.outcome


def test_a_passed_check():
    assert outcome(Outcome="NoIssues", TestExecuted=True, ResultMessage="No issues detected", DetailedJsonResult='""') is Outcome.PASSED


def test_a_failed_check_says_what_it_means_and_how_to_mend_it():
    data = {"Outcome": "IssuesDetected", "TestExecuted": True, "ResultMessage": "too old", "CorrectiveAction": "upgrade Windows"}
    (result,) = read_results(json.dumps(data).encode(), "VerifyOSVersion")
    assert (result.check, result.outcome) == ("VerifyOSVersion", Outcome.FAILED)
    assert (result.message, result.action) == ("too old", "upgrade Windows")
    assert result.refuses


@pytest.mark.parametrize(
    "message",
    [
        "Exception during test execution: null",
        "Test was not executed: not all agents in the cluster could be reached.",
        "Exception: This BPA cannot run on 10.4.0.0",
        "Could not load file or assembly 'Example'",
    ],
)
def test_a_check_that_could_not_be_executed_is_told_from_a_failed_one(message):
    assert outcome(Outcome="IssuesDetected", TestExecuted=True, ResultMessage=message) is Outcome.NOT_EXECUTED


def test_a_check_that_says_it_was_not_executed_is_believed():
    assert outcome(Outcome="NoIssues", TestExecuted=False) is Outcome.NOT_EXECUTED


def test_a_check_that_does_not_apply_is_no_passed_one():
    """It comes with the outcome NoIssues."""
    message = "This BPA does not apply for this Agent: cannot run on Offline Failover Agents"
    assert outcome(Outcome="NoIssues", TestExecuted=True, ResultMessage=message) is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("word", ["Undefined", "Splendid", 0, 1, None])
def test_words_and_numbers_that_are_not_known_are_unclear_and_refuse(word):
    assert outcome(Outcome=word, TestExecuted=True) is Outcome.UNCLEAR


def test_a_warning_does_not_refuse():
    (result,) = read_results(b'{"Outcome":"Warning","TestExecuted":true}', "x")
    assert (result.outcome, result.refuses) == (Outcome.WARNING, False)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one: [one, one],
        lambda one: {"Results": [one, one]},
        lambda one: {"Agents": [{"Id": 1, "Tests": {"a": one}}, {"Id": 2, "Tests": {"b": one}}]},
    ],
)
def test_results_are_found_at_any_depth(wrap):
    one = {"name": "VerifyX", "outcome": "noissues", "testExecuted": True}
    results = read_results(json.dumps(wrap(one)).encode())
    assert [(result.check, result.outcome) for result in results] == [("VerifyX", Outcome.PASSED)] * 2


def test_json_within_a_string_is_not_taken_for_results():
    nested = {"Outcome": "NoIssues", "TestExecuted": True, "DetailedJsonResult": '{"Outcome":"IssuesDetected"}'}
    assert [one.outcome for one in read_results(json.dumps(nested).encode())] == [Outcome.PASSED]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"null", b'"text"', b"[" * 100_000, b"1" * 10_000])
def test_a_file_without_a_result_counts_as_not_executed(data):
    (result,) = read_results(data, "VerifyX")
    assert (result.check, result.outcome, result.refuses) == ("VerifyX", Outcome.NOT_EXECUTED, True)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encoding_changes_nothing(encoding):
    assert read_results('{"Outcome":"NoIssues","TestExecuted":true}'.encode(encoding), "x")[0].outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("file", "check"),
    [
        ("PreRequisite-Result-VerifyOSVersion.dll.json", "VerifyOSVersion"),
        ("prerequisite-result-VerifyGRPCConnection.DLL.JSON", "VerifyGRPCConnection"),
        ("progress.log", None),
        ("PreRequisite-Result-.json", None),
    ],
)
def test_result_files_are_known_by_their_names(file, check):
    assert check_of_file(file) == check


@pytest.mark.parametrize(
    "reason",
    [
        "ConnectionSettings.txt was changed, only default config is allowed without MaintenanceSetting flag",
        "SLNet.exe.config .NET Remoting port should be 8004 but was 8005",
        "10.20.0.12: No response was received",
        "10.20.0.12: APIGateway version check failed: APIGateway is unavailable.",
        "Exception: Exception has been thrown by the target of an invocation.",
        "Could not load file or assembly 'System.Text.Json' ... (Exception from HRESULT: 0x80131040)",
        "Exception: This BPA cannot run on 10.4.0.0",
    ],
)
def test_reasons_in_the_log_are_told_word_for_word(reason):
    found = failed_prerequisite(f"    - Prerequisite VerifyX.dll failed: {reason}")
    assert (found.check, found.reason) == ("VerifyX", reason)


def test_other_lines_of_the_log_are_no_failed_check():
    assert failed_prerequisite("- One or more prerequisites failed") is None


KEYS = st.sampled_from(["Outcome", "TestExecuted", "Name", "ResultMessage", "x"]) | st.text()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=20,
)


@given(st.binary(max_size=500) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_results(data):
    results = read_results(data, "VerifyX")
    assert results
    assert all(isinstance(result.as_result()["outcome"], str) for result in results)


@given(st.text())
def test_any_line_is_judged(text):
    found = failed_prerequisite(text)
    assert found is None or found.check
