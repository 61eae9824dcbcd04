"""Runs an outside judge and lets its own words be the failure."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path, PurePath

BIN = Path(sys.executable).parent


def heard(*command: str | PurePath, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """What a judge said who had nothing against the tree.

    command: the program, sought in the virtual environment first, and its arguments. env: variables on top of the caller's.
    Raises AssertionError with everything the judge wrote when it ends with anything but 0.
    """
    words = [str(word) for word in command]
    surroundings = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1", **(env or {})}
    done = subprocess.run(words, cwd=cwd, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, f"{shlex.join(words)} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout
