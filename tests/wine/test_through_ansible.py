# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The hands through Ansible's own connections: what a broken connection does to work, and what it does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.powershell.transcription import written_in
from tests.wine.long_tasks import PASSWORD, LongTasks
from tests.wine.served_hosts import Plugin, ServedHosts
from tests.wine.wine_host import WineHost, until

TASK = "systemcenter.upgrade.host_task"
LOCK = "systemcenter.upgrade.host_lock"


@pytest.fixture(scope="module", autouse=True)
def transcripts(wine_host: WineHost) -> Path:
    """Ansible's own wrapper, too, runs here on a hardened host."""
    return wine_host.transcribe()


@pytest.mark.parametrize("plugin", ["psrp", "winrm"])
def test_work_is_started_followed_and_forgotten(tasks: LongTasks, served: ServedHosts, transcripts: Path, plugin: Plugin) -> None:
    exe = tasks.actor(tasks.waiting + "; exit 3010")

    started = served.module("ms1", plugin, TASK, tasks.order(exe, "/p:{secret:das}", secrets={"das": "Canary-Ansible"}))
    tasks.release()
    ended = until(lambda: _ended(served.module("ms1", plugin, TASK, {"operation": "poll", "id": tasks.id})))
    forgotten = served.module("ms1", plugin, TASK, {"operation": "forget", "id": tasks.id})

    assert (started["changed"], started["state"], started["phase"]) == (True, "running", "working")
    assert "Canary-Ansible" not in str(started)
    assert (ended["state"], ended["exit_code"]) == ("exited", 3010)
    assert (forgotten["changed"], forgotten["state"]) == (True, "absent")
    transcribed = written_in(transcripts)
    assert "_LongTaskSecret" in transcribed
    assert [secret for secret in ("Canary-Ansible", PASSWORD) if secret in transcribed] == []


@pytest.mark.parametrize("plugin", ["psrp", "winrm"])
def test_a_lock_is_told_to_whoever_finds_it_held(served: ServedHosts, plugin: Plugin) -> None:
    wanted = {"operation": "acquire", "name": f"group-{plugin}", "purpose": "a test"}

    first = served.module("ms1", plugin, LOCK, {**wanted, "owner": "one"})
    second = served.module("ms1", plugin, LOCK, {**wanted, "owner": "two"})

    assert (first["acquired"], second["acquired"]) == (True, False)
    assert (second["owner"], second["purpose"]) == ("one", "a test")


@pytest.mark.parametrize("plugin", ["psrp", "winrm"])
def test_a_start_cut_off_by_a_restart_of_winrm_goes_on_and_is_attached_to(tasks: LongTasks, served: ServedHosts, plugin: Plugin) -> None:
    """The scheduler is slow, so that the module still waits for its proof when its shell ends."""
    exe = tasks.actor(rf"[IO.File]::AppendAllText('{tasks.folder}\runs', 'x'); {tasks.waiting}")
    tasks.host.set_facts("Scheduler", StartDelayMs=3000)
    try:
        with ThreadPoolExecutor(1) as pool:
            cut = pool.submit(served.module, "ms1", plugin, TASK, tasks.order(exe))
            until((tasks.kept / "wrapper.ps1").exists)
            served.restart_winrm("ms1")
            first = cut.result()
        second = served.module("ms1", plugin, TASK, tasks.order(exe))
    finally:
        tasks.host.clear_facts("Scheduler")
    until(tasks.host.path(rf"{tasks.folder}\runs").exists)
    served.restart_winrm("ms1")
    tasks.release()

    assert "Connection" in first["msg"]
    assert "state" not in first
    assert second["state"] == "running"
    assert (tasks.wait()["exit_code"], tasks.host.path(rf"{tasks.folder}\runs").read_text()) == (0, "x")


def _ended(answer: dict) -> dict | None:
    return None if answer["state"] == "running" else answer
