"""A broken connection is told from a defect by where the exception was raised: the libraries raise what they like."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, SimpleNamespace
from typing import Any
from xml.etree.ElementTree import ParseError

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError, AnsibleFileNotFound, AnsibleOptionsError
from ansible.plugins.connection import psrp
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import ConnectionLost, Host

WHATEVER = [ValueError, KeyError, ParseError, RuntimeError, AttributeError, OSError]
SAID = "invalid literal for int() with base 10: ''"
Script = Callable[..., tuple[int, bytes, bytes]]


def connection(script: Script, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Ansible's own psrp, with what stands for the library behind it."""
    line = object.__new__(psrp.Connection)
    line._connected = True
    line.runspace = line._last_pipeline = None
    line._psrp_host = "ms1"
    line._shell = SimpleNamespace(build_module_command=lambda *_: "")
    monkeypatch.setattr(psrp.Connection, "_exec_psrp_script", lambda _self, **_unused: script())
    return line


def host(script: Script, monkeypatch: pytest.MonkeyPatch, before: Callable[[], None] = lambda: None) -> Host:
    """A host whose modules are one command of its connection."""
    line = connection(script, monkeypatch)

    def execute(**_unused: Any) -> dict[str, Any]:
        before()
        code, _out, _errors = line.exec_command("whoami")
        return {"rc": code}

    return Host("ms1", SimpleNamespace(_connection=line, _execute_module=execute, _task=SimpleNamespace(copy=lambda: None)), line, {})


def fail() -> Any:
    raise ParseError("mismatched tag")


def raising(*errors: BaseException) -> Script:
    left = list(errors)

    def script() -> tuple[int, bytes, bytes]:
        raise left.pop(0) if len(left) > 1 else left[0]

    return script


def fine() -> tuple[int, bytes, bytes]:
    return 0, b"", b""


@pytest.mark.parametrize("kind", WHATEVER)
def test_whatever_comes_out_of_the_library_is_a_lost_connection_that_is_given_up(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = host(raising(kind(SAID)), monkeypatch)
    with pytest.raises(ConnectionLost) as lost:
        asked.run("win_ping", {})
    assert lost.value.was_open
    assert "invalid literal" in lost.value.reason
    assert not asked._connection.connected


@pytest.mark.parametrize("kind", WHATEVER)
def test_the_same_out_of_our_own_code_stays_an_error(kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def defect() -> None:
        raise kind(SAID)

    with pytest.raises(kind):
        host(fine, monkeypatch, before=defect).run("win_ping", {})


def test_a_wrong_option_is_none_of_the_connection_although_it_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong_option() -> None:
        raise AnsibleOptionsError("the option connection_timeout of psrp is no number")

    with pytest.raises(AnsibleOptionsError):
        host(fine, monkeypatch, before=wrong_option).run("win_ping", {})


def test_a_template_that_speaks_of_a_connection_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong_template() -> None:
        raise AnsibleError("ansible_connection cannot be rendered")

    with pytest.raises(AnsibleError):
        host(fine, monkeypatch, before=wrong_template).run("win_ping", {})


def test_a_defect_while_a_lost_answer_is_asked_for_again_is_no_lost_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def defect_the_second_time() -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyError("answers")

    with pytest.raises(KeyError):
        host(raising(ValueError("invalid literal")), monkeypatch, before=defect_the_second_time).ask("host_probe")


def test_what_ansible_makes_of_a_library_s_exception_is_a_lost_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = host(fine, monkeypatch)

    def wrapped(**_unused: Any) -> dict[str, Any]:
        try:
            asked._connection.exec_command("whoami")
        except Exception as error:
            raise AnsibleError("the task failed") from error
        return {}

    asked._action._execute_module = wrapped
    monkeypatch.setattr(psrp.Connection, "_exec_psrp_script", lambda _self, **_unused: raising(KeyError("shell"))())
    with pytest.raises(ConnectionLost):
        asked.run("win_ping", {})


def test_a_file_that_is_not_there_is_no_lost_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AnsibleFileNotFound):
        host(raising(AnsibleFileNotFound("no such file")), monkeypatch).run("win_ping", {})


def test_a_host_that_cannot_be_connected_to_was_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = host(raising(AnsibleConnectionFailure("refused")), monkeypatch)
    asked._connection._connected = False
    monkeypatch.setattr(psrp.Connection, "_connect", lambda _self: raising(AnsibleConnectionFailure("refused"))())
    with pytest.raises(ConnectionLost) as lost:
        asked.run("win_ping", {})
    assert not lost.value.was_open


def test_a_command_that_the_plugin_has_given_up_waiting_for_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin raises the same as for a host that it cannot connect to."""
    with pytest.raises(ConnectionLost) as lost:
        host(raising(AnsibleConnectionFailure("HTTP read timeout during PSRP script execution")), monkeypatch).run("win_ping", {})
    assert lost.value.was_open


def test_what_fails_in_something_that_a_connection_calls_is_a_lost_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as the reader of damaged CLIXML, which is of Ansible and of no connection plugin."""
    damaged = FunctionType(fail.__code__, {"__name__": "ansible.plugins.shell.powershell", "ParseError": ParseError})
    with pytest.raises(ConnectionLost):
        host(damaged, monkeypatch).run("win_ping", {})
