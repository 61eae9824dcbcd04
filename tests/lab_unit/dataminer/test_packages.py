"""Versions and packages as the lab makes them (dataminer 3)."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.lab.products.dataminer import package
from tests.lab.products.dataminer.plan import PackageSpec
from tests.lab.products.dataminer.versions import is_at_least, version_of


def test_builds_rise_with_time_across_both_tracks() -> None:
    titles = ["10.3.0", "10.3.12", "10.4.0 CU6", "10.4.9", "10.5.0 CU1", "10.5.4", "10.5.0 CU12", "10.6.3", "10.6.0 CU1"]
    builds = [version_of(title).build for title in titles]
    assert builds == sorted(builds) and all(10**4 <= build < 10**5 for build in builds)


@pytest.mark.parametrize("title", ["10.5", "11.5.0", "10.5.13", "10.5.0CU1", ""])
def test_what_is_no_version(title: str) -> None:
    with pytest.raises(LookupError):
        version_of(title)


@pytest.mark.parametrize(
    ("title", "floor", "answer"),
    [
        ("10.5.0 CU10", "10.5.0 CU10 / 10.6.1", True),
        ("10.5.0 CU9", "10.5.0 CU10 / 10.6.1", False),
        ("10.6.0", "10.5.0 CU10 / 10.6.1", True),
        ("10.5.12", "10.5.0 CU10 / 10.6.1", False),
        ("10.4.0", "10.4.3", False),
        ("10.5.3", "10.5.0", True),
    ],
)
def test_a_floor_is_read_as_the_vendor_writes_it(title: str, floor: str, answer: bool) -> None:
    assert is_at_least(version_of(title), floor) is answer


def test_a_full_package_has_the_documented_layout() -> None:
    made = package.build(PackageSpec(), "10.5.0 CU12")
    with zipfile.ZipFile(io.BytesIO(made.content)) as outer, zipfile.ZipFile(io.BytesIO(outer.read("Update.zip"))) as inner:
        assert outer.namelist() == ["Description.txt", "SLUpgrade.dll", "SLUpgrade64.dll", "Update.zip"]
        assert {"UpdateContent.txt", "FilesToDelete.txt", "FilesToLeave.txt", package.EXECUTOR_PATH} <= set(inner.namelist())
        assert "Prerequisites/VerifyDotNetVersion.dll" in inner.namelist()
    assert made.file_name == "DataMiner 10.5.0.0(CU12)-16806 Full Upgrade.dmupgrade"


def test_the_same_description_gives_the_same_bytes() -> None:
    assert package.build(PackageSpec(), "10.5.9").sha256 == package.build(PackageSpec(), "10.5.9").sha256


def test_a_renamed_package_installs_what_it_holds() -> None:
    made = package.build(PackageSpec(file_name="DataMiner 10.6.3.0-1 Full Upgrade.dmupgrade"), "10.5.0 CU12")
    assert made.title == "10.5.0 CU12"


@pytest.mark.parametrize(
    ("kind", "title", "restarts"),
    [("full", "10.5.9", True), ("web", "10.5.9 web", False), ("NATSMigration", "natsmigration", False)],
)
def test_only_a_full_package_restarts_dataminer(kind: str, title: str, restarts: bool) -> None:
    made = package.build(PackageSpec(kind=kind), "10.5.9")
    assert made.title.lower() == title and ("Disable" in made.actions) is restarts


def test_a_package_of_the_update_center_has_no_executor() -> None:
    assert not package.build(PackageSpec(executor=False), "10.5.9").has_executor


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip"])
def test_what_is_no_package(content: bytes) -> None:
    with pytest.raises(package.BadPackage):
        package.read("x.dmupgrade", content)
    with pytest.raises(package.BadPackage):
        package.read("x.zip", content)
