"""Live progress out of growing logs: steps in plain words (log-shapes 1.4, 1.5, 2)."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.narrator import BootstrapNarrator, Narrator
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.tell_tales import (
    BOOTSTRAP_TELL_TALES,
    TELL_TALES,
    Phase,
    Step,
    StepSeverity,
    step_of,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import Secrets
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.scom.setup.logs.setup_runs import BAD, GOOD, a_log


def told(data, sizes=()):
    narrator, steps, position = Narrator(), [], 0
    for size in sizes:
        steps += narrator.feed(data[position : position + size])
        position += size
    return [*steps, *narrator.feed(data[position:]), *narrator.finish()]


def test_a_good_run_is_told_in_plain_words():
    assert told(GOOD.encode()) == [
        Step("setup started", Phase.START),
        Step("probing the share of database server sqlx01", Phase.PREREQUISITES),
        Step("importing management pack 1: Example Library", Phase.MANAGEMENT_PACKS),
        Step("setup ended: Successful", Phase.END),
    ]


def test_a_bad_run_is_told_with_its_warnings_and_errors():
    assert [(step.text, step.severity.value) for step in told(BAD.encode())] == [
        ("setup started", "info"),
        ("management pack Example.Library.mpb cannot be loaded", "warning"),
        ("errors in a management pack: 1", "warning"),
        ("management pack Example.Library.mpb was not loaded, setup will try again", "warning"),
        ("a database script failed", "error"),
        ("setup's action ExampleAction failed", "error"),
        ("setup ended: Failed", "error"),
    ]


def test_a_step_is_told_as_soon_as_its_line_is_there():
    narrator = Narrator()
    assert narrator.feed(b"[09:00:02]:\tAlways:\t:Application St") == []
    assert narrator.feed(b"arted\r\n") == [Step("setup started", Phase.START)]


def test_a_hang_at_the_database_share_is_seen_live():
    steps = Narrator().feed(b"[09:00:41]:\tInfo:\t:Info:Creating db path: \\\\listener\\E$\\Database\r\n")
    assert steps[0].text == "probing the share of database server listener"


def test_of_hundreds_of_management_packs_every_tenth_is_told():
    log = a_log(*[f"Info FirstManagementServer: Importing Management Pack: Pack {number}" for number in range(1, 42)])
    narrator = Narrator()
    assert [step.text for step in narrator.feed(log)] == [f"importing management pack {n}: Pack {n}" for n in (1, 11, 21, 31, 41)]
    assert narrator.management_packs == 41


def test_a_management_pack_begun_twice_is_counted_once():
    line = "Info FirstManagementServer: Importing Management Pack: Example"
    narrator = Narrator()
    assert [step.text for step in narrator.feed(a_log(line, line))] == [
        "importing management pack 1: Example",
        "importing management pack Example again",
    ]
    assert narrator.management_packs == 1


def test_the_same_step_is_not_told_twice_running():
    assert len(Narrator().feed(a_log("Info Doing Install task for X", "Info Doing Install task for X"))) == 1


def test_stack_frames_and_debug_records_are_not_told():
    assert Narrator().feed(a_log("Debug Application Started", "Error StackTrace:   at A.B()") + b"   at FATAL ACTION: no\r\n") == []


def test_a_harmless_text_at_level_error_is_told_as_an_error():
    assert Narrator().feed(a_log("Error Doing Install task for X"))[0].severity is StepSeverity.ERROR


def test_no_secret_is_told():
    narrator = Narrator(secrets=Secrets(["canary"]))
    steps = narrator.feed(a_log("Error FATAL ACTION: canary", "Info Doing Install task for Password=other"))
    assert [step.text for step in steps] == ["setup's action ******** failed", "installing Password=********"]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("Doing Preinstall task for Server", "preparing Server"),
        ("LaunchMsi: MSI to launch is: E:\\Setup\\AMD64\\Server\\OMServer.msi.", "installing OMServer.msi"),
        ("launchmsi: MSI E:\\x\\OMServer.msi returned error 1603", "OMServer.msi failed with 1603"),
        ("LaunchMSI: MSI E:\\x\\OMServer.msi requires a reboot.", "OMServer.msi asks for a reboot"),
        ("LaunchMsi: Msi mutex is in use and we are in silent mode.  We must fail setup.", "another installation is running"),
        ("OM component OMSERVER is not valid to install on this box.", "setup refuses this computer for OMSERVER"),
        ("GetCrackNameResult() ... DS_NAME_ERROR_NOT_FOUND", "an account could not be validated"),
        ("****Starting*RollBack****", "rolling back"),
        ("Application Ended: InvalidToInstallOnThisMachine", "setup ended: InvalidToInstallOnThisMachine"),
        ("Application Ended", "setup ended"),
        ("Publishing App Diagnostics Reports failed.", "reports were not published"),
    ],
)
def test_tell_tale_texts_have_their_words(text, step):
    assert step_of(text).text == step


def test_other_texts_have_no_step():
    assert step_of("Start adding DataItems") is None


def test_a_step_fits_a_line():
    step = step_of(f"Doing Install task for {'x' * 5000}\nmore")
    assert len(step.text) < 200
    assert "\n" not in step.text


def test_braces_in_a_log_are_no_format():
    assert step_of("Doing Install task for {name} {0}").text == "installing {name} {0}"


def test_the_bootstrap_tells_within_seconds_whether_setup_runs():
    log = (
        b"Message Type  0: Copying Localization Folder\r\n"
        b"Message Type  0: Launching EXE : E:\\media\\Setup\\AMD64\\SetupChainerUI.exe\r\n"
        b"Message Type  0: Starting to wait.\r\n"
    )
    assert [step.text for step in BootstrapNarrator().feed(log)] == [
        "setup is unpacking",
        "starting SetupChainerUI.exe",
        "setup is running",
    ]


def test_the_bootstrap_tells_a_refused_command_line():
    log = b"Message Type  0: Invalid command line switches - no components switch found.. Error : 0x80004005\r\n   Unspecified error\r\n"
    assert BootstrapNarrator().feed(log) == [Step("setup refuses its command line", Phase.START, StepSeverity.ERROR)]


@pytest.mark.parametrize("row", [*TELL_TALES, *BOOTSTRAP_TELL_TALES], ids=lambda row: row.step)
def test_every_tell_tale_has_a_source_and_the_groups_of_its_words(row):
    assert row.source
    assert row.step.format_map(dict.fromkeys(row.pattern.groupindex, "x"))


PIECES = st.lists(st.integers(min_value=1, max_value=60), max_size=20)


@given(PIECES)
def test_in_any_pieces_the_same_is_told(sizes):
    assert told(BAD.encode("utf-16"), sizes) == told(BAD.encode("utf-16"))


@given(st.binary(max_size=300), PIECES)
def test_no_bytes_make_the_narrator_fail(data, sizes):
    assert told(data, sizes) == told(data)
