"""Runs an outside judge and lets its own words be the failure."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path, PurePath

BIN = Path(sys.executable).parent


def heard(*command: str | PurePath, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 600) -> str:
    """What a judge said who had nothing against the tree.

    command: the program, sought in the virtual environment first, and its arguments. env: variables on top of the caller's.
    timeout: seconds, after which the judge is ended with all its children.
    Raises AssertionError with everything the judge wrote when it ends with anything but 0, or not in time.
    """
    words = [str(word) for word in command]
    surroundings = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1", **(env or {})}
    judge = subprocess.Popen(
        words, cwd=cwd, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        said, _nothing = judge.communicate(timeout=timeout)
        ending = f"ended with {judge.returncode}"
    except subprocess.TimeoutExpired:
        os.killpg(judge.pid, signal.SIGKILL)
        said, _nothing = judge.communicate()
        ending = f"was ended after {timeout:.0f} seconds"
    assert judge.returncode == 0, f"{shlex.join(words)} {ending}:\n{said}"
    return said
