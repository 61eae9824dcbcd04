"""The modules of ansible.windows that the collection uses, as their .ps1 behave."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest

from tests.lab.windows.processes import Process

from .builders import ADMIN, ADMIN_PASSWORD, a_host, a_world, asynchronous, run, script_lines, send


@asynchronous
async def test_an_unknown_module_fails_by_name() -> None:
    result = await run(a_host(), "community.windows.win_lineinfile", path="x")

    assert result["failed"] is True and "community.windows.win_lineinfile" in result["msg"]


@asynchronous
async def test_win_powershell_is_refused() -> None:
    result = await run(a_host(), "ansible.windows.win_powershell", script="Get-Service")

    assert result["failed"] is True and "no PowerShell" in result["msg"]


@asynchronous
async def test_a_wrong_become_password_fails_as_the_become_wrapper_does() -> None:
    host = a_host()
    result = await run(host, "ansible.windows.win_ping", become=(ADMIN, "wrong"))
    right = await run(host, "ansible.windows.win_ping", become=(ADMIN, ADMIN_PASSWORD))

    assert "Failed to logon admin (The user name or password is incorrect, Win32ErrorCode 1326 - 0x0000052E)" in result["msg"]
    assert right["ping"] == "pong"


@asynchronous
async def test_a_locked_account_cannot_be_become() -> None:
    host = a_host()
    user = host.accounts.find(ADMIN)
    assert user is not None
    user.locked = True

    assert "1909" in (await run(host, "ansible.windows.win_ping", become=(ADMIN, ADMIN_PASSWORD)))["msg"]


@asynchronous
async def test_who_one_is_depends_on_become() -> None:
    host = a_host()
    alone = await run(host, "ansible.windows.win_whoami")
    system = await run(host, "ansible.windows.win_whoami", become=("SYSTEM", None))

    assert (alone["account"]["account_name"], alone["logon_type"]) == ("admin", "Network")
    assert system["account"]["sid"] == "S-1-5-18"


@asynchronous
async def test_the_registry_is_written_once() -> None:
    host = a_host()
    arguments: dict[str, Any] = {"path": r"HKLM:\SOFTWARE\X", "name": "a", "data": "5", "type": "dword"}
    first = await run(host, "ansible.windows.win_regedit", **arguments)
    second = await run(host, "ansible.windows.win_regedit", **arguments)
    read = await run(host, "ansible.windows.win_reg_stat", path=r"HKLM:\SOFTWARE\X", name="A")

    assert (first["changed"], second["changed"]) == (True, False)
    assert (read["exists"], read["type"], read["value"]) == (True, "REG_DWORD", 5)


@asynchronous
async def test_deleting_a_key_twice_changes_once_and_check_mode_changes_nothing() -> None:
    host = a_host(registry={r"HKLM\SOFTWARE\X": {"a": 1}})
    arguments: dict[str, Any] = {"path": r"HKLM:\SOFTWARE\X", "state": "absent", "delete_key": True}

    assert (await run(host, "ansible.windows.win_regedit", check=True, **arguments))["changed"] is True
    assert host.registry.exists(r"HKLM\SOFTWARE\X")
    assert [(await run(host, "ansible.windows.win_regedit", **arguments))["changed"] for _unused in range(2)] == [True, False]


@asynchronous
async def test_win_service_waits_until_the_service_has_stopped() -> None:
    host = a_host(services={"OMSDK": {"status": "running", "stop_seconds": 0.01}})
    result = await run(host, "ansible.windows.win_service", name="omsdk", state="stopped", start_mode="disabled")
    again = await run(host, "ansible.windows.win_service", name="omsdk", state="stopped", start_mode="disabled")

    assert (result["changed"], result["state"], result["start_mode"]) == (True, "stopped", "disabled")
    assert again["changed"] is False


@asynchronous
async def test_a_disabled_or_absent_service_cannot_be_started() -> None:
    host = a_host(services={"OMSDK": {"start_mode": "disabled"}})

    assert (await run(host, "ansible.windows.win_service", name="OMSDK", state="started"))["failed"] is True
    assert (await run(host, "ansible.windows.win_service", name="nothing", state="started"))["failed"] is True
    assert (await run(host, "ansible.windows.win_service", name="nothing"))["exists"] is False


@asynchronous
async def test_delayed_start_is_a_start_mode_of_its_own() -> None:
    host = a_host(services={"cshost": {}})
    await run(host, "ansible.windows.win_service", name="cshost", start_mode="delayed")
    info = await run(host, "ansible.windows.win_service_info", name="cshost")

    assert info["services"][0]["start_mode"] == "delayed"
    assert (host.services["cshost"].start_mode, host.services["cshost"].delayed) == ("auto", True)


@asynchronous
async def test_a_copied_setup_still_runs_its_program_and_keeps_its_version() -> None:
    host = a_host(files={r"C:\a\setup.exe": {"size": 9, "version": "1.2.3.4", "program": "setup"}})
    result = await run(host, "ansible.windows.win_copy", _copy_mode="remote", src=r"C:\a", dest="C:\\b\\")
    again = await run(host, "ansible.windows.win_copy", _copy_mode="remote", src=r"C:\a", dest="C:\\b\\")

    copied = host.files.file(r"C:\b\a\setup.exe")
    assert (copied.program, copied.length, result["changed"], again["changed"]) == ("setup", 9, True, False)


@asynchronous
async def test_a_share_is_out_of_reach_of_a_network_logon() -> None:
    host = a_host(files={r"\\fs1\media\setup.exe": "x"})
    arguments: dict[str, Any] = {"_copy_mode": "remote", "src": r"\\fs1\media\setup.exe", "dest": "C:\\b\\"}
    host.files.make_directory(r"C:\b")

    assert "denied" in (await run(host, "ansible.windows.win_copy", **arguments))["msg"]
    assert (await run(host, "ansible.windows.win_copy", become=(ADMIN, ADMIN_PASSWORD), **arguments))["changed"] is True


@pytest.mark.parametrize(("checksum", "failed"), [("right", False), ("wrong", True), (None, False)])
def test_a_download_is_compared_with_its_checksum(checksum: str | None, failed: bool) -> None:
    @asynchronous
    async def whole() -> None:
        host = a_host(downloads={"https://media.example/a.exe": "content"})
        known = {"right": hashlib.sha256(b"content").hexdigest(), "wrong": "00"}
        options = {"checksum": known[checksum], "checksum_algorithm": "sha256"} if checksum else {}
        result = await run(host, "ansible.windows.win_get_url", url="https://media.example/a.exe", dest=r"C:\Windows\Temp", **options)
        assert bool(result.get("failed")) is failed
        assert host.files.is_file(r"C:\Windows\Temp\a.exe") is not failed

    whole()


@asynchronous
async def test_a_file_travels_both_ways() -> None:
    host = a_host()
    line = base64.b64encode(b"\x00content").decode()
    put = await send(host, script_lines("psrp_put_file.ps1", {"Path": r"C:\Windows\Temp\x"}, line, line))
    fetched = await send(host, script_lines("psrp_fetch_file.ps1", {"Path": r"C:\Windows\Temp\x", "BufferSize": 10}))
    absent = await send(host, script_lines("winrm_fetch_file.ps1", {"Path": r"C:\nothing", "BufferSize": 10, "Offset": 0}))

    assert json.loads(put.output[0]) == {"sha1": hashlib.sha1(b"\x00content" * 2).hexdigest()}
    assert fetched.output[0] == "[FILE]" and b"".join(map(base64.b64decode, fetched.output[1:])) == b"\x00content" * 2
    assert (absent.code, absent.errors) == (1, [r"C:\nothing does not exist"])


@asynchronous
async def test_a_full_disk_refuses_a_file() -> None:
    host = a_host(disks={"C:": {"size_gb": 1, "free_gb": 0}})
    result = await send(host, script_lines("psrp_put_file.ps1", {"Path": r"C:\x"}, base64.b64encode(b"x").decode()))

    assert result.had_errors and "not enough space" in result.errors[0]


@asynchronous
async def test_shutdown_lets_its_reply_out_and_the_next_command_finds_the_host_going_down() -> None:
    host = a_host()
    going_down = host.world.journal.wait_for("reboot.start")
    result = await run(host, "ansible.windows.win_command", _raw_params="shutdown.exe /r /t 5")
    assert result["rc"] == 0 and host.is_up
    host.start("whoami", [], ADMIN, "psrp")
    await going_down

    assert not host.is_up


@asynchronous
async def test_any_other_command_is_refused() -> None:
    result = await run(a_host(a_world()), "ansible.windows.win_command", _raw_params="format c:")

    assert result["failed"] is True


@asynchronous
async def test_win_reboots_scripts_are_understood() -> None:
    host = a_host()
    query = "(Get-CimInstance -ClassName Win32_OperatingSystem -Property LastBootUpTime).LastBootUpTime.ToFileTime()"
    ready = (
        r"Get-Item -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon\AutoLogonChecked' -ErrorAction Stop;"
        " 'success-0a'"
    )
    before = await host.start(query, [], ADMIN, "psrp").run()
    shutdown = await host.start("x = . { C:\\Windows\\System32\\shutdown.exe /r /t 2 /c 'text' }", [], ADMIN, "psrp").run()
    early = await host.start(ready, [], ADMIN, "psrp").run()
    await host.world.journal.wait_for("reboot.end")
    late = await host.start(ready, [], ADMIN, "psrp").run()
    after = await host.start(query, [], ADMIN, "psrp").run()

    assert '"rc":0' in shutdown.output[0]
    assert early.had_errors and late.output == ["AutoLogonChecked", "success-0a"]
    assert int(after.output[0]) > int(before.output[0])


@asynchronous
async def test_temporary_folders_are_removed_in_either_spelling() -> None:
    host = a_host(files={r"C:\T\a\x": "", r"C:\T\b\x": ""})
    await host.start(r"Remove-Item 'C:\T\a' -Force -Recurse", [], ADMIN, "psrp").run()
    await host.start(
        "Set-StrictMode -Version Latest\nRemove-Item 'C:\\T\\b\\.' -Force -Recurse;\nIf (-not $?) { exit 1 }", [], ADMIN, "psrp"
    ).run()

    assert host.files.list(r"C:\T") == []


@asynchronous
async def test_temporary_folders_are_made_in_the_spelling_of_before_2_19() -> None:
    host = a_host()
    script = (
        "Set-StrictMode -Version Latest\n$tmp_path = [System.Environment]::ExpandEnvironmentVariables('%TEMP%')\n"
        "        $tmp = New-Item -Type Directory -Path $tmp_path -Name 'ansible-tmp-1-2'\n        Write-Output -InputObject $tmp.FullName"
    )
    made = await host.start(script, [], ADMIN, "psrp").run()
    assert made.output[0].endswith(r"\ansible-tmp-1-2") and host.files.is_directory(made.output[0])


@asynchronous
async def test_a_script_that_nobody_knows_fails_with_its_text() -> None:
    result = await a_host().start("Get-Process | Stop-Process", [], ADMIN, "winrm").run()

    assert result.had_errors and "Get-Process" in result.errors[0]


class Unpacking:
    """Unpacks itself into the folder that /DIR= names."""

    async def run(self, process: Process) -> int:
        folder = next((word[5:] for word in process.arguments if word.startswith("/DIR=")), None)
        if folder is None:
            return 5
        process.host.files.write(rf"{folder}\setup.exe", "MZ")
        return 0


@asynchronous
async def test_what_was_downloaded_is_the_program_that_the_world_knows_by_its_content() -> None:
    world = a_world(extractor=Unpacking())
    world.programs_by_content = {b"packed": "extractor"}
    host = a_host(world, downloads={"https://media.example/p.exe": "packed"})
    await run(host, "ansible.windows.win_get_url", url="https://media.example/p.exe", dest=r"C:\Windows\Temp\p.exe")
    arguments: dict[str, Any] = {
        "argv": [r"C:\Windows\Temp\p.exe", "/VERYSILENT", r"/DIR=C:\My Media"],
        "creates": r"C:\My Media\setup.exe",
    }
    first = await run(host, "ansible.windows.win_command", **arguments)
    second = await run(host, "ansible.windows.win_command", **arguments)
    without = await run(host, "ansible.windows.win_command", _raw_params=r'"C:\Windows\Temp\p.exe" /VERYSILENT')

    assert (first["rc"], first["changed"], second["changed"]) == (0, True, False)
    assert host.files.is_file(r"C:\My Media\setup.exe")
    assert (without["failed"], without["rc"]) == (True, 5)


@asynchronous
async def test_a_zip_is_unpacked_by_the_one_script_that_the_lab_knows() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("sub/setup.exe", "MZ")
    host = a_host(files={r"C:\a.zip": {"base64": base64.b64encode(packed.getvalue()).decode()}})
    script = "param([string]$Archive, [string]$Folder)\nExpand-Archive -LiteralPath $Archive -DestinationPath $Folder -Force\n"
    result = await run(host, "ansible.windows.win_powershell", script=script, parameters={"Archive": r"C:\a.zip", "Folder": r"C:\b"})

    assert result["changed"] is True and host.files.read(r"C:\b\sub\setup.exe") == b"MZ"
