"""What a watched setup says of itself, by the logs that were read of it."""

from __future__ import annotations

from types import SimpleNamespace

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.scom.setup_watch import SetupWatch
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.logs.verdict import Outcome
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import Secrets
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.task_status import TaskState, TaskStatus

ENDED_WELL = TaskStatus(TaskState.EXITED, exit_code=0)


def a_watch() -> SetupWatch:
    told: list[tuple[str, float]] = []
    progress = SimpleNamespace(line=lambda *line: told.append(line))
    return SetupWatch(progress, Secrets())


def test_a_setup_of_which_no_log_was_read_has_no_verdict_although_it_ended_with_0() -> None:
    assert a_watch().verdict(ENDED_WELL) is None


def test_the_log_of_the_bootstrap_alone_says_nothing_of_an_end() -> None:
    watch = a_watch()
    watch.watcher().on_log("bootstrap", r"C:\LOGS\Setup1.log", 0, b"Message Type  0: Starting to wait.\r\n")
    assert watch.verdict(ENDED_WELL) is None


def test_a_failed_prerequisite_is_told_when_the_wizards_log_has_no_end() -> None:
    watch = a_watch()
    watch.watcher().on_log("wizard", r"C:\LOGS\OpsMgrSetupWizard.log", 0, b"[09:00:00]:\tAlways:\t:Application Started\r\n")
    failed = b"<Results><Result><Status>Failed</Status><Check>ReportViewerCheckTitle</Check></Result></Results>"
    watch.watcher().on_log("prerequisites", r"C:\LOGS\SCOMPrereqCheck.log", 0, failed)
    verdict = watch.verdict(TaskStatus(TaskState.EXITED, exit_code=-14))
    assert verdict is not None and verdict.outcome is Outcome.UNKNOWN
    assert verdict.first_cause is not None and "ReportViewerCheckTitle" in verdict.first_cause.text


def test_two_logs_of_one_name_are_kept_as_two() -> None:
    watch = a_watch()
    watch.watcher().on_log("wizard", r"C:\LOGS\setup.log", 0, b"one")
    watch.watcher().on_log("bootstrap", r"C:\TEMP\Setup.log", 0, b"two")
    assert sorted(watch.logs.values()) == [("bootstrap-Setup.log", b"two"), ("wizard-setup.log", b"one")]
