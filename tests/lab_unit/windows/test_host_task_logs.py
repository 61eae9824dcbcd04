"""Logs that a long task brings while it runs."""

from __future__ import annotations

import base64
import json

import pytest

from tests.lab_unit.windows.media_host import ID, REAL_LOG, a_media_host, ended, poll, start

from .builders import asynchronous, content, hand


@asynchronous
async def test_new_bytes_of_a_log_come_by_offset() -> None:
    host, _unused = a_media_host(files={rf"{REAL_LOG}\Setup0.log": "old"})
    host.files.file(rf"{REAL_LOG}\Setup0.log").modified = host.boot_time
    host.files.file(rf"{REAL_LOG}\Setup0.log").created = host.boot_time
    await start(host)
    host.files.write(rf"{REAL_LOG}\Setup1.log", "one\n")
    first = (await poll(host))["logs"]["setup"]
    host.files.append(rf"{REAL_LOG}\Setup1.log", "two\n")
    second = (await poll(host, {"name": "setup", "file": first["file"], "offset": first["next_offset"]}))["logs"]["setup"]

    assert (first["file"], content(first), first["next_offset"]) == (rf"{REAL_LOG}\Setup1.log", b"one\n", 4)
    assert (content(second), second["length"], second["reset"]) == (b"two\n", 8, False)
    assert [one["file"] for one in second["candidates"]] == [rf"{REAL_LOG}\Setup1.log"]


@asynchronous
async def test_text_of_an_earlier_run_is_not_taken_for_ours() -> None:
    path = rf"{REAL_LOG}\Setup0.log"
    host, _unused = a_media_host(files={path: "of an earlier run\n"})
    await start(host)
    host.files.append(path, "ours\n")
    log = (await poll(host))["logs"]["setup"]

    assert (log["file"], content(log), log["offset"]) == (path, b"ours\n", 18)


@asynchronous
async def test_a_log_that_does_not_exist_yet_is_no_error() -> None:
    host, _unused = a_media_host()
    await start(host)
    log = (await poll(host))["logs"]["setup"]

    assert (log["file"], log["candidates"], log["error"], log["bytes"]) == (None, [], None, "")


@asynchronous
async def test_one_poll_brings_at_most_128_kib_of_a_log() -> None:
    host, _unused = a_media_host()
    await start(host)
    host.files.write(rf"{REAL_LOG}\Setup0.log", b"x" * 200_000)
    log = (await poll(host))["logs"]["setup"]

    assert (log["next_offset"], log["length"]) == (131072, 200_000)


@pytest.mark.parametrize("again", [b"y" * 100, b"z" * 400], ids=["shorter", "another head"])
def test_a_log_that_began_anew_is_read_from_its_beginning(again: bytes) -> None:
    @asynchronous
    async def whole() -> None:
        host, _unused = a_media_host()
        await start(host)
        path = rf"{REAL_LOG}\Setup0.log"
        host.files.write(path, b"x" * 300)
        first = (await poll(host))["logs"]["setup"]
        host.files.write(path, again)
        offset = {"name": "setup", "file": path, "offset": first["next_offset"], "head_hash": first["head_hash"]}
        log = (await poll(host, offset))["logs"]["setup"]
        assert (log["reset"], log["offset"], content(log)) == (True, 0, again)

    whole()


@asynchronous
async def test_a_locked_log_is_the_logs_error_alone() -> None:
    host, _unused = a_media_host()
    await start(host)
    host.files.write(rf"{REAL_LOG}\Setup0.log", b"x").locked = True
    result = await poll(host)

    assert result["state"] == "running" and result["logs"]["setup"]["error"] == "locked"


@asynchronous
async def test_collect_brings_the_small_files_and_the_tails_of_the_logs() -> None:
    host, program = a_media_host()
    await start(host)
    host.files.write(rf"{REAL_LOG}\Setup0.log", b"a line")
    program.end()
    await ended(host)
    result = await hand(host, "host_task", operation="collect", id=ID)

    assert json.loads(base64.b64decode(result["files"]["result.json"]["bytes"]))["exit_code"] == 0
    assert any(content(file) == b"a line" for file in result["files"].values())
    assert "secret.bin" not in result["files"]
