# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What host_probe reads of files and folders, also while they are written."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade import questions as q

from tests.powershell.windows import ask


def test_a_file_has_the_version_its_numbers_say(everything: dict[str, Any]) -> None:
    data = everything["file"]["data"]
    assert (data["file_version"], data["product_version"]) == ("10.22.10610.0", "10.22.10610.0")
    assert data["sha256"] == hashlib.sha256(b"0123456789").hexdigest()
    assert data["size"] == 10


def test_a_file_below_a_base_is_looked_for_in_the_folder_the_registry_names(folder: Path) -> None:
    base = q.registry_value("SOFTWARE\\Acme", "Home")
    data = ask(q.file("Setup.log", base=base), environment={"ENGINE_HOME": str(folder)})["data"]
    assert data["path"] == str(folder / "Setup.log")


@pytest.mark.parametrize("base", [q.registry_value("SOFTWARE\\None", "Home"), q.registry_value("SOFTWARE\\Acme", "Nothing")])
def test_a_base_that_is_not_there_makes_the_file_absent(base: dict[str, str]) -> None:
    answer = ask(q.file("Setup.log", base=base))
    assert (answer["state"], answer["error"]["type"]) == ("absent", "BaseAbsent")


def test_the_end_of_a_file_is_read_by_bytes(folder: Path) -> None:
    data = ask(q.file_text(str(folder / "Setup.log"), max_bytes=4, tail=True))["data"]
    assert (data["offset"], data["length"], base64.b64decode(data["bytes"])) == (6, 10, b"6789")


@pytest.mark.usefixtures("either_host")
def test_the_beginning_of_a_file_is_read_by_bytes(folder: Path) -> None:
    data = ask(q.file_text(str(folder / "Setup.log"), max_bytes=4))["data"]
    assert (data["offset"], data["length"], base64.b64decode(data["bytes"])) == (0, 10, b"0123")


def test_an_empty_file_is_present_with_no_bytes(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    data = ask(q.file_text(str(tmp_path / "empty"), tail=True))["data"]
    assert (data["length"], data["bytes"]) == (0, "")


def test_a_log_that_is_being_written_can_be_read(folder: Path) -> None:
    with (folder / "Setup.log").open("ab") as log:
        log.write(b"more")
        log.flush()
        assert ask(q.file_text(str(folder / "Setup.log")))["data"]["length"] == 14


def test_a_wildcard_does_not_match_longer_extensions(folder: Path) -> None:
    entries = ask(q.directory(str(folder), "*.log"))["data"]["entries"]
    assert [(entry["name"], entry["is_directory"], entry["size"]) for entry in entries] == [("Setup.log", False, 10), ("sub.log", True, 0)]


def test_a_folder_with_very_many_entries_is_cut_and_says_so(tmp_path: Path) -> None:
    for number in range(1001):
        (tmp_path / f"{number:05}").touch()
    data = ask(q.directory(str(tmp_path)))["data"]
    assert (len(data["entries"]), data["truncated"], data["entries"][0]["name"]) == (1000, True, "00000")


def test_a_file_that_may_not_be_opened_still_has_a_size(folder: Path) -> None:
    locked = "function Open-SharedFile { throw (New-Object System.IO.IOException 'x', -2147024864) }"
    data = ask(q.file(str(folder / "Setup.log")), locked)["data"]
    assert data["size"] == 10


def test_a_file_locked_against_reading_is_broken_with_its_code(folder: Path) -> None:
    locked = "function Open-SharedFile { throw (New-Object System.IO.IOException 'x', -2147024864) }"
    answer = ask(q.file_text(str(folder / "Setup.log")), locked)
    assert (answer["state"], answer["error"]["hresult"]) == ("broken", -2147024864)


def test_a_file_that_shrinks_while_it_is_read_gives_what_is_left(folder: Path) -> None:
    """The stream says it is longer than what it still gives."""
    shrinking = """
function Open-SharedFile {
    $path = [System.IO.Path]::GetTempFileName()
    $stream = New-Object System.IO.FileStream $path, 'Open', 'ReadWrite', 'ReadWrite, Delete', 4096, 'DeleteOnClose'
    $stream.Write([byte[]](1, 2, 3), 0, 3)
    $null = Add-Member -InputObject $stream -MemberType NoteProperty -Name Length -Value 10L -Force
    , $stream
}"""
    data = ask(q.file_text(str(folder / "Setup.log")), shrinking)["data"]
    assert (data["length"], base64.b64decode(data["bytes"])) == (10, bytes([1, 2, 3]))
