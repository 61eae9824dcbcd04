# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A whole DataMiner System, as an action asks it: every node over WinRM, and the web API for what only the system knows."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..._dataminer import prerequisites
from ..._dataminer.failover.roles import Role
from ..._dataminer.node import detect
from ..._dataminer.node.installation import Folder, Installation
from ..._dataminer.prerequisites import Checks, Options
from ..._dataminer.system import stored_packages
from ..._dataminer.system.observation import NodeView, Observation, Wanted
from ..._dataminer.versions.versions import Version
from ..._upgrade.accounts import Account, AccountKind
from ..._upgrade.facts import Fact, NotRead
from ..._upgrade.judgement import Judgement
from ..._upgrade.logons import Outcome, Standing, Trial
from ..._upgrade.questions import Answers, Questions, account
from ..._upgrade.steps import Lock
from ..._windows.following import Limits
from ..._windows.group_lock import GroupLock
from ..._windows.host import TROUBLE, ConnectionLost, Host, reading
from ..._windows.inventory import open_host
from ..._windows.long_task import LongTask
from ..._windows.patient_look import REFUSED_LOGONS, RefusedLogons
from ..._windows.upgrade_action import UpgradeAction
from .api import SystemAnswers, WebApi

REFUSED_LOGON = "the logon was refused"
LOCK_SECONDS = 900


class LogonRefused(ConnectionLost):
    """A node has refused our logon too often to try again."""

    def __init__(self, host: str) -> None:
        super().__init__(host, f"{REFUSED_LOGON} {REFUSED_LOGONS} times, and more tries could lock the account", was_open=False)


@dataclass(frozen=True)
class Seen:
    """Everything that was seen at one moment: of the nodes, of the web API, and the raw answers for the rules."""

    observation: Observation
    api: SystemAnswers
    answers: Mapping[str, Answers] = field(repr=False)
    mesh: Mapping[str, Answers] = field(repr=False)


class DataMinerSystem:
    """The nodes of one system, by the inventory's names, and its web API."""

    def __init__(self, action: UpgradeAction, nodes: Iterable[str], api: WebApi | None) -> None:
        self.hosts: dict[str, Host] = {
            name: action.host if name == action.host.name else open_host(name, action, action.task_vars) for name in nodes
        }
        self.secrets = action.secrets
        self._api = api
        self._login: Fact[str] | None = None
        self._refused_logons: defaultdict[str, RefusedLogons] = defaultdict(RefusedLogons)

    def observe(self, wanted: Wanted, options: Options | None = None, first: Iterable[str] = ()) -> Seen:
        """Everything a decision rests on, in two calls to each node and a third where a task of ours was found.

        ``options``: None when nothing is to be judged. ``first``: nodes whose web API is asked before that of others.
        """
        asked = {} if options is None else prerequisites.questions(options)
        found = {name: self._first_look(name, asked) for name in self.hosts}
        api = self._ask_api(found, set(first))
        views = {name: view for name, (view, _answers) in found.items()}
        seen = Observation(views, api.agents)
        answers = {name: of for name, (_view, of) in found.items() if of is not None}
        mesh = {name: self._second_look(name, seen, options) for name in seen.reached} if views else {}
        seen = replace(seen, nodes={name: self._completed(name, view, mesh.get(name), wanted) for name, view in views.items()})
        return Seen(seen, api, answers, {name: of for name, of in mesh.items() if of is not None})

    def judge(self, seen: Seen, options: Options, names: Mapping[str, list[str]], of_checks: Mapping[str, Checks] | None) -> Judgement:
        """What blocks an upgrade. ``names``: of rules to waive and to raise; ``of_checks``: of nodes whose checks were run."""
        mesh = seen.mesh if len(self.hosts) > 1 else None
        system = prerequisites.read(seen.observation, seen.answers, options, of_checks=of_checks, of_mesh=mesh, login=self._login)
        return prerequisites.judge(system, names["waive"], names["raise"])

    def try_login(self, account: Account, seen: Seen) -> None:
        """Tries once whether Windows takes the password of the utility's account, and DataMiner the account; it is judged from then on.

        Windows is asked first, on one node: whatever logs on with the password afterwards counts against no lockout any more.
        """
        if account.kind is not AccountKind.PASSWORD or (self._login is not None and self._login.is_known):
            return
        trial = self._tried(account, seen.observation.reached)
        if trial.outcome is Outcome.REFUSED:
            self._login = Fact.known(f"{account.name}: {trial.reads}")
        elif not trial.is_right:
            self._login = Fact.unread("a logon of the upgrade account", trial.reads, trial.fix)
        elif self._api is not None and seen.api.node:
            self._login = self._api.lets_in([seen.api.node], account)

    def _tried(self, account: Account, nodes: Iterable[str]) -> Trial:
        trial = Trial(Outcome.UNTRIED, "no node answers")
        for name in nodes:
            try:
                trial = self.hosts[name].tried(account)
            except TROUBLE as trouble:
                trial = Trial(Outcome.UNTRIED, str(trouble), name)
            if trial.is_settled:
                break
        return trial

    def with_lock(self, seen: Observation, owner: str) -> Observation:
        """The same with what the system's lock says to the owner of that name."""
        host = seen.lock_host
        result = self.hosts[host].ask("host_lock", operation="inspect", name=seen.lock_name, owner=owner)
        with reading(self.hosts[host].name, "host_lock"):
            return replace(seen, lock=Lock.read(host, result))

    def lock(self, seen: Observation, owner: str, purpose: str, entry_seconds: int | None = None) -> GroupLock:
        """The system's lock, on the node that every controller finds. ``entry_seconds``: how long it holds before it is first renewed."""
        return GroupLock(self.hosts[seen.lock_host], seen.lock_name, owner, purpose, LOCK_SECONDS, entry_seconds=entry_seconds)

    def long_task(self, node: str, task_id: str, limits: Limits) -> LongTask:
        """A task on one node."""
        return LongTask(self.hosts[node], task_id, limits)

    def close(self) -> None:
        """Ends what was opened besides the connections, which Ansible ends."""
        if self._api is not None:
            self._api.close()

    def _ask_api(self, found: Mapping[str, tuple[NodeView, Answers | None]], first: set[str]) -> SystemAnswers:
        """What the web API says; nodes that may be online are asked first, for the others have nobody logged in."""
        if self._api is None:
            return SystemAnswers.none("no account for the web API is given")
        reached = {name: view.installation for name, (view, _answers) in found.items() if view.installation is not None}
        turns = sorted(reached, key=lambda name: (first != set() and name not in first, not online_guess(reached[name])))
        name = self._api.login.name
        return self._api.ask(turns, lambda: self._standing(name, turns))

    def _standing(self, account_name: str, nodes: Iterable[str]) -> Standing:
        """How close an account is to its lockout, as the first node that answers has it."""
        why = "no node answers"
        for name in nodes:
            try:
                return Standing.read(self.ask(name, {"account": account(account_name)})["account"])
            except TROUBLE as trouble:
                why = str(trouble)
        return Standing(unread=why)

    def ask(self, name: str, questions: Questions) -> Answers:
        """Puts questions to a node. Raises as L(Host.probe) and L(logging_on)."""
        with self.logging_on(name):
            return self.hosts[name].probe(questions)

    @contextlib.contextmanager
    def logging_on(self, name: str) -> Iterator[None]:
        """For every call to a node that is made again and again, whatever it asks for. Raises LogonRefused.

        A node that has refused our logon several times is asked no more: more tries could lock the account.
        """
        if self._refused_logons[name].are_enough:
            raise LogonRefused(name)
        try:
            yield
        except ConnectionLost as lost:
            self._refused_logons[name].count(lost)
            raise
        self._refused_logons[name].count(None)

    def _first_look(self, name: str, asked: Mapping[str, Any]) -> tuple[NodeView, Answers | None]:
        try:
            answers = self.ask(name, {**detect.questions(name), **asked})
            with reading(name, "host_probe"):
                return NodeView(name, detect.read(answers)), answers
        except TROUBLE as trouble:
            return _away(name, trouble), None

    def _second_look(self, name: str, seen: Observation, options: Options | None) -> Answers | None:
        """What can be asked only once the folders of the packages and the other nodes are known."""
        asked = stored_packages.questions(seen.reached[name].package_folders)
        if options is not None:
            asked = {**asked, **prerequisites.mesh_questions(seen, name, options)}
        if not asked:
            return Answers({})
        try:
            return self.ask(name, asked)
        except TROUBLE:
            return None

    def _completed(self, name: str, view: NodeView, answers: Answers | None, wanted: Wanted) -> NodeView:
        node = view.installation
        if node is None:
            return view
        try:
            stored = self._packages(name, node, answers)
            return replace(view, packages=stored, web=self.web_version(name), task=self._task(name, node, wanted))
        except TROUBLE as trouble:
            return _away(name, trouble)

    @staticmethod
    def _packages(name: str, node: Installation, answers: Answers | None) -> Fact[Any]:
        if answers is None:
            return Fact.unread("the packages on the node", "the connection was lost")
        with reading(name, "host_probe"):
            return stored_packages.read(node.package_folders, answers)

    def web_version(self, name: str) -> Fact[Version | None]:
        """The version of the web applications of one node."""
        if self._api is None:
            return Fact.unread("the version of the web applications", "no account for the web API is given")
        return self._api.web_version(name)

    def _task(self, name: str, node: Installation, wanted: Wanted) -> Any:
        if not node.tasks.is_known or wanted.task_id not in node.tasks.value:
            return None
        return LongTask(self.hosts[name], wanted.task_id, Limits()).status()


def _away(name: str, trouble: Exception) -> NodeView:
    refused = isinstance(trouble, LogonRefused) or (isinstance(trouble, ConnectionLost) and trouble.is_refused_logon)
    return NodeView(name, None, unreachable=str(trouble), refused_logon=refused)


def online_guess(node: Installation) -> bool:
    """Whether a node may be online by what it says of itself alone; its pair's addresses are not known yet."""
    return node.role(()).role is not Role.OFFLINE


def folders_of(node: Installation, file: str, earlier: frozenset[str]) -> Fact[tuple[Folder, ...]]:
    """The folders of one package that were not there before."""

    def read() -> tuple[Folder, ...]:
        return tuple(
            one
            for one in node.package_folders.value
            if one.name.casefold().startswith(f"{file.casefold()}-") and one.name.rpartition("-")[2].lower() not in earlier
        )

    return Fact.reading("the packages' folder", read, NotRead)
