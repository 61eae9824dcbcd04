"""Ansible's own scripts that move files and make temporary folders (ansible/executor/powershell/*.ps1, winrm-lab 1.1)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.lab.winrm.machine import Result

from .filesystem import FileProblem
from .paths import expand
from .registry import AccessDenied
from .session import Session

Params = Mapping[str, Any]


def run(session: Session, script: str, params: Params, lines: Sequence[str]) -> Result:
    """Answers one of the scripts by its name; a file that cannot be written or read ends it with an error record."""
    handler = _SCRIPTS.get(script)
    if handler is None:
        return Result(1, [], [f"the script {script} is not simulated by the lab (tests/lab/windows/file_transfer.py)"], True)
    try:
        return handler(session, params, lines)
    except (FileProblem, FileNotFoundError, AccessDenied) as trouble:
        return Result(1, [], [str(trouble)], True)


def _make_temporary(session: Session, params: Params, _unused: Sequence[str]) -> Result:
    path = expand(params["Directory"], session.environment) + "\\" + params["Name"]
    session.host.files.make_directory(path)
    return Result(0, [path])


def _expand_user(session: Session, params: Params, _unused: Sequence[str]) -> Result:
    path, home = params["Path"], session.environment["USERPROFILE"]
    return Result(0, [home + path[1:] if path == "~" or path.startswith("~\\") else path])


def _put(session: Session, params: Params, lines: Sequence[str]) -> Result:
    content = b"".join(base64.b64decode(line) for line in lines if line)
    session.refuse_second_hop(params["Path"])
    session.host.files.write(expand(params["Path"], session.environment), content)
    return Result(0, [json.dumps({"sha1": hashlib.sha1(content, usedforsecurity=False).hexdigest()}, separators=(",", ":"))])


def _fetch_over_psrp(session: Session, params: Params, _unused: Sequence[str]) -> Result:
    files, path, size = session.host.files, params["Path"], params["BufferSize"]
    if files.is_file(path):
        content = files.read(path)
        return Result(0, ["[FILE]", *(base64.b64encode(content[at : at + size]).decode() for at in range(0, len(content), size))])
    return Result(0, ["[DIR]"]) if files.is_directory(path) else Result(1, [], [f"{path} does not exist"], True)


def _fetch_over_winrm(session: Session, params: Params, _unused: Sequence[str]) -> Result:
    files, path = session.host.files, params["Path"]
    if files.is_file(path):
        piece = files.read(path)[params["Offset"] : params["Offset"] + params["BufferSize"]]
        return Result(0, [base64.b64encode(piece).decode()] if piece else [])
    return Result(0, ["[DIR]"]) if files.is_directory(path) else Result(1, [], [f"{path} does not exist"])


_SCRIPTS: dict[str, Callable[[Session, Params, Sequence[str]], Result]] = {
    "powershell_mkdtemp.ps1": _make_temporary,
    "powershell_expand_user.ps1": _expand_user,
    "psrp_put_file.ps1": _put,
    "winrm_put_file.ps1": _put,
    "psrp_fetch_file.ps1": _fetch_over_psrp,
    "winrm_fetch_file.ps1": _fetch_over_winrm,
}
