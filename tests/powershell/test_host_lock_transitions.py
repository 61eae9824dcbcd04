# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What becomes of a lock: powershell-probes.md section 5."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.engine import run_hand
from tests.powershell.machine_folder import machine_folder

NOON = "2026-01-31T12:00:00.000Z"


class LockHost:
    """One host and its clock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = NOON

    @property
    def file(self) -> Path:
        return self.root / "locks" / "scom-prod.json"

    def call(self, operation: str, owner: str = "", stand_ins: str = "", check_mode: bool = False, **more: Any) -> dict[str, Any]:
        clock = f"function Get-UtcNow {{ ConvertFrom-UtcText '{self.now}' }}\n"
        arguments = {"operation": operation, "name": "scom-prod", "owner": owner, **more}
        return run_hand("host_lock", arguments, machine_folder(self.root) + clock + stand_ins, check_mode=check_mode).result


@pytest.fixture
def host(tmp_path: Path) -> LockHost:
    return LockHost(tmp_path / "systemcenter.upgrade")


def test_a_lock_nobody_has_used_is_free_and_looking_at_it_makes_no_file(host: LockHost) -> None:
    seen = host.call("inspect")

    assert (seen["held"], seen["changed"], seen["owner"]) == (False, False, "")
    assert not host.root.exists()


@pytest.mark.usefixtures("either_host")
def test_the_first_to_ask_gets_the_lock(host: LockHost) -> None:
    got = host.call("acquire", "ms1", purpose="upgrade", ttl_seconds=60)

    assert (got["acquired"], got["changed"], got["mine"], got["took_over"]) == (True, True, True, False)
    assert (got["acquired_utc"], got["expires_utc"]) == (NOON, "2026-01-31T12:01:00.000Z")


def test_another_owner_is_told_who_holds_it_and_the_module_does_not_fail(host: LockHost) -> None:
    host.call("acquire", "ms1", purpose="upgrade of ms1")

    refused = host.call("acquire", "ms2")

    assert (refused["acquired"], refused["changed"], refused["held"], refused["mine"]) == (False, False, True, False)
    assert (refused["owner"], refused["purpose"]) == ("ms1", "upgrade of ms1")
    assert "failed" not in refused


def test_the_same_owner_asking_again_has_it_renewed(host: LockHost) -> None:
    host.call("acquire", "ms1", ttl_seconds=60)
    host.now = "2026-01-31T12:00:30.000Z"

    again = host.call("acquire", "ms1", ttl_seconds=60)

    assert (again["acquired"], again["took_over"]) == (True, False)
    assert (again["acquired_utc"], again["expires_utc"]) == (NOON, "2026-01-31T12:01:30.000Z")


def test_an_expired_lock_is_taken_over_and_the_controller_sees_from_whom(host: LockHost) -> None:
    host.call("acquire", "ms1", ttl_seconds=60)
    host.now = "2026-01-31T12:01:00.000Z"

    taken = host.call("acquire", "ms2")

    assert (taken["acquired"], taken["took_over"], taken["previous_owner"], taken["owner"]) == (True, True, "ms1", "ms2")


def test_an_owner_that_lost_its_lock_can_neither_renew_nor_release_it(host: LockHost) -> None:
    host.call("acquire", "ms1", ttl_seconds=60)
    host.now = "2026-01-31T12:02:00.000Z"
    host.call("acquire", "ms2")

    renewed, released = host.call("renew", "ms1"), host.call("release", "ms1")

    assert (renewed["acquired"], renewed["owner"]) == (False, "ms2")
    assert (released["released"], released["changed"], released["held"]) == (False, False, True)


def test_an_expired_lock_that_nobody_took_is_renewed(host: LockHost) -> None:
    host.call("acquire", "ms1", ttl_seconds=60)
    host.now = "2026-01-31T12:30:00.000Z"

    assert host.call("renew", "ms1")["acquired"] is True


def test_renewing_a_lock_never_held_acquires_nothing(host: LockHost) -> None:
    assert host.call("renew", "ms1")["acquired"] is False


def test_a_released_lock_is_free_and_its_file_stays(host: LockHost) -> None:
    host.call("acquire", "ms1")

    released = host.call("release", "ms1")

    assert (released["released"], released["held"], released["owner"]) == (True, False, "")
    assert host.file.exists()
    assert host.call("release", "ms1")["changed"] is False
    assert host.call("acquire", "ms2")["took_over"] is False


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"free": false, "sequence": 3}', '{"sequence": 1, "owner": "x", "expires_utc": "soon"}']
)
def test_a_damaged_record_is_held_for_an_hour_and_then_free(host: LockHost, content: str) -> None:
    host.file.parent.mkdir(parents=True)
    host.file.write_text(content)
    written = 1769860800  # noon of the 31st of January 2026
    os.utime(host.file, (written, written))

    host.now = "2026-01-31T12:59:59.000Z"
    held = host.call("acquire", "ms2")
    host.now = "2026-01-31T13:00:00.000Z"
    taken = host.call("acquire", "ms2")

    assert (held["acquired"], held["corrupt"], held["expires_utc"]) == (False, True, "2026-01-31T13:00:00.000Z")
    assert (taken["acquired"], taken["corrupt"]) == (True, False)


def test_a_record_from_a_clock_that_ran_ahead_is_not_believed(host: LockHost) -> None:
    host.file.parent.mkdir(parents=True)
    record = {"version": 1, "free": False, "sequence": 4, "owner": "ms1", "purpose": "", "acquired_utc": NOON}
    host.file.write_text(json.dumps({**record, "expires_utc": "2031-01-01T00:00:00.000Z"}))
    os.utime(host.file, (1769860800, 1769860800))

    seen = host.call("inspect", "ms2")

    assert (seen["corrupt"], seen["held"], seen["expires_utc"]) == (True, True, "2026-01-31T13:00:00.000Z")


def test_check_mode_says_what_would_happen_and_writes_nothing(host: LockHost) -> None:
    would = host.call("acquire", "ms1", check_mode=True)
    assert (would["acquired"], would["changed"]) == (True, True)
    assert not host.root.exists()

    host.call("acquire", "ms1")
    before = host.file.read_bytes()
    assert host.call("release", "ms1", check_mode=True)["released"] is True
    assert host.file.read_bytes() == before


def test_a_file_somebody_is_inside_is_tried_again(host: LockHost) -> None:
    busy_twice = """
        function Wait-ForTurn { $global:Turns = 1 + $global:Turns }
        $global:Turns = 0
        function Open-LockFile { param($Path, $ReadOnly)
            if ($global:Turns -lt 2) { throw (New-Object IO.IOException('in use', -2147024864)) }
            New-Object IO.FileStream($Path, 'Open', 'ReadWrite', 'None')
        }
    """
    assert host.call("acquire", "ms1", busy_twice)["acquired"] is True


def test_a_lock_that_cannot_be_read_fails_and_is_never_taken_for_free(host: LockHost) -> None:
    host.call("acquire", "ms1")
    denied = "function Open-LockFile { throw (New-Object IO.IOException('network name gone', -2147024832)) }"

    answer = host.call("acquire", "ms2", denied)

    assert answer["failed"] is True
    assert "counts as held" in answer["msg"]
    assert answer["hresult"] == -2147024832


def test_a_folder_planted_by_an_ordinary_user_is_refused(host: LockHost) -> None:
    host.root.mkdir()

    answer = host.call("acquire", "ms1", "$global:FolderOwner = 'S-1-5-21-1-2-3-1104'")

    assert answer["failed"] is True
    assert "belongs to S-1-5-21-1-2-3-1104" in answer["msg"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"operation": "acquire", "name": "../x", "owner": "a"}, "name:"),
        ({"operation": "acquire", "name": "Prod", "owner": "a"}, "name:"),
        ({"operation": "acquire", "name": "prod.", "owner": "a"}, "name:"),
        ({"operation": "acquire", "name": "nul", "owner": "a"}, "name:"),
        ({"operation": "acquire", "name": "com1.prod", "owner": "a"}, "name:"),
        ({"operation": "acquire", "name": "prod"}, "owner:"),
        ({"operation": "acquire", "name": "prod", "owner": "a", "ttl_seconds": 3601}, "ttl_seconds:"),
        ({"operation": "steal", "name": "prod"}, "operation"),
    ],
)
def test_a_wrong_option_is_refused_by_its_name(arguments: dict[str, Any], named: str) -> None:
    answer = run_hand("host_lock", arguments).result

    assert answer["failed"] is True
    assert named in answer["msg"]
