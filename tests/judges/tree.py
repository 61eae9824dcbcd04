"""The files that are tracked: what is judged is what a clone would hold, not what lies about in somebody's checkout."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]


def tracked(*patterns: str) -> list[PurePosixPath]:
    """Tracked files that are still there, relative to the root; patterns are pathspecs of git such as `plugins/*.ps1`."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--", *patterns]
    listing = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout
    return [PurePosixPath(name) for name in listing.split("\0") if name and (ROOT / name).is_file()]


def copy_to(place: Path) -> Path:
    """Copies the tracked files, as they are in the checkout now, and returns the place."""
    for name in tracked():
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return place
