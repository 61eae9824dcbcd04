# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Logs are read while the program holds them open and writes: windows-tasks.md section 5."""

from __future__ import annotations

import pytest

from tests.wine.long_tasks import LongTasks
from tests.wine.wine_host import until


@pytest.mark.parametrize(("name", "encoding"), [("utf-8", "utf-8-sig"), ("unicode", "utf-16")])
def test_a_log_that_is_being_written_is_read_piece_by_piece(tasks: LongTasks, name: str, encoding: str) -> None:
    """The writer keeps the file open, so that the length in the directory stays old."""
    script = rf"""
        $encoding = [Text.Encoding]::GetEncoding('{encoding}')
        [void][IO.Directory]::CreateDirectory($env:LOCALAPPDATA + '\Acme')
        $stream = New-Object IO.FileStream(($env:LOCALAPPDATA + '\Acme\setup.log'), 'Create', 'Write', 'Read')
        $writer = New-Object IO.StreamWriter($stream, $encoding)
        $writer.AutoFlush = $true
        $writer.WriteLine('Schrítt 1')
        while (-not [IO.File]::Exists('{tasks.folder}\half')) {{ [Threading.Thread]::Sleep(50) }}
        $writer.WriteLine('Schrítt 2')
        {tasks.waiting}
        $writer.WriteLine('Schrítt 3')
        $writer.Dispose()
    """
    tasks.start(tasks.actor(script), logs=[{"name": "setup", "pattern": r"%LOCALAPPDATA%\Acme\setup*.log"}])
    log = tasks.read_log("setup")

    until(lambda: log.read() and "1" in log.content.decode(encoding))
    tasks.host.write(rf"{tasks.folder}\half", "")
    until(lambda: log.read() and "2" in log.content.decode(encoding))
    tasks.release()
    tasks.wait()
    last = log.read()

    assert log.content.decode(encoding).split() == ["Schrítt", "1", "Schrítt", "2", "Schrítt", "3"]
    assert (last["next_offset"], log.resets) == (last["length"], 0)


def test_text_of_an_earlier_run_is_not_taken_for_ours(tasks: LongTasks) -> None:
    path = rf"{tasks.folder}\setup.log"
    tasks.host.write(path, "an earlier run: failed\n")
    script = rf"[IO.File]::AppendAllText('{path}', 'this run')"
    tasks.start(tasks.actor(script), logs=[{"name": "setup", "pattern": path}])
    tasks.wait()

    log = tasks.read_log("setup")
    log.read()

    assert log.content == b"this run"


def test_a_log_that_is_replaced_under_its_name_is_read_from_its_beginning(tasks: LongTasks) -> None:
    path = rf"{tasks.folder}\setup.log"
    script = rf"""
        [IO.File]::WriteAllText('{path}', 'a' * 300)
        {tasks.waiting}
        [IO.File]::WriteAllText('{path}', 'b' * 400)
    """
    tasks.start(tasks.actor(script), logs=[{"name": "setup", "pattern": path}])
    log = tasks.read_log("setup")
    until(lambda: log.read() and len(log.content) == 300)

    tasks.release()
    tasks.wait()
    log.read()

    assert (log.content, log.resets) == (b"b" * 400, 1)


def test_of_several_files_the_newest_is_chosen_and_all_are_named(tasks: LongTasks) -> None:
    script = rf"""
        foreach ($n in 1, 2) {{ [IO.File]::WriteAllText("{tasks.folder}\part$n.log", "part $n"); [Threading.Thread]::Sleep(50) }}
    """
    tasks.start(
        tasks.actor(script), logs=[{"name": "parts", "pattern": rf"{tasks.folder}\part*.log"}, {"name": "none", "pattern": r"C:\no\x.log"}]
    )
    tasks.wait()

    logs = tasks.poll()["logs"]

    assert [candidate["file"][-9:] for candidate in logs["parts"]["candidates"]] == ["part1.log", "part2.log"]
    assert logs["parts"]["file"].endswith("part2.log")
    assert (logs["none"]["file"], logs["none"]["candidates"], logs["none"]["error"]) == (None, [], None)
