# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The package's own checks, run by the executor inside it, on every node at once, offline ones too."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterable

from ..._dataminer.prerequisites import Checks
from ..._dataminer.prerequisites.checks import of_executor
from ..._dataminer.system.goal import Goal
from ..._dataminer.utility.command import run_checks
from ..._upgrade.accounts import Account
from ..._upgrade.fields import Fields
from ..._upgrade.questions import Unreadable, file, file_text
from ..._upgrade.times import utc_time
from ..._windows.display_lines import Progress
from ..._windows.following import Limits, StillRunning
from ..._windows.host import HandFailed, reading
from ..._windows.long_task import LongTask, Work
from ..._windows.task_status import TaskState, TaskStatus
from ..._windows.waiting import Patience
from .staging import Staging
from .system import DataMinerSystem

# Not one of an upgrade's: those tasks are judged, and keep a second upgrade from being started.
TASK = "dm-checks-{}"
STILL_RUNNING = "still_running"
LARGEST_RESULT = 8 * 1024 * 1024


class PackageChecks:
    """One run of the checks. What was begun by a controller that died is attached to."""

    def __init__(
        self, system: DataMinerSystem, staging: Staging, runs_as: Account, limits: Limits, renew: Callable[[], None] = lambda: None
    ) -> None:
        self._system = system
        self._staging = staging
        self._runs_as = runs_as
        self._limits = limits
        self._renew = renew

    def run(self, goal: Goal, names: Iterable[str]) -> dict[str, Checks]:
        """Lays the checks out, runs them on all nodes and reads what they found; {} for a package without any.

        Raises StillRunning when they take too long on a node: they go on there.
        """
        if not goal.prerequisites or not goal.has_executor:
            return {}
        nodes = list(names)
        executor = self._staging.lay_out_checks(nodes)
        tasks = {name: self._system.long_task(name, TASK.format(goal.sha256[:16]), self._limits) for name in nodes}
        begun = {name: self._begin(name, task, goal, executor) for name, task in tasks.items()}
        return {name: self._end(name, task, goal, begun[name]) for name, task in tasks.items()}

    def _begin(self, name: str, task: LongTask, goal: Goal, executor: str) -> TaskStatus:
        """Starts the checks on a node, or attaches to those that run there: of a controller that died, or of one that prepares as well."""
        self._renew()
        if task.status().is_running:
            Progress(name, self._system.secrets).line("the checks of the package run already; attaching to them")
        else:
            Progress(name, self._system.secrets).line(f"running the {len(goal.prerequisites)} checks of the package")
            self._forget_earlier(task)
        paths = self._staging.paths
        command = run_checks(executor, [rf"{paths.checks}\{one}" for one in goal.prerequisites], paths.results)
        return task.start(
            Work(
                task_id=task.id,
                title=f"checks of {goal.file}",
                exe=command.exe,
                arguments=command.arguments,
                run_as=self._runs_as,
                working_directory=command.working_directory,
            )
        )

    @staticmethod
    def _forget_earlier(task: LongTask) -> None:
        """What is left of an earlier run tells what was, not what is.

        One that is refused because it runs was begun by another controller since we looked: its results are as new as ours would be.
        """
        try:
            task.forget(lost_too=True)
        except HandFailed as failed:
            if STILL_RUNNING not in dict(failed.refusals):
                raise

    def _end(self, name: str, task: LongTask, goal: Goal, begun: TaskStatus) -> Checks:
        """What the checks found on a node. ``begun``: the run that is waited for."""
        status, content = self._found(name, task, begun)
        # Another controller may have forgotten it, or run it again: then it is that one's to forget.
        with contextlib.suppress(HandFailed):
            task.forget(lost_too=True)
        checks = of_executor(goal.prerequisites, content)
        refusing = [one for one in checks.results.value if one.refuses] if checks.results and checks.results.is_known else None
        told = "their results cannot be read" if refusing is None else f"{len(refusing)} of them refuse" if refusing else "nothing found"
        Progress(name, self._system.secrets).line(f"checks of the package: {told}", status.elapsed_seconds)
        return checks

    def _found(self, name: str, task: LongTask, begun: TaskStatus) -> tuple[TaskStatus, bytes | None]:
        """Waits for the end of a run, or of the one that another controller has begun in its place, and reads what was written."""
        wait, last = Patience(self._limits.give_up_seconds, lambda waited: min(self._limits.interval(waited), 15)), begun
        while True:
            status = task.status()
            # Forgotten by another controller that has read its results: they stay where they are.
            last = status if status.state is not TaskState.ABSENT else last
            if not status.is_running:
                content = self._result(name, last)
                if content is not None or not task.status().is_running:
                    return last, content
            self._renew()
            if wait.is_over:
                raise StillRunning(name, task.id, f"the checks of the package take longer than {wait.waited / 60:.0f} min", status)
            wait.pause()

    def _result(self, name: str, status: TaskStatus) -> bytes | None:
        """The file that this run wrote; None when it wrote none: one of an earlier run tells nothing."""
        path = self._staging.paths.results
        answers = self._system.hosts[name].probe({"written": file(path), "text": file_text(path, max_bytes=LARGEST_RESULT)})
        try:
            written, text = answers.data("written"), answers.data("text")
        except Unreadable:
            return None
        with reading(name, "host_probe"):
            if not text or not status.started_utc or utc_time(Fields(written).need_text("modified_utc")) < utc_time(status.started_utc):
                return None
            return base64.b64decode(Fields(text).need_text("bytes"))


def as_result(checks: dict[str, Checks]) -> dict[str, list[dict[str, str]]]:
    """Plain data for a module's result: by node, what each check found."""
    return {
        name: [one.as_result() for one in of.results.value] if of.results is not None and of.results.is_known else []
        for name, of in checks.items()
    }
