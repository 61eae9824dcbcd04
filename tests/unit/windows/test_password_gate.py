"""Nothing logs on with a password that this run has not found right: neither become nor a task, on any host."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.accounts import Account, AccountKind
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.logons import Outcome, Standing
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.following import Limits
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import ConnectionLost, HandFailed, Host, PasswordRefused
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.long_task import LongTask, Work
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.tried_passwords import TriedPasswords
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.upgrade_action import explain

from tests.unit.scom.builders import answer, unanswered
from tests.unit.windows.fakes import from_the_line

SETUP = Account("CONTOSO\\svc", AccountKind.PASSWORD, "CANARY-gate")
WORK = Work("id", "title", "C:\\setup.exe", "", SETUP)
WRONG_BECOME = {"failed": True, "msg": "Failed to logon svc (..., Win32ErrorCode 1326 - 0x0000052E)"}


class Windows:
    """What hosts answer: the account's standing, the logon, and anything else."""

    def __init__(self, logon: str = "ok", **standing: Any) -> None:
        self.logon: str | Exception = logon
        self.standing: Any = answer(**standing) if standing else unanswered("unsupported", "second hop")
        self.answer: dict[str, Any] = {"answers": {}, "state": "running"}
        self.asked: list[str] = []

    def __call__(self, module_name: str, module_args: dict[str, Any], task_vars: object) -> dict[str, Any]:
        questions = module_args.get("questions", {})
        if "account" in questions:
            self.asked.append("standing")
            if isinstance(self.standing, Exception):
                raise self.standing
            return {"answers": {"account": self.standing}}
        if "logon" in questions:
            self.asked.append("logon")
            assert json.loads(module_args["secrets"]) == {"password": SETUP.password}
            if isinstance(self.logon, Exception):
                raise self.logon
            return {"answers": {"logon": answer(valid=self.logon == "ok", code=0, reason=self.logon)}}
        self.asked.append(module_name.rpartition(".")[2])
        return self.answer


class Run:
    """Hosts of one run."""

    def __init__(self, windows: Windows, folder: Path) -> None:
        self._windows, self._tried = windows, TriedPasswords(folder)

    def host(self, name: str = "ms1") -> Host:
        connection = SimpleNamespace(become=None, close=lambda: None)
        connection.set_become_plugin = lambda plugin: setattr(connection, "become", plugin)
        return Host(
            name,
            SimpleNamespace(_execute_module=self._windows, _connection=None, _task=SimpleNamespace(copy=lambda: None)),
            connection,
            {},
            self._tried,
        )


def act(host: Host, account: Account = SETUP) -> None:
    with host.acting_as(account):
        host.probe({})


def start(host: Host) -> None:
    LongTask(host, "id", Limits()).start(WORK)


USES = pytest.mark.parametrize("use", [act, start], ids=["become", "task"])


@USES
def test_a_password_is_tried_before_its_first_use_on_any_host_and_never_again(tmp_path: Path, use: Any) -> None:
    windows = Windows()
    run = Run(windows, tmp_path / "tried")
    for name in ("ms1", "ms2", "ms1"):
        use(run.host(name))
    assert windows.asked[:2] == ["standing", "logon"]
    assert len(windows.asked) == 5 and windows.asked.count("logon") == 1


@USES
@pytest.mark.parametrize("reason", ["wrong_password", "locked", "disabled"])
def test_a_password_that_is_refused_is_used_nowhere(tmp_path: Path, use: Any, reason: str) -> None:
    windows = Windows(reason)
    run = Run(windows, tmp_path / "tried")
    for name in ("ms1", "ms2"):
        with pytest.raises(PasswordRefused, match=f"{reason.replace('_', ' ')}; tried once, on ms1") as refused:
            use(run.host(name))
        assert "CANARY" not in f"{refused.value} {refused.value.result}"
    assert windows.asked == ["standing", "logon"]


@USES
@pytest.mark.parametrize("near", [{"locked": True}, {"locked": False, "bad_password_count": 4, "lockout_threshold": 5}])
def test_a_password_that_could_lock_its_account_is_not_tried(tmp_path: Path, use: Any, near: dict[str, Any]) -> None:
    windows = Windows(**near)
    with pytest.raises(PasswordRefused, match="not tried"):
        use(Run(windows, tmp_path / "tried").host())
    assert windows.asked == ["standing"]


def test_an_operator_is_told_that_the_lockout_was_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Run(Windows(), tmp_path / "one").host().tried(SETUP)
    assert "trying the password of CONTOSO\\svc once; how close the account is to its lockout was not read: second hop" in _flat(capsys)
    Run(Windows(), tmp_path / "two").host().tried(SETUP, Standing(False, 0, 5))
    assert _flat(capsys) == ""


@pytest.mark.parametrize("account", [Account("SYSTEM", AccountKind.SYSTEM), Account("CONTOSO\\svc$", AccountKind.GMSA)])
def test_an_account_without_a_password_is_not_tried(tmp_path: Path, account: Account) -> None:
    windows = Windows()
    act(Run(windows, tmp_path / "tried").host(), account)
    assert windows.asked == ["host_probe"]


def test_an_account_that_the_play_has_chosen_is_its_own_business(tmp_path: Path) -> None:
    windows = Windows()
    host = Run(windows, tmp_path / "tried").host()
    host._connection.become = object()
    act(host)
    assert windows.asked == ["host_probe"]


def test_a_logon_whose_answer_was_lost_is_not_asked_for_again(tmp_path: Path) -> None:
    windows = Windows()
    windows.logon = from_the_line(ConnectionResetError("reset"))
    run = Run(windows, tmp_path / "tried")
    with pytest.raises(ConnectionLost):
        run.host("ms1").tried(SETUP)
    assert run.host("ms2").tried(SETUP).outcome is Outcome.IN_DOUBT
    assert windows.asked == ["standing", "logon"]


def test_a_line_that_breaks_before_the_try_leaves_it_to_the_next(tmp_path: Path) -> None:
    windows = Windows()
    windows.standing = from_the_line(ConnectionResetError("reset"))
    run = Run(windows, tmp_path / "tried")
    with pytest.raises(ConnectionLost):
        run.host("ms1").tried(SETUP)
    windows.standing = answer(locked=False)
    assert run.host("ms2").tried(SETUP).is_right
    assert windows.asked == ["standing", "standing", "logon"]


def test_a_host_that_is_not_reached_leaves_the_try_to_the_next(tmp_path: Path) -> None:
    windows = Windows()
    windows.logon = AnsibleConnectionFailure("no route")
    run = Run(windows, tmp_path / "tried")
    with pytest.raises(ConnectionLost):
        run.host("ms1").tried(SETUP)
    windows.logon = "ok"
    assert run.host("ms2").tried(SETUP).is_right


@pytest.mark.parametrize("answered", [WRONG_BECOME, {"failed": True, "msg": "x", "refusals": [{"code": "wrong_password", "message": "x"}]}])
def test_a_password_that_windows_takes_no_more_is_not_used_again(tmp_path: Path, answered: dict[str, Any]) -> None:
    windows = Windows()
    run = Run(windows, tmp_path / "tried")
    act(run.host())
    windows.answer = answered
    with pytest.raises(HandFailed):
        act(run.host())
    with pytest.raises(PasswordRefused):
        start(run.host("ms2"))
    assert windows.asked == ["standing", "logon", "host_probe", "host_probe"]


def test_the_refusal_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PasswordRefused) as refused:
        start(Run(Windows("wrong_password"), tmp_path / "tried").host())
    told = explain(refused.value, "ms1")
    assert told.startswith("ms1: the password of CONTOSO\\svc is not used")
    assert "wrong password; tried once, on ms1, and not again in this run; correct the password" in told
    assert "nothing was started" in told


def _flat(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())
