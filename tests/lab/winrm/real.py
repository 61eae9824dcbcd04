"""Machines whose PowerShell is real: every script that reaches them is run by a `pwsh` program, on Linux or under Wine.

One process per command, as Windows starts one powershell.exe per command of a WinRS shell. A PSRP pipeline is run the same way: the engine
reads from standard input what a runspace would get as objects, which are strings for all that Ansible sends.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from .machine import Command, Power, Result
from .manifest import ExecManifest, ManifestReader, UnreadableManifest, is_bootstrap

AnswerModule = Callable[[ExecManifest], Command | None]
AnswerScript = Callable[[str], Command | None]
OUTPUT_LIMIT = 64 << 20
WINE_PRELUDE = Path(__file__).with_name("wine_prelude.ps1")
_SWITCHES = ("-NoLogo", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Unrestricted")


class RealMachine:
    """Runs scripts with `program`, in `environment` (nothing else but PATH is passed on).

    `answer` and `answer_script` let a test answer chosen calls itself, such as `sql_query` where there is no SQL Server, or the script
    with `shutdown.exe`; a call for which they return None is run. A command so answered gets no input lines. `prelude` is put before
    Ansible's bootstrap script, `directory` is where programs start. On a machine with `one_user` only everybody is the same account,
    as under Wine: a call that asks to become another one is run as it is.
    """

    def __init__(
        self,
        name: str,
        program: Path,
        environment: Mapping[str, str],
        accounts: Mapping[str, str],
        answer: AnswerModule | None = None,
        answer_script: AnswerScript | None = None,
        *,
        prelude: str = "",
        directory: Path | None = None,
        one_user: bool = False,
    ) -> None:
        self.name = name
        self.program = program
        self.environment = {"PATH": os.environ.get("PATH", os.defpath), **environment}
        self.accounts = accounts
        self.power = Power()
        self.answer = answer
        self.answer_script = answer_script
        self.prelude = prelude
        self.directory = directory
        self.one_user = one_user

    def start(self, script: str, arguments: list[str], user: str, connection: str) -> RealCommand:
        return RealCommand(self, script, arguments)


class RealCommand:
    """Collects the input, then runs the engine on all of it."""

    def __init__(self, machine: RealMachine, script: str, arguments: list[str]) -> None:
        self._machine = machine
        self._script = script
        self._arguments = arguments
        self._lines: list[str] = []

    def feed(self, line: str) -> None:
        self._lines.append(line)

    async def run(self) -> Result:
        if (command := self._answered()) is not None:
            return await command.run()
        with tempfile.TemporaryDirectory(prefix="lab-engine-") as directory:
            return await self._engine(Path(directory) / "code")

    def _answered(self) -> Command | None:
        if not is_bootstrap(self._script):
            return self._machine.answer_script(self._script) if self._machine.answer_script else None
        if self._machine.answer is None:
            return None
        try:
            return self._machine.answer(self._manifest())
        except UnreadableManifest:
            return None

    def _manifest(self) -> ExecManifest:
        reader = ManifestReader()
        for line in self._lines:
            if reader.feed(line):
                break
        return reader.end()

    def _text(self) -> str:
        if is_bootstrap(self._script):
            return self._machine.prelude + self._script
        return _with_arguments(self._script, self._arguments)

    async def _engine(self, code_file: Path) -> Result:
        process = await asyncio.create_subprocess_exec(
            str(self._machine.program),
            *_SWITCHES,
            "-EncodedCommand",
            _encoded(self._text()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**self._machine.environment, "PWSH_WINE_RC_FILE": str(code_file)},
            cwd=self._machine.directory,
            limit=OUTPUT_LIMIT,
        )
        try:
            lines = [_without_become(line) for line in self._lines] if self._machine.one_user else self._lines
            output, errors = await process.communicate("".join(f"{line}\n" for line in lines).encode())
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        return Result(_exit_code(code_file, process.returncode or 0), _lines(output), _lines(errors))


def wine_machine(
    name: str,
    program: Path,
    prefix: Path,
    accounts: Mapping[str, str],
    answer: AnswerModule | None = None,
    answer_script: AnswerScript | None = None,
) -> RealMachine:
    """A Wine host: `program` is `pwsh-wine`, `prefix` the host's folder, which is made when it is missing.

    It runs by itself from the first command on; whoever makes one stops it (`wine-host stop`). One that exists already starts programs in
    `C:\\`, else they start where this process stands.
    """
    drive = prefix / "drive_c"
    home = os.environ.get("HOME", str(prefix))
    environment = {"WINEPREFIX": str(prefix), "PWSH_WINE_EXE": "powershell", "HOME": home}
    if cache := os.environ.get("PWSH_BUNDLE_CACHE"):
        environment["PWSH_BUNDLE_CACHE"] = cache
    directory = drive if drive.is_dir() else None
    return RealMachine(
        name,
        program,
        environment,
        accounts,
        answer,
        answer_script,
        prelude=WINE_PRELUDE.read_text(encoding="utf-8"),
        directory=directory,
        one_user=True,
    )


def linux_machine(
    name: str, program: Path, directory: Path, accounts: Mapping[str, str], answer: AnswerModule | None = None
) -> RealMachine:
    """A host whose engine runs on Linux; `directory` becomes its home and gets the link `powershell` that Ansible's wrapper looks for."""
    programs = directory / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    link = programs / "powershell"
    if not link.exists():
        link.symlink_to(program)
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    environment = {name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME", "PWSH_BUNDLE_CACHE") if name in os.environ}
    return RealMachine(name, program, {**environment, "PATH": path, "TMPDIR": str(directory), "TEMP": str(directory)}, accounts, answer)


def _without_become(line: str) -> str:
    """The line of a manifest without the step that logs on as somebody else; any other line as it is."""
    if '"become_wrapper.ps1"' not in line or not line.startswith("{"):
        return line
    manifest = json.loads(line)
    if "actions" not in manifest:
        return line
    manifest["actions"] = [action for action in manifest["actions"] if action["name"] != "become_wrapper.ps1"]
    return json.dumps(manifest)


def _encoded(script: str) -> str:
    return base64.b64encode(script.encode("utf-16-le")).decode()


def _with_arguments(script: str, arguments: list[str]) -> str:
    """The script itself, or with arguments a call of it that hands the input through."""
    if not arguments:
        return script
    quoted = " ".join("'" + argument.replace("'", "''") + "'" for argument in arguments)
    return f"$input | & {{\n{script}\n}} {quoted}"


def _exit_code(code_file: Path, of_process: int) -> int:
    """pwsh-wine writes all 32 bits to a file; a process on Linux has eight of them."""
    try:
        return int(code_file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return of_process


def _lines(data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return text.removesuffix("\n").split("\n") if text else []
