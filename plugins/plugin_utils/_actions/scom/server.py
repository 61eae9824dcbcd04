# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A management server together with its databases, its group and the other servers of the group, as an action asks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..._scom.group import databases, health, queries, server
from ..._scom.group.group import Group, lock_host, lock_name, lock_owner, task_id
from ..._scom.group.server import Member, Peer
from ..._scom.group.setups_running import GroupWork, work_of
from ..._scom.host.host_names import same_host
from ..._scom.host.installation import Database
from ..._scom.management_server import prerequisites, wrong_passwords
from ..._scom.management_server.observation import Observation
from ..._scom.management_server.others_work import nobody_works
from ..._scom.management_server.prerequisites.account_facts import TITLES
from ..._scom.releases.releases import Release
from ..._upgrade.accounts import Account, AccountKind
from ..._upgrade.facts import Fact
from ..._upgrade.judgement import Judgement
from ..._upgrade.logons import Outcome, Standing, Trial
from ..._upgrade.questions import Answers
from ..._upgrade.steps import Lock, Refused
from ..._windows.following import Limits
from ..._windows.group_lock import GroupLock, LockHeld
from ..._windows.host import TROUBLE, HandFailed, Host, PasswordRefused, reading
from ..._windows.inventory import open_host, refuse_strangers
from ..._windows.long_task import LongTask
from ..._windows.upgrade_action import Stop, UpgradeAction
from .held_services import HeldServices
from .options import judged_options, know_rules, passwords, setup_account

Sql = Mapping[str, Any]

STILL_HELD = (
    "\n  note     an earlier run holds services of management servers of the group still; the upgrade puts them back when it ends, "
    "systemcenter.upgrade.scom_services with state restored does so at once"
)
HELD_FOR_SETUP = (
    "\n  note     services of management servers of the group are stopped on purpose while setup runs there, or may run: "
    "do not start them; they come back when the run that follows it has seen its end"
)


class ScomServer:
    """Asks everything that is to be known about one management server, in one call a hand.

    ``observe`` makes at most five calls to the server and one to each of its peers; the one server of a run that tries the passwords
    makes two more for the setup account and one for each other. ``with_lock`` makes one more to the lock's host.
    """

    def __init__(self, action: UpgradeAction, options: Mapping[str, Any], target: Release) -> None:
        self.host = action.host
        self.account: Account = setup_account(options)
        self.target = target
        self._options = options
        self._judged = judged_options(options, target)
        know_rules(options)
        self._peers = _open_peers(action, options["management_servers"])
        self._peer_names: dict[str, Host] = {}
        self.held = HeldServices(self.host, self._peers)
        self._no_logon = ""
        self._was_refused = False
        self._logons: dict[str, Trial] = {}

    def is_under_way(self, me: Member) -> bool:
        """Whether an upgrade has begun that touches this server: it is done, or started, or its services are stopped for another one."""
        begun = me.release is self.target or (me.tasks.is_known and task_id(self.target) in me.tasks.value)
        return begun or self.held.mine

    def why_held(self, seen: Observation) -> str:
        """What to tell of this server's services that are stopped on purpose: whether a setup still needs that."""
        if not self.held.mine:
            return ""
        work = work_of(seen.peers)
        return _held_for(work) if work.is_possible else STILL_HELD

    def refused_password(self, seen: Observation) -> Refused | None:
        """Why setup must not be given the passwords of this run, as they were found when this was seen; no waiver counts."""
        accounts = self._judged.accounts
        trials = {f"{TITLES[role]} {accounts[role].name}": trial for role, trial in self._logons.items()}
        return wrong_passwords.refusal(seen.me.name, trials, seen.judgement.findings)

    def look(self) -> Observation:
        """This server, what blocks its upgrade, its group and its peers; not what became of a task of ours on it."""
        me, group, judgement = self._myself()
        peers = tuple(self._peer(name, host) for name, host in self._peers.items())
        return Observation(me=me, group=group, peers=peers, judgement=judgement, known_as=self.host.name)

    def observe(self, task: LongTask) -> Observation:
        """Everything the next step rests on."""
        return replace(self.look(), task=task.status())

    def lock_place(self, seen: Observation) -> tuple[str, str]:
        """Host and name of the group's lock: the same for every controller that sees the whole group.

        While the group cannot be read nothing is started, and a setup that runs is followed under the lock that its servers point to.
        """
        if seen.group.is_known:
            return seen.group.value.lock_host, seen.group.value.lock_name
        servers = [seen.me.name, *(peer.name for peer in seen.peers if peer.member)]
        return lock_host(servers), lock_name(seen.me.installation.management_group or "")

    def with_lock(self, seen: Observation) -> Observation:
        """The same with what the group's lock says to this work."""
        fqdn, name = self.lock_place(seen)
        host = self._host_named(fqdn)
        result = host.ask("host_lock", operation="inspect", name=name, owner=lock_owner(self.target, seen.me.name))
        with reading(host.name, "host_lock"):
            return replace(seen, lock=Lock.read(fqdn, result))

    def lock(self, seen: Observation) -> GroupLock:
        """The group's lock, on the server of the group that every controller finds."""
        (host, name), me = self.lock_place(seen), seen.me.name
        return GroupLock(self._host_named(host), name, lock_owner(self.target, me), f"upgrade of {me} to {self.target.value}")

    def free_forgotten(self, seen: Observation) -> str:
        """Restores what a controller that died has left stopped, when nothing runs. Returns what to tell, '' when nothing is held."""
        if not (self.held.mine or self.held.others):
            return ""
        if not nobody_works(seen):
            return _held_for(work_of([Peer(seen.known_as, seen.me), *seen.peers]))
        try:
            with self.lock(seen):
                self.held.release_mine()
                self.held.release_others()
        except LockHeld as locked:
            return f"{HELD_FOR_SETUP}\n  seen     {locked}"
        except (Stop, *TROUBLE) as trouble:
            return f"{STILL_HELD}\n  note     {trouble}"
        return "\n  note     services that an earlier run had stopped on management servers of the group are restored"

    def long_task(self, limits: Limits) -> LongTask:
        """The one task that upgrades this server to the target."""
        return LongTask(self.host, task_id(self.target), limits)

    def _myself(self) -> tuple[Member, Fact[Group], Judgement]:
        answers = self.host.probe({**server.QUESTIONS, **prerequisites.questions(self._judged), **self.held.questions()})
        with reading(self.host.name, "host_probe"):
            self.held.see(self.host.name, answers)
            myself = server.read(answers)
        installed = myself.installation
        if installed.management_server is None:
            nothing = Fact[Group].unread("the management group", "this host is no management server")
            return myself, nothing, Judgement()
        accounts = self._ask_accounts()
        operational = self._query(installed.operational_database, queries.of_operational_database(self._judged.etl_surplus_limit))
        warehouse = self._query(installed.data_warehouse, queries.of_data_warehouse())
        sdk = self._command({**health.COMMANDS, **prerequisites.COMMANDS})
        with reading(self.host.name, "host_probe, sql_query or scom_command"):
            me = server.read(answers, health.read(answers, sdk, name=myself.name, rating_decides=not self.held.others))
            group = _group(operational, installed.operational_database)
            seen = prerequisites.read(
                installed,
                answers | accounts,
                operational,
                warehouse,
                sdk,
                self._judged,
                logons=self._logons,
                services_are_held=self.held.mine,
            )
            judgement = prerequisites.judge(seen, self._options["waive"], self._options["raise"])
            return me, group, judgement.blaming(self._no_logon, self._logons["setup"].fix) if self._was_refused else judgement

    def _ask_accounts(self) -> Answers:
        """The accounts' own questions, as the setup account: the directory is a second hop for the connection's logon.

        A password that is refused is used for nothing more, and nothing is asked that needs it. When the logon fails for another reason
        the questions are asked without it. The other accounts' passwords are tried with what the directory says of their lockouts.
        """
        self._no_logon, self._was_refused, self._logons = "", False, {}
        questions = prerequisites.account_questions(self._judged)
        try:
            with self.host.acting_as(self.account):
                return self._try_passwords(self.host.probe(questions))
        except PasswordRefused as refused:
            self._no_logon, self._was_refused = f"not asked: {refused}", True
            self._logons = {role: Trial(Outcome.UNTRIED, self._no_logon) for role in self._given} | {"setup": refused.trial}
            return Answers.from_result({name: {"state": "denied", "error": self._error} for name in questions})
        except HandFailed as failure:
            self._no_logon = str(failure.result.get("msg", failure))
            return self._try_passwords(self.host.probe(questions))

    def _try_passwords(self, directory: Answers) -> Answers:
        """Tries every password that was given, unless the run knows it already or the directory's answers advise against it."""
        for role, account in self._given.items():
            self._logons[role] = self.host.tried(account, Standing.read(directory[prerequisites.question_of(self._judged, role)]))
        return directory

    @property
    def _given(self) -> dict[str, Account]:
        """The accounts that have a password, by their roles."""
        named = {role: wanted for role, wanted in self._judged.accounts.items() if wanted.kind is not AccountKind.SYSTEM}
        given = {role: password for role, password in passwords(self._options).items() if role in named}
        return {role: Account(named[role].name, AccountKind.PASSWORD, password) for role, password in given.items()}

    @property
    def _error(self) -> dict[str, str]:
        return {"type": "NoLogon", "message": self._no_logon}

    def _query(self, database: Database | None, asked: list[dict[str, Any]]) -> Sql | None:
        if database is None:
            return None
        if self._no_logon:
            return {"connection": {"state": "denied", "error": self._error}, "answers": {}}
        with self.host.acting_as(self.account):
            return self.host.ask("sql_query", server=database.server, database=database.name, queries=asked)

    def _command(self, commands: Mapping[str, Mapping[str, Any]]) -> Answers:
        if self._no_logon:
            # Not denied: the Data Access service, whose word on the account's role counts, was not asked.
            return Answers.from_result({name: {"state": "unknown", "error": self._error} for name in commands})
        with self.host.acting_as(self.account):
            return self.host.answers(commands, "scom_command", commands=dict(commands))

    def _peer(self, name: str, host: Host) -> Peer:
        try:
            answers = host.probe({**server.QUESTIONS, **self.held.questions()})
            with reading(name, "host_probe"):
                found = server.read(answers)
                self.held.see(name, answers)
        except TROUBLE as trouble:
            return Peer(name, unreachable=str(trouble))
        self._peer_names[found.name] = host
        return Peer(name, found)

    def _host_named(self, fqdn: str) -> Host:
        return next((host for name, host in self._peer_names.items() if same_host(name, fqdn)), self.host)


def _held_for(work: GroupWork) -> str:
    return f"{HELD_FOR_SETUP}\n  seen     {work.text()}" if work.is_possible else HELD_FOR_SETUP


def _group(result: Sql | None, database: Database | None) -> Fact[Group]:
    if result is None or database is None:
        return Fact.unread("the management group", "the registry names no operational database")
    return databases.read_group(result, database)


def _open_peers(action: UpgradeAction, names: list[str]) -> dict[str, Host]:
    then = ". List the management servers by the names of the inventory; nothing was started."
    refuse_strangers("management_servers", names, action.task_vars["hostvars"], then)
    return {name: open_host(name, action, action.task_vars) for name in names if name != action.host.name}
