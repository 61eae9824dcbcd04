"""Faults of the transport on real sockets, and what ansible-core's own connections make of them (reference 4)."""

from __future__ import annotations

import pytest
import requests
from ansible.errors import AnsibleConnectionFailure, AnsibleError

from .ansible_calls import BOTH, Connect, call_module, frames_as_since_2_19, psrp, unencrypted, winrm
from .served import Served
from .tiny_machine import TinyMachine

pytestmark = frames_as_since_2_19
PROBE = "*.host_probe"


@BOTH
@pytest.mark.parametrize("action", ["reset", "close", "truncate", "http_500", "http_503"])
def test_a_module_has_run_and_its_answer_is_lost(served: Served, machine: TinyMachine, connect: Connect, action: str) -> None:
    served.front.faults.add({"at": "receive", "module": PROBE, "action": action})

    with pytest.raises(Exception, match=r"."):
        call_module(connect(served))

    assert len(machine.modules) == 1
    assert call_module(connect(served))[0] == 0


@pytest.mark.parametrize(("connect", "at"), [(psrp, "command"), (psrp, "send"), (winrm, "send")])
def test_a_module_never_starts_when_its_call_is_cut(served: Served, machine: TinyMachine, connect: Connect, at: str) -> None:
    served.front.faults.add({"at": at, "module": PROBE, "action": "reset"})

    with pytest.raises((requests.ConnectionError, AnsibleError)):
        call_module(unencrypted(connect, served, **({"connection_timeout": 1} if connect is winrm else {})))

    assert machine.modules == []


@BOTH
@pytest.mark.parametrize("action", ["reset", "http_503"])
def test_a_host_that_cannot_be_reached_is_a_failed_connection(served: Served, connect: Connect, action: str) -> None:
    served.front.faults.add({"at": "create", "action": action})

    with pytest.raises(AnsibleConnectionFailure):
        connect(served).exec_command("anything")

    assert served.events == []


def test_a_host_that_is_silent_is_left_after_the_read_timeout(served: Served) -> None:
    served.front.faults.add({"at": "create", "action": "hang"})

    with pytest.raises((AnsibleConnectionFailure, requests.Timeout)):
        psrp(served, read_timeout=1, operation_timeout=1).exec_command("anything")

    assert served.events == []


@BOTH
def test_a_late_answer_is_only_late(served: Served, connect: Connect) -> None:
    served.front.faults.add({"at": "command", "delay_ms": 20})

    assert call_module(connect(served))[0] == 0


def test_psrp_asks_again_when_nothing_comes(served: Served, machine: TinyMachine) -> None:
    served.front.faults.add({"at": "receive", "stage": "before", "action": "hang", "module": PROBE})

    assert call_module(psrp(served, read_timeout=1, operation_timeout=1, reconnection_backoff=0))[0] == 0
    assert len(machine.modules) == 1


def test_a_fault_of_one_module_spares_the_others(served: Served) -> None:
    served.front.faults.add({"at": "receive", "module": "*.host_task", "action": "reset", "times": 0})

    assert call_module(psrp(served))[0] == 0
