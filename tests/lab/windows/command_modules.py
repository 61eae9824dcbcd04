"""ansible.windows modules that run something: win_command (a program of the world, or a restart) and win_powershell (one script)."""

from __future__ import annotations

import io
import ntpath
import re
import zipfile
from typing import Any

from .file_modules import path_of
from .filesystem import FileProblem
from .module_call import Call, Handler, ModuleFailed
from .paths import expand
from .plain_scripts import REPLY_SECONDS
from .processes import split_command_line

_SHUTDOWN = re.compile(r"(?:^|\\)shutdown(?:\.exe)?$", re.I)
_EXPAND_ARCHIVE = re.compile(r"^\s*param\(.*?\)\s*Expand-Archive\s+-LiteralPath\s+\$(\w+)\s+-DestinationPath\s+\$(\w+)\s+-Force\s*$", re.S)


async def win_command(call: Call) -> dict[str, Any]:
    """Waits for the program, which ends with the connection, as a child of the remote shell does."""
    line = _command_line(call)
    if reason := _not_needed(call):
        return {"changed": False, "skipped": True, "cmd": line, "rc": 0, "stdout": reason, "stderr": "", "msg": reason}
    words = split_command_line(line)
    if not words:
        raise ModuleFailed("no command given", rc=256)
    if _SHUTDOWN.search(words[0]) and "/r" in [word.lower() for word in words[1:]]:
        return _restart(call, line)
    code = 0 if call.check_mode else await _run(call, words[0], line)
    result = {"changed": True, "cmd": line, "rc": code, "stdout": "", "stderr": ""}
    return result if code == 0 else {**result, "failed": True, "msg": "non-zero return code"}


async def win_powershell(call: Call) -> dict[str, Any]:
    """The lab runs no PowerShell. It recognises one script: Expand-Archive of a zip into a folder, both given as parameters."""
    match = _EXPAND_ARCHIVE.search(call.get("script", default=""))
    if match is None:
        raise ModuleFailed("the lab runs no PowerShell: of ansible.windows.win_powershell it knows only Expand-Archive with two parameters")
    if _not_needed(call):
        return {"changed": False, "skipped": True}
    parameters = {name.lower(): value for name, value in call.get("parameters", default={}).items()}
    archive, folder = (path_of(call, parameters[name.lower()]) for name in match.groups())
    if not call.check_mode:
        _unpack(call, archive, folder)
    return {"changed": True, "output": [], "error": [], "warning": [], "host_out": "", "host_err": ""}


async def win_shell(call: Call) -> dict[str, Any]:
    raise ModuleFailed("the lab runs no PowerShell: ansible.windows.win_shell is not simulated")


async def _run(call: Call, name: str, line: str) -> int:
    host = call.host
    path = expand(name, call.session.environment)
    program = host.program_at(path)
    if program is None:
        raise ModuleFailed(f"the lab knows no program {name}", rc=2, cmd=line)
    facts = {"command_line": line, "user": call.session.user, "environment": call.session.environment, "executable": path}
    code = await host.processes.call(program, ntpath.basename(path), **facts)
    return code - 2**32 * (code >= 2**31)


def _restart(call: Call, line: str) -> dict[str, Any]:
    """Begins once the reply has got out."""
    if not call.session.is_administrator:
        raise ModuleFailed("non-zero return code", changed=True, cmd=line, rc=5, stdout="", stderr="Access is denied.(5)")
    if not call.check_mode:
        call.host.begin_reboot(reason="shutdown.exe", after=REPLY_SECONDS)
    return {"changed": True, "cmd": line, "rc": 0, "stdout": "", "stderr": ""}


def _command_line(call: Call) -> str:
    if argv := call.get("argv"):
        return " ".join(_quoted(str(word)) for word in argv)
    return str(call.get("_raw_params", "cmd", default=""))


def _quoted(word: str) -> str:
    """As ansible.windows' Process.psm1 quotes for CommandLineToArgvW (windows-tasks 3.1)."""
    if word and not re.search(r'[\s"]', word):
        return word
    doubled = re.sub(r'(\\*)"', lambda match: match[1] * 2 + '\\"', word)
    return '"' + re.sub(r"(\\+)$", lambda match: match[1] * 2, doubled) + '"'


def _not_needed(call: Call) -> str | None:
    creates, removes = call.get("creates"), call.get("removes")
    if creates and call.host.files.exists(path_of(call, creates)):
        return f"skipped, since {creates} exists"
    if removes and not call.host.files.exists(path_of(call, removes)):
        return f"skipped, since {removes} does not exist"
    return None


def _unpack(call: Call, archive: str, folder: str) -> None:
    try:
        content = call.host.files.read(archive)
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            for entry in [one for one in opened.infolist() if not one.is_dir()]:
                call.host.files.write(folder.rstrip("\\") + "\\" + entry.filename.replace("/", "\\"), opened.read(entry))
    except (FileNotFoundError, FileProblem, zipfile.BadZipFile) as trouble:
        raise ModuleFailed(f"Unhandled exception while executing script: {trouble}") from trouble


HANDLERS: dict[str, Handler] = {"win_command": win_command, "win_powershell": win_powershell, "win_shell": win_shell}
