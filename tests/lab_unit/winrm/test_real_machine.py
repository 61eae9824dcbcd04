"""A machine with a program behind it instead of an answer: a small stand-in first, then the engine itself where there is one."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from pathlib import Path

import pytest

from tests.lab.winrm.machine import Command, Result
from tests.lab.winrm.manifest import ExecManifest
from tests.lab.winrm.real import RealMachine, linux_machine

from .ansible_calls import PASSWORD, USER, call_module, exec_manifest, frames_as_since_2_19, psrp, winrm
from .served import Served

ACCOUNTS = {USER: PASSWORD}
BOOTSTRAP = "# `0`0`0`0"
ECHO = """#!/usr/bin/env python3
import base64, os, sys, time
script = base64.b64decode(sys.argv[-1]).decode("utf-16-le")
if script == "wait":
    open(os.environ["PID_FILE"], "w").write(str(os.getpid()))
    time.sleep(600)
sys.stdout.write(script + "\\r\\n" + repr(sys.stdin.read()) + "\\n\\n")
sys.stderr.write("warned\\n")
if script.startswith("code"):
    open(os.environ["PWSH_WINE_RC_FILE"], "w").write(script.split()[1])
sys.exit(3)
"""


class _Answered:
    def feed(self, line: str) -> None:
        raise AssertionError("an answered call gets no input")

    async def run(self) -> Result:
        return Result(0, ["answered"])


@pytest.fixture
def machine(tmp_path: Path) -> RealMachine:
    program = tmp_path / "program"
    program.write_text(ECHO)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return RealMachine("real", program, {"PID_FILE": str(tmp_path / "pid")}, ACCOUNTS)


def _run(machine: RealMachine, script: str, arguments: list[str], *lines: str) -> Result:
    command = machine.start(script, arguments, USER, "psrp")
    for line in lines:
        command.feed(line)
    return asyncio.run(command.run())


def test_the_program_gets_the_script_and_the_input_and_gives_output_errors_and_code(machine: RealMachine) -> None:
    assert _run(machine, "text ä", [], "one", "", "\0\0") == Result(3, ["text ä", r"'one\n\n\x00\x00\n'", ""], ["warned"])


def test_all_32_bits_of_an_exit_code_are_kept(machine: RealMachine) -> None:
    assert _run(machine, "code 3221225786", []).code == 3221225786


def test_arguments_are_handed_to_the_script_as_literals(machine: RealMachine) -> None:
    output = _run(machine, "param($x)", ["it's $x"]).output

    assert output[:3] == ["$input | & {", "param($x)", "} 'it''s $x'"]


def test_a_prelude_stands_before_a_bootstrap_script_only(machine: RealMachine) -> None:
    machine.prelude = "# first\n"

    assert _run(machine, BOOTSTRAP, []).output[0] == "# first"
    assert _run(machine, "other", []).output[0] == "other"


@frames_as_since_2_19
def test_chosen_modules_and_scripts_are_answered_and_all_others_run(machine: RealMachine) -> None:
    def module(manifest: ExecManifest) -> Command | None:
        return _Answered() if manifest.is_module and manifest.module_name.endswith(".sql_query") else None

    machine.answer = module
    machine.answer_script = lambda script: _Answered() if "shutdown.exe" in script else None
    sql = exec_manifest(name="ansible_collections.systemcenter.upgrade.plugins.modules.sql_query").decode().splitlines()
    probe = exec_manifest().decode().splitlines()

    assert _run(machine, BOOTSTRAP, [], *sql).output == ["answered"]
    assert _run(machine, BOOTSTRAP, [], *probe).output[0] == BOOTSTRAP
    assert _run(machine, BOOTSTRAP, [], "no manifest").output[0] == BOOTSTRAP
    assert _run(machine, "shutdown.exe /r", []).output == ["answered"]
    assert _run(machine, "whoami", []).output[0] == "whoami"


def test_the_program_dies_with_its_shell(machine: RealMachine, tmp_path: Path) -> None:
    async def run() -> int:
        task = asyncio.ensure_future(machine.start("wait", [], USER, "psrp").run())
        pid_file = tmp_path / "pid"
        async with asyncio.timeout(30):
            while not (pid_file.exists() and pid_file.read_text()):
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return int(pid_file.read_text())

    pid = asyncio.run(run())

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def _engine() -> Path | None:
    found = os.environ.get("PWSH") or shutil.which("pwsh")
    if found:
        return Path(found)
    beside = Path(__file__).resolve().parents[4] / "shared" / "pwsh" / "bin" / "pwsh"
    return beside if beside.exists() else None


needs_engine = pytest.mark.skipif(_engine() is None, reason="no PowerShell engine: neither $PWSH, nor pwsh on PATH, nor ../shared/pwsh/bin")


@needs_engine
def test_the_real_engine_takes_and_gives_files_over_winrm(tmp_path: Path) -> None:
    engine = _engine()
    assert engine is not None
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(range(256)) * 1500)

    with Served(tmp_path, linux_machine("real", engine, tmp_path / "home", ACCOUNTS)) as served:
        connection = winrm(served, connection_timeout=60)
        connection.put_file(str(source), str(tmp_path / "there"))
        connection.fetch_file(str(tmp_path / "there"), str(target))

    assert (tmp_path / "there").read_bytes() == target.read_bytes() == source.read_bytes()


@needs_engine
@frames_as_since_2_19
def test_the_real_engine_runs_a_module_and_a_script_over_psrp(tmp_path: Path) -> None:
    engine = _engine()
    assert engine is not None
    module = b"#!powershell\n#AnsibleRequires -CSharpUtil Ansible.Basic\n"
    module += b"$m = [Ansible.Basic.AnsibleModule]::Create($args, @{ options = @{ data = @{ type = 'str' } } })\n"
    module += b"$m.Result.ping = $m.Params.data\n$m.ExitJson()\n"

    with Served(tmp_path, linux_machine("real", engine, tmp_path / "home", ACCOUNTS)) as served:
        connection = psrp(served, read_timeout=60)
        code, result = call_module(connection, module, data="gr\u00fc\u00df")
        exited, output, _errors = connection.exec_command("'gr\u00fc\u00df'; exit 5")

    assert (code, result["ping"], result["changed"]) == (0, "gr\u00fc\u00df", False)
    assert (exited, output.decode().strip()) == (5, "gr\u00fc\u00df")
    assert [event["what"] for event in served.events] == ["systemcenter.upgrade.host_probe", "raw"]
