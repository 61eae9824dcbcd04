"""Whatever ends an action is told as a result with the host, what may be running, and what is held; never as a bare traceback."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from ansible.plugins.action import ActionBase
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import MASK
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import AnswerUnreadable, ConnectionLost
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.left_held import leave_held
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.upgrade_action import Stop, UpgradeAction, still_running

HELD = "the lock scom-prod on ms1"


class AnAction(UpgradeAction):
    """Ends with what it is told to."""

    MODULE = "scom_info"
    ending: BaseException

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        raise self.ending


def ended(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, module: str = "scom_info", options: dict[str, Any] | None = None
) -> dict[str, Any]:
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})
    monkeypatch.setattr(ActionBase, "validate_argument_spec", lambda *_: (None, options or {}))
    action = object.__new__(AnAction)
    action._connection = SimpleNamespace()
    action._task = SimpleNamespace(args={}, copy=lambda: None)
    action.MODULE, action.ending = module, error
    return action.run(None, {"inventory_hostname": "ms1"})


def test_an_error_that_nobody_foresaw_names_the_host_and_keeps_its_traceback_out_of_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    result = ended(KeyError("quiesce_note"), monkeypatch)
    assert result["failed"] and not result["still_running"]
    assert result["msg"].startswith("ms1: this run ended with an unexpected error.")
    assert "running  nothing of the upgrade" in result["msg"]
    assert "Traceback" not in result["msg"] and result["exception"].startswith("Traceback")
    assert "in act" in result["exception"]


@pytest.mark.parametrize(
    "error", [Stop("CANARY is wrong", seen=[{"cause": "CANARY"}]), KeyError("CANARY"), ConnectionLost("ms1", "CANARY")]
)
def test_a_password_that_an_error_brings_is_in_no_part_of_the_result(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"das_account": {"name": "CONTOSO\\das", "password": "CANARY"}}
    result = ended(error, monkeypatch, "scom_setup", given)
    assert result["failed"] and MASK in result["msg"]
    assert "CANARY" not in repr(result)


def test_what_is_left_held_is_told_with_every_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (KeyError("x"), Stop("setup failed"), ConnectionLost("ms2", "reset"), AnsibleError("cannot be rendered")):
        leave_held(error, HELD)
        assert ended(error, monkeypatch)["msg"].endswith(f"\n  held     {HELD}")


def test_an_error_in_the_middle_of_work_is_told_as_work_that_still_runs_with_the_traceback_of_the_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = still_running(ValueError("invalid literal"), "ms1", "scom-management-server-2025")
    told.__cause__ = ValueError("invalid literal")
    result = ended(told, monkeypatch)
    assert result["still_running"]
    assert result["msg"].splitlines()[:2] == ["ms1: still running on the host, not failed.", "  seen     ValueError: invalid literal"]
    assert "Traceback" not in result["msg"] and "ValueError" in result["exception"]


def test_a_lost_connection_and_a_refusal_bring_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = ConnectionLost("ms1", "reset")
    lost.__cause__ = OSError("reset")
    assert "exception" not in ended(lost, monkeypatch)
    assert ended(Stop("no", step="refused"), monkeypatch) == {"failed": True, "msg": "no", "step": "refused"}


def test_an_answer_that_cannot_be_read_keeps_what_it_was_for_those_who_look_closer(monkeypatch: pytest.MonkeyPatch) -> None:
    unreadable = AnswerUnreadable("ms1", "host_probe", "KeyError: 'values'")
    unreadable.__cause__ = KeyError("values")
    assert "KeyError" in ended(unreadable, monkeypatch)["exception"]


def test_ansible_ends_its_own_errors_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AnsibleUndefinedVariable):
        ended(AnsibleUndefinedVariable("scom_target is undefined"), monkeypatch)


def test_an_interruption_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyboardInterrupt):
        ended(KeyboardInterrupt(), monkeypatch)
    assert isinstance(still_running(KeyboardInterrupt(), "ms1", "one"), KeyboardInterrupt)
