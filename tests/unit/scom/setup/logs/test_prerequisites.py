"""SCOMPrereqCheck.log (log-shapes 3)."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.prerequisites import CheckStatus, read_prerequisite_log
from hypothesis import given
from hypothesis import strategies as st

FAILED = """\
<Result StatusCode="2">
  <Id>3CA3C48D-1A84-458E-A61E-95162FE015D3</Id>
  <Status>Failed</Status>
  <Check>ReportViewerCheckTitle</Check>
  <Components><Component>OMCONSOLE</Component><Component>OMWEBCONSOLE</Component></Components>
  <Description>ReportViewerCheckFailed</Description>
  <Resolution>ReportViewerCheckResolution</Resolution>
  <LogInformation>&lt;![CDATA[CheckPrerequisites: \t\tLogic Type:and\tReport Viewer: 2\tClr Types: 0]]&gt;</LogInformation>
</Result>
"""


def result(status_code="2", status="Failed", check="ExampleCheckTitle"):
    code = f' StatusCode="{status_code}"' if status_code is not None else ""
    return f"<Result{code}><Status>{status}</Status><Check>{check}</Check></Result>"


def read(text, encoding="utf-8"):
    return read_prerequisite_log(text.encode(encoding))


def test_a_failed_check_is_read_whole():
    (check,) = read(FAILED).failed
    assert (check.check, check.name) == ("ReportViewerCheckTitle", "ReportViewer")
    assert check.status is CheckStatus.FAILED
    assert check.id == "3CA3C48D-1A84-458E-A61E-95162FE015D3"
    assert check.components == ("OMCONSOLE", "OMWEBCONSOLE")
    assert check.description == "ReportViewerCheckFailed"
    assert check.logic == "and"
    assert check.parts == (("Report Viewer", 2), ("Clr Types", 0))
    assert check.known.fix == "install the SQL CLR types and Report Viewer"


@pytest.mark.parametrize(
    "wrapped",
    [
        "{}",
        "<Results>{}</Results>",
        '<?xml version="1.0" encoding="utf-16"?><PrerequisiteCheck xmlns="urn:x"><Results>{}</Results></PrerequisiteCheck>',
        "log line before\n{}\nlog line behind",
        "<Results>{}<Result StatusCode='2'><Status>Fai",
    ],
)
def test_results_are_found_wherever_they_stand(wrapped):
    assert [check.name for check in read(wrapped.replace("{}", FAILED)).failed] == ["ReportViewer"]


def test_two_appended_files_give_the_results_of_both():
    assert len(read(f"<R>{FAILED}</R><R>{FAILED}</R>").results) == 2


@pytest.mark.parametrize(
    ("code", "word", "status"),
    [
        ("2", "Failed", CheckStatus.FAILED),
        ("0", "FAILED", CheckStatus.FAILED),
        ("0", "Passed", CheckStatus.PASSED),
        ("1", "Warning", CheckStatus.WARNING),
        ("2", "Sonderbar", CheckStatus.UNKNOWN),
        ("0", "", CheckStatus.PASSED),
        ("1", "", CheckStatus.WARNING),
        ("2", "", CheckStatus.FAILED),
        ("7", "", CheckStatus.UNKNOWN),
        ("x", "", CheckStatus.UNKNOWN),
        (None, "", CheckStatus.UNKNOWN),
    ],
)
def test_the_word_decides_before_the_code_and_an_unknown_word_asks_for_a_look(code, word, status):
    assert read(result(code, word)).results[0].status is status


def test_utf_16_with_a_mark_is_read():
    assert read(FAILED, "utf-16").failed


def test_entities_are_never_expanded():
    bomb = '<!DOCTYPE R [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    log = read(f"{bomb}<R><Result><Check>&b;&c;</Check></Result>{FAILED}</R>")
    assert log.unreadable == 1
    assert [check.name for check in log.results] == ["ReportViewer"]


def test_a_document_type_within_a_result_is_unreadable():
    log = read('<Result><!DOCTYPE R [<!ENTITY a "x">]><Check>&a;</Check></Result>')
    assert (log.results, log.unreadable) == ((), 1)


def test_thousands_of_open_results_are_read_in_no_time():
    assert read("<Result>" * 200_000).results == ()


def test_a_deep_nest_is_read_without_falling():
    depth = 100_000
    assert len(read(f"<Result>{'<x>' * depth}{'</x>' * depth}</Result>").results) == 1


def test_a_check_without_the_usual_ending_keeps_its_name():
    assert read(result(check="Management Server Upgraded Check")).results[0].name == "Management Server Upgraded Check"
    assert read(result(check="")).results[0].name == ""


def test_a_check_nobody_knows_has_no_advice():
    assert read(result()).results[0].known is None


@given(st.text(max_size=200))
def test_no_text_makes_it_fail(text):
    assert read_prerequisite_log(text.encode("utf-8", "surrogatepass")).failed == ()


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40))
def test_whatever_a_result_holds_is_counted(text):
    log = read(f"<Result><Check>{text}</Check></Result>")
    assert len(log.results) + log.unreadable >= 1


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(data):
    assert read_prerequisite_log(data).results is not None
