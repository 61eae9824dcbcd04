"""Where a package may come from, and that nothing but the very file that was meant is ever taken for it."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.media import (
    Options,
    Place,
    Source,
    by_name,
    in_cache,
    read_file,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.staging import Staging, unpack_checks, why_not_run
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package import archive
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.upgrade_action import Stop

from tests.unit.dataminer.package.packages import FULL, a_package

DIGITS = "9C1ff882926491841eaf6044482397b350268fa44733b606cc768b92dca582a2"
PLACES = {
    f"/srv/media/{FULL}": Place.CONTROLLER,
    f"media/{FULL}": Place.CONTROLLER,
    "https://media.contoso.lab/d/DataMiner%2010.5.4.0-15588%20Full%20Upgrade.dmupgrade?sig=a/b": Place.URL,
    rf"\\files.contoso.lab\dataminer\{FULL}": Place.SHARE,
    rf"D:\media\{FULL}": Place.NODE,
    f"D:/media/{FULL}": Place.NODE,
}


def a_file(folder: Path, content: bytes) -> tuple[Path, Source]:
    path = folder / FULL
    path.write_bytes(content)
    return path, Source.of(str(path), hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("text", PLACES)
def test_the_form_of_a_source_says_where_it_is_and_keeps_the_name_of_the_vendor(text: str) -> None:
    source = Source.of(text, DIGITS)
    assert (source.place, source.file, source.sha256) == (PLACES[text], FULL, DIGITS.lower())


@pytest.mark.parametrize("digits", ["abc", DIGITS[:-1], f"{DIGITS}0", "g" * 64])
def test_a_hash_that_is_none_ends_before_any_host_is_asked(digits: str) -> None:
    with pytest.raises(
        Stop, match=r"dataminer_package\.sha256 \(option package\.sha256\) is .* no SHA-256: 64 hexadecimal digits; nothing was started"
    ):
        Source.of(FULL, digits)


def test_a_module_that_is_given_a_path_is_told_of_its_own_options(tmp_path: Path) -> None:
    named = Options("path", "sha256")
    with pytest.raises(Stop, match=r"^sha256 is 'abc', which is no SHA-256"):
        Source.of(FULL, "abc", named)
    with pytest.raises(Stop, match=r"^path: .* cannot be read"):
        read_file(tmp_path / FULL, Source.of(str(tmp_path / FULL), options=named))


def test_a_package_is_read_where_it_lies(tmp_path: Path) -> None:
    path, source = a_file(tmp_path, a_package())
    opened = read_file(path, source)
    assert (opened.package.name.file, opened.sha256) == (FULL, source.sha256)


def test_a_file_with_another_hash_is_never_read(tmp_path: Path) -> None:
    path, source = a_file(tmp_path, a_package())
    path.write_bytes(b"MZ" + path.read_bytes())
    with pytest.raises(Stop, match="this is not the package that was meant") as stop:
        read_file(path, source)
    assert source.sha256 in stop.value.text


@pytest.mark.parametrize("content", [b"", b"MZ", a_package()[:-100]], ids=["empty", "no archive", "cut"])
def test_what_is_no_package_is_told_in_the_words_of_an_operator(tmp_path: Path, content: bytes) -> None:
    path, source = a_file(tmp_path, content)
    with pytest.raises(Stop, match="cannot be taken for an upgrade package") as stop:
        read_file(path, source)
    assert "fetch the package again" in stop.value.text


def test_a_file_that_is_not_there_is_said_to_be_unreadable(tmp_path: Path) -> None:
    path = tmp_path / FULL
    with pytest.raises(Stop, match=r"dataminer_package\.source \(option package\.source\): .* cannot be read: No such file"):
        read_file(path, Source.of(str(path)))


def test_the_controllers_copy_is_kept_by_its_hash(tmp_path: Path) -> None:
    one, other = (in_cache(Source.of(rf"D:\{FULL}", digit * 64), str(tmp_path)) for digit in "ab")
    assert one.name == other.name == FULL
    assert one.parent != other.parent


@pytest.mark.parametrize(
    ("file", "title"),
    [
        (FULL, "DataMiner 10.5.4 (build 15588)"),
        ("DataMiner 10.4.0.0-15634 Web Upgrade.dmupgrade", "web applications 10.4.0 (build 15634)"),
        ("VerifyClusterPorts.dmupgrade", "VerifyClusterPorts"),
    ],
)
def test_the_name_of_a_package_says_what_it_is_for_while_nobody_has_its_content(file: str, title: str) -> None:
    assert by_name(file).title == title


def test_an_unknown_cumulative_update_is_taken_from_the_operator() -> None:
    assert by_name(FULL.replace("10.5.4.0", "10.5.0.0"), cu=11).title == "DataMiner 10.5.0 CU11 (build 15588)"


def test_only_what_the_checks_need_is_unpacked(tmp_path: Path) -> None:
    path, _package = a_file(tmp_path, a_package())
    folder = tmp_path / "unpacked"
    assert unpack_checks(path, folder) == r"executor\StandaloneBpaExecutor.exe"
    found = {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}
    assert found == {
        "Prerequisites/VerifyOSVersion.dll",
        "Prerequisites/VerifyClusterPorts.dll",
        "Prerequisites/executor/StandaloneBpaExecutor.exe",
        "Prerequisites/executor/Example.dll",
    }


def test_checks_without_the_program_that_runs_them_are_refused(tmp_path: Path) -> None:
    path, _package = a_file(tmp_path, a_package(executor=False))
    with pytest.raises(Stop, match="no program that runs them"):
        unpack_checks(path, tmp_path / "unpacked")


def a_staging(source: Source, cache: Path) -> Staging:
    options = {"package_cache": str(cache), "staging_directory": "C:\\Staging", "package": {}}
    return Staging(source, options, {}, None)


def test_checks_that_are_not_run_are_never_taken_for_passed_ones(tmp_path: Path) -> None:
    _path, source = a_file(tmp_path, a_package())
    at_hand = a_staging(source, tmp_path)
    assert why_not_run(at_hand) == ""
    assert "run_checks is false" in why_not_run(at_hand, wanted=False)
    assert "check mode" in why_not_run(at_hand, check_mode=True)


def test_a_package_that_nobody_has_read_has_no_checks_run_nor_its_size_judged(tmp_path: Path) -> None:
    elsewhere = a_staging(Source.of(f"https://media.contoso.lab/{FULL}", DIGITS), tmp_path)
    assert "checks were not run, and its size" in why_not_run(elsewhere)


def test_a_package_without_the_program_for_its_checks_has_none_run(tmp_path: Path) -> None:
    _path, source = a_file(tmp_path, a_package(executor=False))
    assert "no program that runs them" in why_not_run(a_staging(source, tmp_path))


@pytest.mark.parametrize("slash", ["/", "\\"])
def test_a_package_writes_nothing_outside_the_folder_it_is_unpacked_to(tmp_path: Path, slash: str) -> None:
    """An empty part of a name makes an absolute path of the rest."""
    victim = tmp_path / "profile"
    name = f"Prerequisites{slash}{str(victim).replace('/', slash)}"
    path, source = a_file(tmp_path, a_package(inner={name: b"ours"}))
    for read in (lambda: read_file(path, source), lambda: unpack_checks(path, tmp_path / "unpacked")):
        with pytest.raises(Stop, match="cannot be taken for an upgrade package"):
            read()
    assert not victim.exists()


def test_a_name_that_every_judgement_lets_through_still_does_not_leave_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second wall stands without the first."""
    monkeypatch.setattr(archive, "_judge", lambda *_: None)
    outside = tmp_path / "outside"
    path, _source = a_file(tmp_path, a_package(inner={f"Prerequisites/{outside}": b"ours", "Prerequisites/../../outside": b"ours"}))
    with pytest.raises(Stop, match="leads out of"):
        unpack_checks(path, tmp_path / "one" / "unpacked")
    assert not outside.exists()


def with_other_local_name(data: bytes) -> bytes:
    """A name in front of the content that is not the one of the table of contents."""
    inner = a_package_inner(data)
    at = inner.index(b"VerifyOSVersion.dll")
    return with_inner(inner[:at] + b"verifyosversion.dll" + inner[at + 19 :])


def a_package_inner(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as outer:
        return outer.read("Update.zip")


def with_inner(inner: bytes) -> bytes:
    return a_package(outer={"Update.zip": inner})


def damaged_checks(data: bytes) -> bytes:
    inner = bytearray(a_package_inner(data))
    at = inner.index(b"VerifyOSVersion.dll")
    inner[at + len("VerifyOSVersion.dll")] ^= 0xFF
    return with_inner(bytes(inner))


@pytest.mark.parametrize(
    "content",
    {
        "a name of 300 characters": a_package(inner={f"Prerequisites/{'x' * 300}.dll": b"MZ"}),
        "a name too long for this file system": a_package(inner={f"Prerequisites/{chr(0x4E00) * 100}.dll": b"MZ"}),
        "a file that is a folder as well": a_package(inner={"Prerequisites/executor": b"MZ"}),
        "another name in front of the content": with_other_local_name(a_package()),
        "damaged content": damaged_checks(a_package(method=zipfile.ZIP_STORED)),
        "a method nobody reads": a_package(inner={"Prerequisites/VerifyX.dll": b"MZ"}, method=zipfile.ZIP_BZIP2),
    }.items(),
    ids=lambda item: item[0],
)
def test_a_package_that_cannot_be_unpacked_is_refused_in_the_words_of_an_operator(tmp_path: Path, content: tuple[str, bytes]) -> None:
    path, _source = a_file(tmp_path, content[1])
    with pytest.raises(Stop, match=r"cannot be (taken for an upgrade package|unpacked on the controller); nothing was started"):
        unpack_checks(path, tmp_path / "unpacked")


def test_a_package_whose_file_was_replaced_after_it_was_read_is_judged_anew(tmp_path: Path) -> None:
    path, source = a_file(tmp_path, a_package())
    read_file(path, source)
    path.write_bytes(a_package(inner={"Prerequisites/../../x.dll": b"MZ"}))
    with pytest.raises(Stop, match="leads out of its folder"):
        unpack_checks(path, tmp_path / "unpacked")
