# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the transcripts of a hardened host hold of everything that ran in this room before: all that is shown, and no secret.

Runs behind all other tests of this room.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade import questions as q

from tests.powershell.engine import end_engines
from tests.powershell.transcription import transcripts_folder, written_in
from tests.powershell.windows import ask

CANARY = re.compile(r"c[4a]n[@a]ry[^\s]*", re.IGNORECASE)


@pytest.fixture
def folder() -> Path:
    found = transcripts_folder()
    if found is None:
        pytest.skip("the policy of this Windows is its administrator's: set it, and name its folder in ENGINE_TRANSCRIPTS")
    return found


def test_a_hand_that_showed_a_secret_would_be_found_out(folder: Path) -> None:
    careless = "function Invoke-LogonTry { Write-Warning $args[2]; 0 }"

    answer = ask(q.credential("CONTOSO\\das", "das"), careless, secrets=json.dumps({"das": "Shown-by-mistake"}))
    end_engines()

    assert answer["data"]["valid"] is True
    assert "Shown-by-mistake" in written_in(folder)


def test_no_transcript_holds_a_secret_of_this_room(folder: Path) -> None:
    assert CANARY.findall(written_in(folder)) == []
