# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A secret reaches the program as it is and lies nowhere else, also where PowerShell transcribes: windows-tasks.md sections 3.1, 4."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.powershell.transcription import written_in
from tests.wine.long_tasks import PASSWORD, LongTasks
from tests.wine.wine_host import WineHost

AWKWARD = "Pä ss\"w'or d%PATH%^&|<>!$`(){secret:other}🗝\\\\"


@pytest.fixture(scope="module", autouse=True)
def transcripts(wine_host: WineHost) -> Path:
    """All of this file happens on a hardened host."""
    return wine_host.transcribe()


def test_a_password_with_every_awkward_character_arrives_verbatim_and_lies_nowhere_else(tasks: LongTasks, transcripts: Path) -> None:
    told = tasks.host.path(rf"{tasks.folder}\told.json")
    script = rf"""
        $told = @{{ line = $env:ACTOR_COMMAND_LINE; variable = $env:LICENCE }}
        [IO.File]::WriteAllText('{tasks.folder}\told.json', (ConvertTo-Json $told))
    """
    arguments = r'/Password:{secret:das} /x "a b" %TEMP% /Other:{secret:other}'
    secrets = {"das": AWKWARD, "other": "2026-01-31T00:00:00Z"}

    tasks.start(tasks.actor(script), arguments, secrets=secrets, environment={"LICENCE": "key {secret:das}"})
    ended = tasks.wait()
    seen = json.loads(told.read_text(encoding="utf-8"))
    told.unlink()

    assert ended["exit_code"] == 0
    expected = rf'"{tasks.folder}\setup.exe" /Password:{AWKWARD} /x "a b" %TEMP% /Other:2026-01-31T00:00:00Z'
    assert seen == {"line": expected, "variable": f"key {AWKWARD}"}
    assert ended["secret_present"] is False
    assert _files_holding(tasks, AWKWARD, PASSWORD) == []
    transcribed = written_in(transcripts)
    assert 'name="Name"; value="_LongTaskSecret"' in transcribed
    assert rf"ReadAllBytes('C:\ProgramData\systemcenter.upgrade\tasks\{tasks.id}\wrapper.ps1')" in transcribed


def test_a_secret_that_nobody_handed_over_is_refused_by_its_name(tasks: LongTasks) -> None:
    refused = tasks.start(tasks.stub(exit=0), "/p:{secret:das}")

    assert refused["failed"] is True
    assert "{secret:das}" in refused["msg"]
    assert not tasks.kept.exists()


def test_the_definition_of_the_task_holds_a_path_and_a_hash_and_no_trigger(tasks: LongTasks) -> None:
    tasks.start(tasks.stub(exit=0), "/p:{secret:das}", secrets={"das": "Canary"})
    tasks.wait()
    definition = _definition(tasks)

    assert "<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>" in definition
    assert "<Priority>4</Priority>" in definition
    assert "<RunLevel>HighestAvailable</RunLevel>" in definition
    assert "<AllowHardTerminate>false</AllowHardTerminate>" in definition
    assert "Trigger>" not in definition
    assert "setup.exe" not in definition


def _definition(tasks: LongTasks) -> str:
    [path] = [path for path in tasks.host.path(r"C:\windows\system32\Tasks").rglob("*") if path.name.startswith(tasks.id)]
    data = path.read_bytes()
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")


def _files_holding(tasks: LongTasks, *secrets: str) -> list[Path]:
    """Every file of the host, its registry included, that holds a secret in one of the encodings that Windows writes."""
    tasks.host.stop()
    wanted = [form for secret in secrets for form in _forms(secret)]
    return [path for path in tasks.host.prefix.rglob("*") if path.is_file() and not path.is_symlink() and _holds(path, wanted)]


def _forms(secret: str) -> list[bytes]:
    escaped = json.dumps(secret)[1:-1]
    in_registry = secret.replace("\\", "\\\\").replace('"', '\\"')
    return [text.encode(encoding) for text in (secret, escaped, in_registry) for encoding in ("utf-8", "utf-16-le")]


def _holds(path: Path, wanted: list[bytes]) -> bool:
    if "drive_c/windows" in path.as_posix() and path.stat().st_nlink > 1:
        return False  # Windows' own files, shared by all hosts
    data = path.read_bytes()
    return any(form in data for form in wanted)
