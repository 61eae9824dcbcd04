"""Files as Windows keeps them (powershell-probes 1.3)."""

from __future__ import annotations

import pytest

from tests.lab.windows.clock import Clock
from tests.lab.windows.filesystem import DISK_FULL, Disk, File, FileProblem, FileSystem, VersionInfo
from tests.lab.windows.paths import expand
from tests.lab.windows.registry import AccessDenied


def a_filesystem(free: int = 1000) -> FileSystem:
    return FileSystem(Clock().now, disks={"C:": Disk(2000, free)})


def test_a_full_disk_refuses_the_write_and_keeps_the_old_content() -> None:
    files = a_filesystem(free=10)
    files.write(r"C:\a", b"12345")

    with pytest.raises(FileProblem) as refused:
        files.append(r"C:\a", b"more than five")

    assert refused.value.native == DISK_FULL
    assert files.read(r"C:\a") == b"12345"


def test_deleting_gives_the_space_back() -> None:
    files = a_filesystem(free=10)
    files.write(r"C:\dir\a", b"12345")
    files.delete(r"C:\DIR")

    assert files.disks["C:"].free == 10
    assert not files.exists(r"C:\dir")


def test_a_stated_size_counts_instead_of_the_content() -> None:
    files = a_filesystem()
    files.write(r"C:\setup.exe", b"", size=600, version_info=VersionInfo("1.2.3.4"))

    assert files.file(r"c:\SETUP.EXE").length == 600
    assert files.disks["C:"].free == 400


def test_a_locked_file_cannot_be_read_or_replaced() -> None:
    files = a_filesystem()
    files.write(r"C:\a.log", b"x").locked = True

    for attempt in (lambda: files.read(r"C:\a.log"), lambda: files.write(r"C:\a.log", b"y"), lambda: files.delete(r"C:\a.log")):
        with pytest.raises(FileProblem):
            attempt()


def test_everything_below_a_denied_folder_is_denied() -> None:
    files = a_filesystem()
    files.write(r"C:\closed\deep\a", b"x")
    files.make_directory(r"C:\closed", denied=True)

    with pytest.raises(AccessDenied):
        files.read(r"C:\closed\deep\a")


def test_wildcards_match_in_every_part_of_a_path() -> None:
    files = a_filesystem()
    for name in (r"C:\Users\a\Logs\Setup0.log", r"C:\Users\b\Logs\setup1.LOG", r"C:\Users\b\Logs\other.txt", r"C:\Users\Setup9.log"):
        files.write(name, b"")

    found = [file.path for file in files.glob(r"C:\Users\*\Logs\Setup*.log")]

    assert found == [r"C:\Users\a\Logs\Setup0.log", r"C:\Users\b\Logs\setup1.LOG"]


def test_shares_of_the_world_appear_at_their_unc_paths() -> None:
    clock = Clock()
    file = File("setup.exe", b"MZ", clock.now(), clock.now())
    files = FileSystem(clock.now, lambda: {r"\\fs1\media": {r"SCOM\setup.exe": file}})

    assert files.is_file(r"\\FS1\media\scom\setup.exe")
    assert files.list(r"\\fs1\media\SCOM") == ["setup.exe"]


def test_unknown_variables_stay_in_a_path() -> None:
    assert expand(r"%LOCALAPPDATA%\x%NOPE%100%", {"LocalAppData": r"C:\L"}) == r"C:\L\x%NOPE%100%"
