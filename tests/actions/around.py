"""What stands round an action in one process, in the place of the controller's clock, its network and its screen."""

from __future__ import annotations

import asyncio
import datetime
import io
import time
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError, URLError

import pytest
from ansible import constants
from ansible.utils.display import Display

from tests.actions.run import current_run
from tests.actions.virtual_time import BEGAN

WAITING = "ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.waiting.time"
WEB = "ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.api.open_url"
TRIED = "ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.tried_passwords.constants"
REBOOT = "ansible_collections.ansible.windows.plugins.plugin_utils._reboot"


def put_in_place(patch: pytest.MonkeyPatch) -> None:
    """Replaces them for as long as the patch lasts; outside of an action they are what they were."""
    clock = SimpleNamespace(monotonic=monotonic, sleep=sleep)
    patch.setattr(WAITING, clock)
    patch.setattr(TRIED, Constants())
    patch.setattr(f"{REBOOT}.time", clock)
    patch.setattr(f"{REBOOT}.datetime", SimpleNamespace(datetime=Today, timedelta=datetime.timedelta, timezone=datetime.timezone))
    patch.setattr(WEB, open_url)
    patch.setattr(Display(), "_final_q", Screen())


def monotonic() -> float:
    run = current_run()
    return float(run.world.now) if run else time.monotonic()


def sleep(seconds: float) -> None:
    run = current_run()
    if run:
        run.ask(asyncio.sleep(seconds))
    else:
        time.sleep(seconds)


class Constants:
    """What a run has tried is known to its own actions, and to no other."""

    def __getattr__(self, name: str) -> Any:
        run = current_run()
        return str(run.folder) if run and name == "DEFAULT_LOCAL_TMP" else getattr(constants, name)


class Today(datetime.datetime):
    """The date by the same clock."""

    @classmethod
    def utcnow(cls) -> Any:
        return BEGAN.replace(tzinfo=None) + datetime.timedelta(seconds=monotonic())

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        return cls.utcnow().replace(tzinfo=tz)


class Screen:
    """Takes what is displayed, as the queue of a worker does."""

    def send_display(self, method: str, *arguments: Any, **named: Any) -> None:
        run = current_run()
        if run:
            run.lines.append(str(arguments[0]))


class Answer(io.BytesIO):
    """An answer that is no error."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(body)
        self.status = status


def open_url(url: str, data: bytes | str | None = None, method: str = "GET", **_unused: Any) -> Any:
    """Asks a simulated node as `ansible.module_utils.urls.open_url` asks a real one."""
    run = current_run()
    assert run, "only an action asks a node"
    body = data.encode() if isinstance(data, str) else data or b""
    try:
        reply = run.ask(run.world.http(url, method, body))
    except ConnectionRefusedError as refused:
        raise URLError(refused) from refused
    if reply.status >= 400:
        raise HTTPError(url, reply.status, "", None, io.BytesIO(reply.body))
    return Answer(reply.status, reply.body)
