# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The policy *Turn on PowerShell Transcription* of a hardened host (STIG, CIS level 2), which the engine of this room runs under.

It does more than write: the binder makes a text of every argument of a function, and enumerates what can be (powershell-5.1.md C1).
On Windows the policy stands in the registry and is the administrator's: the workflow sets it, and names the folder in $ENGINE_TRANSCRIPTS.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path


@cache
def _settings() -> Path:
    """A user's settings with the policy; the transcripts go into a folder beside them."""
    folder = Path(tempfile.mkdtemp(prefix="engine-policy-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    policy = {"EnableTranscripting": True, "EnableInvocationHeader": True, "OutputDirectory": str(folder / "transcripts")}
    file = folder / "powershell" / "powershell.config.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"PowerShellPolicies": {"Transcription": policy}}), encoding="utf-8")
    return folder


def surroundings(transcribed: bool = True) -> dict[str, str]:
    """The variables of a process whose PowerShell transcribes, or the caller's own."""
    return {**os.environ, "XDG_CONFIG_HOME": str(_settings())} if transcribed else dict(os.environ)


def transcripts_folder() -> Path | None:
    """Where the transcripts lie; None on a Windows that nobody has set the policy on."""
    if sys.platform == "win32":
        return Path(os.environ["ENGINE_TRANSCRIPTS"]) if "ENGINE_TRANSCRIPTS" in os.environ else None
    return _settings() / "transcripts"


def written_in(folder: Path) -> str:
    """All transcripts of a folder, whatever their encoding."""
    found = [path.read_bytes() for path in folder.rglob("PowerShell_transcript.*.txt")]
    return b"\n".join(found).replace(b"\0", b"").decode("utf-8", "replace")
