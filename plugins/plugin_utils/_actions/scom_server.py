# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A management server together with its databases, its group and the other servers of the group, as an action asks them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from .._questions import Answers, Unreadable
from .._rules import Fact, Judgement, UnknownRule
from .._scom import databases, health, member, prerequisites, queries
from .._scom.group import Group, lock_owner, same_host, task_id
from .._scom.installation import Database
from .._scom.member import Member, Peer
from .._scom.observation import Observation
from .._scom.releases import Release
from .._windows.account import Account
from .._windows.group_lock import GroupLock
from .._windows.host import ConnectionLost, HandFailed, Host
from .._windows.inventory import open_host
from .._windows.long_task import Limits, LongTask
from .._windows.quiesce import QuiescedServices, notes
from .._windows.upgrade_action import Stop, UpgradeAction
from .scom_options import judged_options, passwords, setup_account

Sql = Mapping[str, Any]


class ScomServer:
    """Asks everything that is to be known about one management server, in one call a hand.

    ``observe`` makes at most four calls to the server and one to each of its peers.
    """

    def __init__(self, action: UpgradeAction, options: Mapping[str, Any], target: Release) -> None:
        self.host = action.host
        self.account: Account = setup_account(options)
        self.target = target
        self._options = options
        self._judged = judged_options(options, target)
        _know_rules([*options["waive"], *options["raise"]])
        self._peers = _open_peers(action, options["management_servers"])
        self._peer_names: dict[str, Host] = {}
        self._held: dict[str, bool] = {}
        self._no_logon = ""

    def judge(self) -> tuple[Member, Judgement]:
        """This server and what stands in the way of its upgrade, without its peers."""
        me, _, judgement = self._myself()
        return me, judgement

    def is_under_way(self, me: Member) -> bool:
        """Whether an upgrade has begun that touches this server: it is done, or started, or the server is held still for another one."""
        begun = me.release is self.target or (me.tasks.is_known and task_id(self.target) in me.tasks.value)
        return begun or self._held.get(self.host.name, False)

    def observe(self, task: LongTask) -> Observation:
        """Everything the next step rests on."""
        me, group, judgement = self._myself()
        peers = tuple(self._peer(name, host) for name, host in self._peers.items())
        return Observation(me=me, group=group, peers=peers, task=task.status(), judgement=judgement, known_as=self.host.name)

    def observe_until(self, good: Callable[[Observation], bool], task: LongTask, seconds: float, interval: float) -> Observation:
        """Observes again until it is good or the time is over, and returns what was seen last."""
        end = time.monotonic() + seconds
        while True:
            seen = self.observe(task)
            if good(seen) or time.monotonic() > end:
                return seen
            time.sleep(interval)

    def lock(self, seen: Observation) -> GroupLock:
        """The group's lock, on the server of the group that every controller finds."""
        group, me = seen.group.value, seen.me.name
        purpose = f"upgrade of {me} to {self.target.value}"
        return GroupLock(self._host_named(group.lock_host), group.lock_name, lock_owner(self.target, me), purpose)

    def hold_others(self) -> bool:
        """Holds the services of all other servers still. Returns whether anything had to be done."""
        held = [self._services(host).hold() for host in self._peers.values()]
        return any(held)

    def release_others(self) -> bool:
        """Puts the services of all other servers back as their own notes say. Returns whether there were any notes.

        One server that cannot be reached does not keep the others waiting; it is named in the end, in a Stop.
        """
        restored, failed = False, []
        for name, host in self._peers.items():
            try:
                restored = self._services(host).restore() or restored
            except (ConnectionLost, HandFailed, Unreadable, ValueError) as trouble:
                failed.append(f"{name}: {trouble}")
        if failed:
            raise Stop(
                f"The services of other management servers could not be put back: {'; '.join(failed)}. "
                "Their notes are kept; run systemcenter.upgrade.scom_services with state restored on them."
            )
        return restored

    @property
    def others_are_held(self) -> bool:
        """Whether, when last observed, another server had a note about services that are held still."""
        return any(held for name, held in self._held.items() if name != self.host.name)

    def long_task(self, limits: Limits) -> LongTask:
        """The one task that upgrades this server to the target."""
        return LongTask(self.host, task_id(self.target), limits)

    def _myself(self) -> tuple[Member, Fact[Group], Judgement]:
        noted = self._services(self.host)
        answers = self.host.probe({**member.QUESTIONS, **prerequisites.questions(self._judged), **noted.questions()})
        self._held[self.host.name] = bool(notes(answers))
        installed = member.read(answers).installation
        if installed.management_server is None:
            nothing = Fact[Group].unread("the management group", "this host is no management server")
            return member.read(answers), nothing, Judgement()
        accounts = self._ask_directory()
        operational = self._query(installed.operational_database, queries.of_operational_database(self._judged.etl_surplus_limit))
        warehouse = self._query(installed.data_warehouse, queries.of_data_warehouse())
        sdk = self._command({**health.COMMANDS, **prerequisites.COMMANDS})
        me = member.read(answers, health.read(answers, sdk, name=installed.host.fqdn, rating_decides=not self.others_are_held))
        group = _group(operational, installed.operational_database)
        seen = prerequisites.read(installed, answers | accounts, operational, warehouse, sdk, self._judged)
        return me, group, prerequisites.judge(seen, self._options["waive"], self._options["raise"])

    def _ask_directory(self) -> Answers:
        """The accounts' own questions, as the setup account: the directory is a second hop for the connection's logon.

        When that logon fails, they are asked without it, so that the trial of its password can say what is wrong with it.
        """
        questions = prerequisites.account_questions(self._judged)
        secrets = passwords(self._options) if self._options["validate_passwords"] else None
        try:
            with self.host.acting_as(self.account):
                return self.host.probe(questions, secrets)
        except HandFailed as failure:
            self._no_logon = str(failure.result.get("msg", failure))
            return self.host.probe(questions, secrets)

    def _query(self, database: Database | None, asked: list[dict[str, Any]]) -> Sql | None:
        if database is None:
            return None
        if self._no_logon:
            return {"connection": {"state": "denied", "error": {"message": self._no_logon}}, "answers": {}}
        with self.host.acting_as(self.account):
            return self.host.ask("sql_query", server=database.server, database=database.name, queries=asked)

    def _command(self, commands: Mapping[str, Mapping[str, Any]]) -> Answers:
        if self._no_logon:
            error = {"type": "NoLogon", "message": self._no_logon}
            return Answers.from_result({name: {"state": "denied", "error": error} for name in commands})
        with self.host.acting_as(self.account):
            return Answers.from_result(self.host.ask("scom_command", commands=dict(commands))["answers"])

    def _peer(self, name: str, host: Host) -> Peer:
        try:
            answers = host.probe({**member.QUESTIONS, **self._services(host).questions()})
            found = member.read(answers)
            self._held[name] = bool(notes(answers))
        except (ConnectionLost, HandFailed, Unreadable) as trouble:
            return Peer(name, unreachable=str(trouble))
        self._peer_names[found.name] = host
        return Peer(name, found)

    def _services(self, host: Host) -> QuiescedServices:
        return QuiescedServices(host, health.SERVER_SERVICES)

    def _host_named(self, fqdn: str) -> Host:
        return next((host for name, host in self._peer_names.items() if same_host(name, fqdn)), self.host)


def _group(result: Sql | None, database: Database | None) -> Fact[Group]:
    if result is None or database is None:
        return Fact.unread("the management group", "the registry names no operational database")
    return databases.read_group(result, database)


def _know_rules(names: list[str]) -> None:
    try:
        for name in names:
            prerequisites.ALL_RULES[name]
    except UnknownRule as error:
        raise Stop(f"waive or raise: {error}; nothing was started") from error


def _open_peers(action: UpgradeAction, names: list[str]) -> dict[str, Host]:
    known = action.task_vars["hostvars"]
    missing = [name for name in names if name not in known]
    if missing:
        raise Stop(
            f"management_servers names {', '.join(missing)}, which the inventory does not have. List the management servers by the names "
            "of the inventory; nothing was started."
        )
    return {name: open_host(name, action, action.task_vars) for name in names if name != action.host.name}
