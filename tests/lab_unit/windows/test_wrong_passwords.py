"""Whatever tries a wrong password on a host counts against the lockout and is in the journal (powershell-probes 1.17-1.21)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.lab.history import History
from tests.lab.windows.host import SimulatedHost

from .builders import ADMIN, ADMIN_PASSWORD, SETUP, SETUP_PASSWORD, ask, asynchronous, hand, run
from .media_host import START, a_media_host

PROBE: dict[str, Any] = {"kind": "credential", "name": SETUP, "secret": "setup"}
Try = Callable[[SimulatedHost, str], Awaitable[object]]


async def by_probe(host: SimulatedHost, password: str) -> object:
    return await ask(host, PROBE, secrets=f'{{"setup": "{password}"}}')


async def by_become(host: SimulatedHost, password: str) -> object:
    return await run(host, "systemcenter.upgrade.host_probe", become=(SETUP, password), questions={})


async def by_task(host: SimulatedHost, password: str) -> object:
    return await hand(host, "host_task", operation="start", **{**START, "run_as_password": password})


TRIES: dict[str, Try] = {"probe": by_probe, "become": by_become, "task": by_task}


def violations(host: SimulatedHost) -> list[str]:
    return [str(entry.get("rule")) for entry in History(host.world.journal.entries).violations]


@pytest.mark.parametrize("by", TRIES)
def test_a_wrong_try_counts_and_says_what_made_it(by: str) -> None:
    @asynchronous
    async def whole() -> None:
        host, _unused = a_media_host()
        await TRIES[by](host, "wrong")
        user = host.accounts.find(SETUP)
        assert user is not None and user.bad_passwords == 1
        assert History(host.world.journal.entries).refused == [(SETUP, by)]
        assert violations(host) == []

    whole()


@pytest.mark.parametrize("by", TRIES)
def test_a_right_password_is_no_event(by: str) -> None:
    @asynchronous
    async def whole() -> None:
        host, _unused = a_media_host()
        await TRIES[by](host, SETUP_PASSWORD)
        assert History(host.world.journal.entries).refused == []

    whole()


@asynchronous
async def test_a_wrong_password_tried_again_is_a_violation_until_another_run_begins() -> None:
    host, _unused = a_media_host()
    await by_probe(host, "wrong")
    await by_probe(host, "also wrong")
    host.world.wrong_passwords.begin_run()
    await by_become(host, "wrong")
    assert violations(host) == []
    await by_task(host, "wrong")
    assert violations(host) == ["wrong_password_tried_again"]


@asynchronous
async def test_a_try_too_many_is_a_violation_and_a_locked_account_counts_no_more() -> None:
    host, _unused = a_media_host()
    host.accounts.directory.lockout_threshold = 1
    await by_probe(host, "wrong")
    await by_probe(host, "wrong")
    assert violations(host) == ["account_locked"]
    assert [entry.get("account") for entry in History(host.world.journal.entries).events("account.locked")] == [SETUP]


@asynchronous
async def test_the_lockout_is_told_with_its_threshold_to_a_logon_that_reaches_the_directory() -> None:
    host, _unused = a_media_host()
    await by_probe(host, "wrong")
    asked = {"questions": {"one": {"kind": "account", "name": SETUP}}}
    near = await run(host, "systemcenter.upgrade.host_probe", become=(ADMIN, ADMIN_PASSWORD), **asked)
    data = near["answers"]["one"]["data"]
    assert (data["bad_password_count"], data["lockout_threshold"]) == (1, 5)
    assert (await hand(host, "host_probe", **asked))["answers"]["one"]["error"]["type"] == "second_hop"
