# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading logs by offsets: windows-tasks.md section 5."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.powershell.task_host import CLAIM, STARTED, TaskHost


class LogHost(TaskHost):
    """A running task with one log, `setup`, in a folder of its own."""

    def watch(self, pattern: str = "setup*.log", baseline: dict[str, Any] | None = None, **others: str) -> None:
        logs = [{"name": "setup", "pattern": str(self.logs / pattern), "baseline": baseline or {}}]
        logs += [{"name": name, "pattern": str(self.logs / other), "baseline": {}} for name, other in others.items()]
        self.logs.mkdir(exist_ok=True)
        self.alive = True
        self.has(claim=CLAIM, latch={}, started={**STARTED, "logs": logs})

    @property
    def logs(self) -> Path:
        return self.root.parent / "logs"

    def read(self, stand_ins: str = "", **asked: Any) -> dict[str, Any]:
        piece = self.call("poll", stand_ins, offsets=[{"name": "setup", **asked}])["logs"]["setup"]
        return piece | {"bytes": base64.b64decode(piece["bytes"])}


@pytest.fixture
def host(tmp_path: Path) -> LogHost:
    return LogHost(tmp_path / "systemcenter.upgrade")


@pytest.mark.usefixtures("either_host")
def test_bytes_come_as_they_are_from_an_offset(host: LogHost) -> None:
    host.watch()
    content = b"\xff\xfe" + "Schrítt".encode("utf-16-le")
    path = host.logs / "setup.log"
    path.write_bytes(content)

    first = host.read()
    path.write_bytes(content + b"\x00\xd8")
    second = host.read(file=first["file"], offset=first["next_offset"])

    assert (first["bytes"], first["offset"], first["next_offset"], first["head_hash"]) == (content, 0, 16, None)
    assert (second["bytes"], second["offset"], second["length"], second["reset"]) == (b"\x00\xd8", 16, 18, False)


def test_the_hash_of_the_head_is_told_once_there_are_256_bytes(host: LogHost) -> None:
    host.watch()
    path = host.logs / "setup.log"
    path.write_bytes(b"x" * 255)
    assert host.read()["head_hash"] is None

    path.write_bytes(b"x" * 300)

    assert host.read()["head_hash"] == hashlib.sha256(b"x" * 256).hexdigest()


def test_a_shorter_file_or_another_head_begins_anew(host: LogHost) -> None:
    host.watch()
    path = host.logs / "setup.log"
    path.write_bytes(b"new")
    shorter = host.read(file=str(path), offset=10)
    path.write_bytes(b"y" * 400)
    replaced = host.read(file=str(path), offset=300, head_hash=hashlib.sha256(b"x" * 256).hexdigest())

    assert (shorter["reset"], shorter["offset"], shorter["bytes"]) == (True, 0, b"new")
    assert (replaced["reset"], replaced["offset"], len(replaced["bytes"])) == (True, 0, 400)


def test_one_poll_brings_128_kib_of_a_log_and_512_kib_of_all(host: LogHost) -> None:
    host.watch("setup.log", **{f"log{number}": f"{number}.log" for number in range(5)})
    for name in ("setup", *map(str, range(5))):
        (host.logs / f"{name}.log").write_bytes(b"z" * 200_000)

    logs = host.call("poll")["logs"]

    sizes = sorted(len(base64.b64decode(log["bytes"])) for log in logs.values())
    assert sizes == [0, 0, 131072, 131072, 131072, 131072]
    assert {log["length"] for log in logs.values() if log["bytes"]} == {200_000}


def test_what_lay_there_before_the_work_is_not_its_text(host: LogHost) -> None:
    path = host.logs / "setup.log"
    before = {str(path): {"length": 300, "head_hash": hashlib.sha256(b"a" * 256).hexdigest()}}
    host.watch(baseline=before)
    path.write_bytes(b"a" * 300 + b"ours")
    appended = host.read()
    path.write_bytes(b"b" * 400)
    replaced = host.read()

    assert (appended["offset"], appended["bytes"]) == (300, b"ours")
    assert (replaced["offset"], len(replaced["bytes"])) == (0, 400)


def test_the_newest_candidate_is_read_until_the_asker_chooses(host: LogHost) -> None:
    host.watch()
    for name in ("setup1.log", "setup2.log", "other.log", "setup1.log1"):
        (host.logs / name).write_text(name)

    newest = host.read()
    chosen = host.read(file=str(host.logs / "setup1.log"))

    assert [Path(each["file"]).name for each in newest["candidates"]] == ["setup1.log", "setup2.log"]
    assert (newest["bytes"], chosen["bytes"]) == (b"setup2.log", b"setup1.log")


def test_brackets_in_a_name_mean_themselves(host: LogHost) -> None:
    host.watch("setup[1]*.log")
    for name in ("setup[1].log", "setup1.log"):
        (host.logs / name).write_text(name)

    assert [Path(each["file"]).name for each in host.read()["candidates"]] == ["setup[1].log"]


def test_a_folder_that_is_not_there_holds_no_candidates(host: LogHost) -> None:
    host.watch("absent/setup*.log")

    seen = host.read()

    assert (seen["file"], seen["candidates"], seen["error"], seen["bytes"]) == (None, [], None, b"")


@pytest.mark.parametrize(("code", "error"), [(-2147024864, "locked"), (-2147024891, "denied"), (-2147024894, "absent"), (-1, "unreadable")])
def test_the_trouble_of_one_log_is_its_own_and_fails_nothing(host: LogHost, code: int, error: str) -> None:
    host.watch(other="other.log")
    for name in ("setup.log", "other.log"):
        (host.logs / name).write_text("text")
    locked = f"function Read-LogPiece {{ throw (New-Object IO.IOException('in use', {code})) }}"

    piece = host.read(locked, file=str(host.logs / "setup.log"), offset=2)

    assert (piece["error"], piece["offset"], piece["next_offset"], piece["bytes"]) == (error, 2, 2, b"")


def test_an_offset_beyond_32_bits_is_taken(host: LogHost) -> None:
    host.watch()
    (host.logs / "setup.log").write_text("short")

    assert host.read(file=str(host.logs / "setup.log"), offset=2**33)["reset"] is True


def test_polling_runs_in_check_mode_and_changes_nothing(host: LogHost) -> None:
    host.watch()
    (host.logs / "setup.log").write_text("text")
    before = {path: path.stat().st_mtime_ns for path in host.root.rglob("*")}

    answer = host.call("poll", check_mode=True)

    assert (answer["changed"], answer["logs"]["setup"]["length"]) == (False, 4)
    assert {path: path.stat().st_mtime_ns for path in host.root.rglob("*")} == before
