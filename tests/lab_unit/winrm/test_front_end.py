"""The front end on real sockets, driven by ansible-core's own `psrp` and `winrm` connections in this process. A few seconds in all."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.connection import ConnectionBase

from tests.lab.winrm.http_message import HEAD_LIMIT

from .ansible_calls import BOTH, Connect, call_module, frames_as_since_2_19, psrp, unencrypted, winrm
from .served import Served
from .tiny_machine import TinyMachine

pytestmark = frames_as_since_2_19


LOGONS: dict[str, Callable[[Served], ConnectionBase]] = {
    "psrp, Basic over HTTP": lambda served: psrp(served, auth="basic"),
    "psrp, Basic over HTTPS": lambda served: psrp(served, tls=True, auth="basic"),
    "psrp, NTLM over HTTP": lambda served: psrp(served, auth="ntlm"),
    "psrp, Negotiate over HTTPS": lambda served: psrp(served, tls=True),
    "winrm, Basic over HTTP": lambda served: winrm(served, transport="plaintext"),
    "winrm, Basic over HTTPS": lambda served: winrm(served, tls=True, transport="basic"),
    "winrm, NTLM over HTTP": winrm,
    "winrm, NTLM over HTTPS": lambda served: winrm(served, tls=True),
}


@pytest.mark.parametrize("logon", LOGONS.values(), ids=LOGONS.keys())
def test_a_module_is_called_and_its_result_returned(
    served: Served, machine: TinyMachine, logon: Callable[[Served], ConnectionBase]
) -> None:
    connection = logon(served)

    code, result = call_module(connection, data="gr\u00fc\u00df")
    connection.close()

    assert (code, result["ping"], result["name"]) == (0, "gr\u00fc\u00df", "systemcenter.upgrade.host_probe")
    assert machine.users == ["LAB\\boss"]
    assert served.front.open_shells(machine.name) == 0


@pytest.mark.parametrize(
    ("user", "account"),
    [
        ("admin", "admin"),
        ("ADMIN", "admin"),
        (".\\admin", "admin"),
        ("tiny\\admin", "admin"),
        ("lab\\BOSS", "LAB\\boss"),
        ("svc@LAB.test",) * 2,
    ],
)
def test_a_user_is_known_by_every_way_windows_lets_it_be_written(served: Served, machine: TinyMachine, user: str, account: str) -> None:
    password = next(value for name, value in machine.accounts.items() if name.lower() == account.lower())

    connection = psrp(served, auth="ntlm", remote_user=user, remote_password=password)
    connection.exec_command("anything")

    assert [name.lower() for name in machine.users] == [account.lower()]


@pytest.mark.parametrize(
    "logon",
    [
        lambda served: psrp(served, auth="basic", remote_password="no"),
        lambda served: psrp(served, auth="ntlm", remote_password="no"),
        lambda served: psrp(served, auth="ntlm", remote_user="nobody"),
        lambda served: winrm(served, transport="plaintext", remote_password="no"),
        lambda served: winrm(served, transport="ntlm", remote_password="no"),
    ],
    ids=["psrp Basic", "psrp NTLM", "psrp unknown user", "winrm Basic", "winrm NTLM"],
)
def test_a_wrong_password_is_refused(served: Served, machine: TinyMachine, logon: Callable[[Served], ConnectionBase]) -> None:
    with pytest.raises(AnsibleConnectionFailure, match=r"[Ff]ailed to authenticate|credentials were rejected"):
        logon(served).exec_command("anything")

    assert machine.users == []


def test_a_password_that_changes_counts_from_the_next_logon(served: Served, machine: TinyMachine) -> None:
    psrp(served).exec_command("anything")
    machine.accounts["LAB\\boss"] = "new"

    with pytest.raises(AnsibleConnectionFailure):
        psrp(served).exec_command("anything")
    psrp(served, remote_password="new").exec_command("anything")


def test_without_a_logon_the_schemes_are_named(served: Served) -> None:
    answer = requests.post(f"http://127.0.0.1:{served.http}/wsman", data=b"<x/>", timeout=5)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Negotiate, Basic realm="WSMAN"'


def test_clear_text_is_not_seen_where_messages_are_encrypted(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []
    monkeypatch.setattr(socket.socket, "sendall", _recording(sent, socket.socket.sendall))

    psrp(served, auth="ntlm").exec_command("a very secret text")
    winrm(served, transport="ntlm").exec_command("a very secret text")

    assert sum(b"multipart/encrypted" in data for data in sent) >= 6
    assert not any(b"Envelope" in data for data in sent)


def _recording(sent: list[bytes], sendall: Any) -> Any:
    def record(self: socket.socket, data: bytes, *rest: Any) -> Any:
        sent.append(bytes(data))
        return sendall(self, data, *rest)

    return record


def test_channel_binding_is_demanded_when_the_world_says_so(tmp_path: Path) -> None:
    with Served(tmp_path, TinyMachine(), require_channel_binding=True) as strict:
        psrp(strict, tls=True, auth="ntlm").exec_command("anything")
        with pytest.raises(AnsibleConnectionFailure, match="authenticate"):
            psrp(strict, tls=True, auth="ntlm", negotiate_send_cbt=False).exec_command("anything")


@BOTH
def test_a_failed_module_is_told_by_its_exit_code(served: Served, connect: Connect) -> None:
    assert call_module(connect(served), fail="no") == (1, {"failed": True, "msg": "no"})


@BOTH
def test_a_megabyte_of_arguments_comes_and_goes(served: Served, connect: Connect) -> None:
    data = "\u00e9\u2713\\\"'\0" * (HEAD_LIMIT // 2)

    assert call_module(connect(served), data=data)[1]["ping"] == data


@BOTH
@pytest.mark.parametrize("size", [0, 1, 700_000])
def test_a_file_goes_there_and_back(served: Served, machine: TinyMachine, connect: Connect, size: int, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(range(256)) * (size // 256) + b"\0" * (size % 256))
    connection = connect(served)

    connection.put_file(str(source), r"C:\a folder\x")
    connection.fetch_file(r"C:\a folder\x", str(target))

    assert machine.files[r"C:\a folder\x"] == source.read_bytes() == target.read_bytes()


@BOTH
def test_a_file_that_is_not_there_cannot_be_fetched(served: Served, connect: Connect, tmp_path: Path) -> None:
    with pytest.raises(AnsibleError, match=r"does not exist|failed to transfer"):
        connect(served).fetch_file(r"C:\nothing", str(tmp_path / "x"))


@pytest.mark.parametrize(("connect", "code"), [(psrp, -17), (winrm, 4294967279)], ids=["psrp", "winrm"])
def test_an_exit_code_and_plain_error_lines_arrive(served: Served, connect: Connect, code: int) -> None:
    result = connect(served).exec_command("exit -17")

    assert (result[0], result[1].strip(), result[2].strip()) == (code, b"leaving", b"a plain line")


@BOTH
def test_an_uncaught_error_fails_the_command_with_its_text(served: Served, connect: Connect) -> None:
    code, output, errors = connect(served).exec_command("throw 'no <good> & \u00e4'")

    assert (code, output) == (1, b"")
    assert "no <good> & \u00e4" in errors.decode()


@BOTH
def test_a_defect_of_the_machine_fails_the_command_and_nothing_else(served: Served, connect: Connect) -> None:
    code, _output, errors = connect(served).exec_command("crash")

    assert code == 1
    assert b"the simulated host failed: RuntimeError" in errors
    assert call_module(connect(served))[0] == 0


@BOTH
def test_every_command_is_reported_without_its_arguments(served: Served, connect: Connect, tmp_path: Path) -> None:
    connection = connect(served)
    (tmp_path / "x").write_bytes(b"x")

    call_module(connection, data="s3cret", _ansible_check_mode=True)
    connection.put_file(str(tmp_path / "x"), "x")
    connection.exec_command("Remove-Item s3cret")

    usual = {"connection": connect.__name__, "user": "LAB\\boss", "become": None, "check": False}
    assert served.events == [
        usual | {"what": "systemcenter.upgrade.host_probe", "check": True},
        usual | {"what": "put_file"},
        usual | {"what": "raw"},
    ]


def test_a_module_may_take_longer_than_a_client_waits_for_one_answer(served: Served, machine: TinyMachine) -> None:
    served.call(lambda: machine.gate_after(1.1))

    assert call_module(psrp(served, operation_timeout=1), wait=True)[0] == 0


@BOTH
def test_a_machine_that_is_down_refuses_connections_on_a_port_it_keeps(served: Served, machine: TinyMachine, connect: Connect) -> None:
    port = served.http
    served.call(machine.power.go_down)

    with pytest.raises((AnsibleConnectionFailure, ConnectionRefusedError)):
        connect(served).exec_command("anything")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    served.call(machine.power.come_up)

    assert served.http == port
    assert call_module(connect(served))[0] == 0


@BOTH
def test_a_reboot_under_a_module_cuts_its_connection_and_ends_it(served: Served, machine: TinyMachine, connect: Connect) -> None:
    machine.when_waiting = machine.power.go_down

    with pytest.raises((requests.ConnectionError, AnsibleConnectionFailure)):
        call_module(unencrypted(connect, served), wait=True)

    assert served.call(lambda: machine.cancelled) == 1
    assert served.front.open_shells(machine.name) == 0


@BOTH
def test_a_shell_of_another_boot_is_unknown(served: Served, machine: TinyMachine, connect: Connect) -> None:
    connection = unencrypted(connect, served)
    connection.exec_command("anything")
    served.call(machine.power.go_down)
    served.call(machine.power.come_up)

    with pytest.raises(Exception, match=r"2150858843|ShellId .* was not found|shell was not found"):
        connection.exec_command("anything")


@BOTH
def test_what_was_encrypted_for_a_lost_connection_is_a_bad_request(served: Served, machine: TinyMachine, connect: Connect) -> None:
    connection = connect(served)
    connection.exec_command("anything")
    served.call(lambda: served.front.drop_connections(machine.name))

    with pytest.raises(Exception, match=r"Code:? 400"):
        connection.exec_command("anything")


def test_a_restart_of_winrm_ends_shells_and_leaves_the_machine_alone(served: Served, machine: TinyMachine) -> None:
    connection = psrp(served)
    connection.exec_command("anything")
    boot = machine.power.boot_id

    served.run(served.front.restart_service(machine.name, 0.01))

    assert (served.front.open_shells(machine.name), machine.power.boot_id, machine.power.is_up) == (0, boot, True)
    assert call_module(psrp(served))[0] == 0


def test_a_dropped_connection_leaves_the_shell_to_the_client_that_comes_back(served: Served, machine: TinyMachine) -> None:
    connection = psrp(served, auth="basic")
    connection.exec_command("anything")

    served.call(lambda: served.front.drop_connections(machine.name))

    assert connection.exec_command("anything")[0] == 0
    assert served.front.open_shells(machine.name) == 1
