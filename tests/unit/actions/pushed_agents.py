"""A third component, made up: agents that a management server pushes. There is no task of ours, only a request that is followed there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.component import Component, Outcome, Restart
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.failure_text import unproved
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.run_evidence import Log, RunEvidence
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.under_way import Place
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.proof import Proof
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import Secrets
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.signs import Sign
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Attach, Plan
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.display_lines import Progress
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.following import Following, Limits
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.waiting import Patience

BEGAN = "2026-03-01T01:12:00Z"
SENT = Place("ms1", "push-7")


@dataclass(frozen=True)
class Request:
    """What the management server says of it."""

    is_done: bool
    started_utc: str | None = BEGAN


@dataclass
class Group:
    """A management group in which things are asked: what is asked, and what is said, the last again and again. An error is raised."""

    push: Any = Request(False)
    progress: list[Any] = field(default_factory=lambda: [Request(True)])
    versions: list[Any] = field(default_factory=lambda: ["new"])
    asked: list[str] = field(default_factory=list)

    def start(self) -> Request:
        return self._said("push", [self.push])

    def look(self) -> Request:
        return self._said("request", self.progress)

    def version(self) -> str:
        return self._said("version", self.versions)

    def _said(self, what: str, answers: list[Any]) -> Any:
        self.asked.append(what)
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer


@dataclass
class Pushed:
    """A push that was asked for: followed by what its management server says of the request."""

    group: Group
    tell: Callable[[str], None]
    started_utc: str | None = BEGAN
    read: bytes = b""

    @property
    def logs(self) -> dict[str, Log]:
        return {"agents": Log("agents.log", self.read)}

    def follow(self, on_look: Callable[[], None]) -> Request:
        following = Following(*SENT, Limits(patience_seconds=60, give_up_seconds=600))
        return following.to_end(self._look, lambda request: request.is_done, lambda _: on_look(), self.tell)

    def _look(self) -> Request:
        request = self.group.look()
        self.read += b"another agent is done\n"
        return request


class PushedAgents(Component[Plan, Attach, str, Request]):
    """``journal``: which of the hooks were called that touch anything."""

    is_called = "the push"
    awaited = "the agents"

    def __init__(self, group: Group, directory: str, *, due: Restart | None = None, runs: bool = False) -> None:
        self.group = group
        self.lines: list[str] = []
        self.journal: list[str] = []
        self.progress = Progress("agents", Secrets(), display=self.lines.append)
        self.evidence = RunEvidence(directory, "agents", "2025", Secrets(), self.progress.line)
        self.ask_host: Callable[[Place | None], Place | None] = lambda known: known
        self.clear_away: Callable[[], None] = lambda: None
        self._due = due
        self._runs = runs

    def runs_before(self, _seen: str) -> Place | None:
        return SENT if self._runs else None

    def hold(self, _seen: str, *, may_run: bool) -> None:
        self.journal.append("hold while it may run" if may_run else "hold")

    def place(self, _step: Plan | Attach) -> Place:
        return SENT

    def prepare(self, _step: Plan, _seen: str) -> None:
        self.evidence.prepare()

    def make_room(self, _step: Plan) -> None:
        self.journal.append("room")

    def start(self, _step: Plan, _seen: str) -> Pushed:
        return Pushed(self.group, self.progress.line, self.group.start().started_utc)

    def refused(self, _seen: str) -> None:
        self.journal.append("refused")

    def attach(self, step: Attach, _seen: str) -> Pushed | None:
        return Pushed(self.group, self.progress.line) if step.task else None

    def ended(self, end: Request) -> Request | None:
        self.journal.append("ended")
        return end if end.started_utc else None

    def restart_due(self, _step: Plan | Attach, _end: Request | None) -> Restart | None:
        return self._due

    def patience(self, _end: Request | None) -> Patience:
        return Patience(60, 10)

    def look(self) -> str:
        return self.group.version()

    def signs(self, _step: Plan | Attach, _before: str, after: str, _end: Request | None) -> Proof:
        return Proof((Sign("version of the agents", "new", after, after == "new", "5 W"),))

    def facts(self, outcome: Outcome[Plan, Attach, str, Request]) -> dict[str, Any]:
        return {"agents": outcome.after}

    def evidence_facts(self, _outcome: Outcome[Plan, Attach, str, Request], logs: Mapping[str, str]) -> dict[str, Any]:
        return {"logs": dict(logs)}

    def failed(self, outcome: Outcome[Plan, Attach, str, Request], _logs: Mapping[str, str], evidence: str) -> str:
        return unproved("agents", {"cause": outcome.proof.first_cause, "proof": evidence}, outcome.proof)

    def tidy_up(self, _outcome: Outcome[Plan, Attach, str, Request]) -> None:
        self.journal.append("tidy")
        self.clear_away()

    def done(self, outcome: Outcome[Plan, Attach, str, Request]) -> str:
        return f"agents at {outcome.after}"

    def goes_on(self, known: Place | None) -> Place | None:
        return self.ask_host(known)

    def let_go(self, error: BaseException | None) -> None:
        self.journal.append(f"let go after {type(error).__name__}" if error else "let go")

    def left(self) -> str:
        return "the monitoring of the agents is off"
