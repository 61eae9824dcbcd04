# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One Windows host, as an action plugin reaches it through the hands.

Every call goes through Ansible's own C(_execute_module), the only door through which become, environment and check mode travel with
the module. What a broken connection means is said here once: the answer is unknown, the work may have been done.
"""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.plugins.connection import ConnectionBase
from ansible.plugins.loader import become_loader

from .._upgrade.accounts import Account, AccountKind
from .._upgrade.fields import Fields, Misshapen, without_halves
from .._upgrade.logons import Outcome, Standing, Trial, account_key, says_wrong_password
from .._upgrade.questions import Answers, Questions, Unreadable
from .connection_trouble import is_connection_trouble
from .password_trial import try_once
from .tried_passwords import TriedPasswords

COLLECTION = "systemcenter.upgrade"

# What reading raises on plain data of another shape than it was made for.
MISSHAPEN = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError)

# What psrp and winrm say when the server answers 401.
REFUSED_LOGON = ("failed to authenticate", "credentials were rejected")


class ConnectionLost(Exception):
    """The connection broke, or its answer could not be read: what was asked may or may not have happened."""

    def __init__(self, host: str, reason: str, was_open: bool = True) -> None:
        self.host = host
        self.reason = reason
        self.was_open = was_open
        super().__init__(f"the connection to {host} was lost: {reason}")

    @property
    def is_refused_logon(self) -> bool:
        """Whether the host answered, and would not have the account: trying again and again would lock it."""
        return any(words in self.reason.lower() for words in REFUSED_LOGON)


class HandFailed(Exception):
    """A hand ran on the host and said that it cannot do what it was asked."""

    def __init__(self, host: str, hand: str, result: Mapping[str, Any]) -> None:
        self.host = host
        self.hand = hand
        self.result = result
        super().__init__(f"{hand} failed on {host}: {result.get('msg', 'no message')}")

    @property
    def refusals(self) -> tuple[tuple[str, str], ...]:
        """Codes and words of the reasons why nothing was begun; none for any other failure, and for what no hand says."""
        found = self.result.get("refusals")
        if not isinstance(found, list) or not all(isinstance(one, Mapping) and isinstance(one.get("code"), str) for one in found):
            return ()
        return tuple((one["code"], str(one.get("message"))) for one in found)


class AnswerUnreadable(HandFailed):
    """A hand answered, and the answer cannot be read: what it was asked may or may not have been done."""

    def __init__(self, host: str, hand: str, why: str) -> None:
        super().__init__(host, hand, {"msg": f"the answer of {hand} cannot be read: {why}"})


@contextlib.contextmanager
def reading(host: str, hand: str) -> Iterator[None]:
    """What a hand answered is read inside: of an answer in no shape that it has, nothing else comes out than AnswerUnreadable."""
    try:
        yield
    except MISSHAPEN as error:
        raise AnswerUnreadable(host, hand, _first_line(error)) from error


class PasswordRefused(HandFailed):
    """Something was to log on with a password that this run does not use; nothing was asked of the host."""

    def __init__(self, host: str, account: str, trial: Trial) -> None:
        self.trial = trial
        refusal = {"code": f"password_{trial.outcome.value}", "message": f"{trial.reads}; {trial.fix}"}
        super().__init__(host, "logon", {"msg": f"the password of {account} is not used", "refusals": [refusal]})

    def __str__(self) -> str:
        return f"{self.result['msg']}: {self.trial.reads}"


# What looking at a host ends with where it cannot be reached, or does not say what it was asked.
TROUBLE = (ConnectionLost, HandFailed, Unreadable)


class Host:
    """A host of the inventory and the connection to it.

    The first host of an action is the one its task runs on; others (a peer of the same management group, say) are opened by
    L(inventory.open_host). All are made by C(UpgradeAction.reach).
    """

    def __init__(
        self,
        name: str,
        action: ActionBase,
        connection: ConnectionBase,
        task_vars: Mapping[str, Any],
        tried: TriedPasswords | None = None,
    ) -> None:
        self.name = name
        # A copy for each host: an action has one connection and one task, and no call of one host may end up on another.
        self._action = copy.copy(action)
        self._action._connection = connection
        self._action._task = action._task.copy()
        self._connection = connection
        self._task_vars = dict(task_vars)
        self._passwords = tried or TriedPasswords()

    def run(self, module: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Runs a module and returns its result.

        Raises ConnectionLost when its outcome is unknown, HandFailed when the module itself failed. Options that are None are left
        out: Ansible.Basic counts an explicit null as given.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        return self._judged(module, self._execute(module, given))

    def act(self, plugin: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Runs another action plugin on this host, such as C(ansible.windows.win_copy), which sends files of the controller.

        Raises as L(run).
        """
        action = self._action
        task = action._task.copy()
        task.args = {name: value for name, value in arguments.items() if value is not None}
        loaded = action._shared_loader_obj.action_loader.get(
            plugin,
            task=task,
            connection=self._connection,
            play_context=action._play_context,
            loader=action._loader,
            templar=action._templar,
            shared_loader_obj=action._shared_loader_obj,
        )
        with self._told_as_lost():
            result = loaded.run(task_vars=self._task_vars)
        return self._judged(plugin, result)

    def fetch(self, path: str, to: str) -> None:
        """Brings a file of the host to the controller. Raises ConnectionLost; AnsibleError when there is no such file."""
        with self._told_as_lost():
            if not self._connection.connected:
                self._connection._connect()
            self._connection.fetch_file(path, to)

    def _judged(self, module: str, result: dict[str, Any]) -> dict[str, Any]:
        if not result.get("_ansible_parsed", True):
            self.disconnect()
            raise ConnectionLost(self.name, "the answer arrived cut off")
        if result.get("unreachable"):
            raise ConnectionLost(self.name, str(result.get("msg", "unreachable")), was_open=False)
        with reading(self.name, module):
            result = without_halves(result)
        if result.get("failed"):
            raise HandFailed(self.name, module, result)
        return result

    def hand(self, hand: str, /, **arguments: Any) -> dict[str, Any]:
        """Runs one of this collection's hands."""
        return self.run(f"{COLLECTION}.{hand}", arguments)

    def ask(self, hand: str, /, **arguments: Any) -> dict[str, Any]:
        """Runs a hand that only looks. An answer lost on a line that was open is asked for again, once: looking twice does no harm."""
        try:
            return self.hand(hand, **arguments)
        except ConnectionLost as lost:
            if not lost.was_open:
                raise
        return self.hand(hand, **arguments)

    def probe(self, questions: Questions, secrets: Mapping[str, str] | None = None) -> Answers:
        """Puts all questions to the host in one round trip."""
        return self.answers(questions, "host_probe", questions=questions, secrets=json.dumps(secrets) if secrets else None)

    def answers(self, asked: Iterable[str], hand: str, /, **arguments: Any) -> Answers:
        """What a hand that only looks says in C(answers), to everything that it was asked."""
        return self._answers_in(self.ask(hand, **arguments), asked, hand)

    def _answers_in(self, result: Mapping[str, Any], asked: Iterable[str], hand: str) -> Answers:
        with reading(self.name, hand):
            answers = Answers.from_result(Fields(result).mapping("answers"))
            if missing := [name for name in asked if name not in answers]:
                raise Misshapen(f"there is no answer to {', '.join(missing[:3])}")
            return answers

    def tried(self, account: Account, standing: Standing | None = None) -> Trial:
        """What the one try of an account's password in this run has shown; it is made here when none was made yet.

        C(standing): what was read of its lockout, if somebody has.
        """

        def probe(questions: Questions, secrets: Mapping[str, str]) -> Answers:
            result = self.hand("host_probe", questions=questions, secrets=json.dumps(dict(secrets)) if secrets else None)
            return self._answers_in(result, questions, "host_probe")

        def was_made(error: Exception) -> bool:
            if isinstance(error, ConnectionLost):
                return error.was_open
            return isinstance(error, AnswerUnreadable) or not isinstance(error, HandFailed)

        return try_once(self._passwords, account, self.name, probe, was_made, standing)

    @contextlib.contextmanager
    def logging_on(self, account: Account) -> Iterator[None]:
        """For calls that log on with an account's password. Raises PasswordRefused for one that was not found right in this run.

        One that Windows takes no more is not used again: everything that looks or waits would try it over and over.
        """
        if account.kind is not AccountKind.PASSWORD:
            yield
            return
        trial = self.tried(account)
        if not trial.is_right:
            raise PasswordRefused(self.name, account.name, trial)
        try:
            yield
        except HandFailed as failed:
            if says_wrong_password(failed.result):
                refused = Trial(Outcome.REFUSED, "wrong_password", self.name)
                self._passwords.refuse(account_key(account.name, self.name), account.password or "", refused)
            raise

    @contextlib.contextmanager
    def acting_as(self, account: Account | None) -> Iterator[None]:
        """Runs the calls inside with another account's full logon, so that it can reach SQL Server on another host.

        Does nothing for None, or when the play has already chosen an account with become. Raises as L(logging_on).
        """
        if account is None or self._connection.become is not None:
            yield
            return
        become = become_loader.get("runas")
        become.set_options(direct=_become_options(account))
        with self.logging_on(account):
            self._connection.set_become_plugin(become)
            try:
                yield
            finally:
                self._connection.set_become_plugin(None)

    def disconnect(self) -> None:
        """Gives up the connection; the next call opens a new one."""
        with contextlib.suppress(Exception):
            self._connection.close()
        for attribute, value in (("_connected", False), ("runspace", None), ("protocol", None), ("shell_id", None)):
            if hasattr(self._connection, attribute):
                setattr(self._connection, attribute, value)

    def _execute(self, module: str, arguments: dict[str, Any]) -> dict[str, Any]:
        with self._told_as_lost():
            result: dict[str, Any] = self._action._execute_module(module_name=module, module_args=arguments, task_vars=self._task_vars)
        return result

    @contextlib.contextmanager
    def _told_as_lost(self) -> Iterator[None]:
        """Says of every trouble of the line that it is one, and gives the connection up."""
        try:
            yield
        except Exception as error:
            if not is_connection_trouble(error):
                raise
            # A plugin calls itself connected once it is, and says of a command that it gave up the same as of a host that it cannot reach.
            was_open = bool(getattr(self._connection, "connected", False)) or not isinstance(error, AnsibleConnectionFailure)
            self.disconnect()
            raise ConnectionLost(self.name, _first_line(error), was_open) from error


def _first_line(error: BaseException) -> str:
    """What an error says first; its type too where that alone makes sense of it, as of KeyError."""
    text = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
    return text if isinstance(error, AnsibleError | OSError | Misshapen) else f"{type(error).__name__}: {text}"


def _become_options(account: Account) -> dict[str, Any]:
    if account.kind is AccountKind.SYSTEM:
        return {"become_user": "SYSTEM"}
    return {"become_user": account.name, "become_pass": account.password}
