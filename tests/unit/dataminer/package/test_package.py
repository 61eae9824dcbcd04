"""Upgrade packages: the zip within the zip (3.2), what it will do, and packages that are not to be believed."""

from __future__ import annotations

import io
import zipfile

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.actions import VERBS, read_actions, restarts_dataminer
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.archive import Limits
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.package import PackageKind, read_package

from tests.unit.dataminer.package.packages import FULL, HELPER_ACTIONS, a_package, archive, read, stream


def test_a_full_package_tells_its_name_version_kind_and_size():
    data = a_package()
    package = read(data)
    assert package.name.file == FULL
    assert (str(package.version), package.kind, package.size) == ("10.5.4 (build 15588)", PackageKind.FULL, len(data))
    assert package.description == "DataMiner Upgrade (Full)"
    assert package.files == 7


def test_actions_are_told_in_plain_words_and_in_their_order():
    actions = read(a_package()).as_result()["actions"]
    assert actions[:4] == [
        "lock the agent against a second upgrade",
        "stop and disable DataMiner's services, except SLWatchdog",
        "end DataMiner's processes that still run",
        "stop the web server IIS",
    ]
    assert "replace files: Files" in actions
    assert "run Example.exe (at most 60 s)" in actions
    assert actions[-1] == "start DataMiner"


def test_a_package_that_disables_or_kills_restarts_dataminer():
    assert read(a_package()).restarts_dataminer


def test_a_helper_package_does_not_restart_dataminer_and_has_no_version():
    package = read(a_package(HELPER_ACTIONS), "VerifyClusterPorts.dmupgrade")
    assert (package.kind, package.version, package.restarts_dataminer) == (PackageKind.HELPER, None, False)


def test_a_web_package_is_known_by_its_name():
    package = read(a_package(HELPER_ACTIONS), "DataMiner 10.5.4.0-15588 Web Upgrade.dmupgrade")
    assert (package.kind, package.restarts_dataminer) == (PackageKind.WEB, False)


def test_prerequisites_and_their_executor_are_found_inside():
    package = read(a_package())
    assert package.prerequisites == ("VerifyClusterPorts.dll", "VerifyOSVersion.dll")
    assert package.has_prerequisite_executor
    assert not package.lacks_executor


def test_a_package_without_executor_is_the_delta_of_the_update_center():
    """K10."""
    package = read(a_package(executor=False))
    assert (package.kind, package.has_prerequisite_executor, package.lacks_executor) == (PackageKind.DELTA, False, True)


def test_packages_before_10_4_are_not_asked_for_an_executor():
    package = read(a_package(executor=False), "DataMiner 10.3.0.0-12790 Full Upgrade.dmupgrade")
    assert (package.kind, package.lacks_executor) == (PackageKind.FULL, False)


def test_helper_and_web_packages_are_not_asked_for_an_executor():
    assert not read(a_package(HELPER_ACTIONS, executor=False), "VerifyGRPCConnection.dmupgrade").lacks_executor
    assert not read(a_package(HELPER_ACTIONS, executor=False), "DataMiner 10.5.4.0-15588 Web Upgrade.dmupgrade").lacks_executor


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_stored_and_deflated_packages_read_the_same(method):
    assert read(a_package(method=method)).actions == read(a_package()).actions


def test_names_are_found_in_any_letter_case_and_with_backslashes():
    inner = archive({"updatecontent.TXT": "LOCK\nkill\n", "prerequisites\\Executor\\x.exe": b"MZ", "PREREQUISITES\\VerifyX.DLL": b"MZ"})
    package = read(archive({"UPDATE.ZIP": inner}))
    assert package.has_prerequisite_executor
    assert package.prerequisites == ("VerifyX.DLL",)
    assert package.restarts_dataminer


def test_the_stream_is_left_open_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened = stream(a_package())
    read_package(opened, FULL)
    assert not opened.closed
    assert list(tmp_path.iterdir()) == []


def test_a_large_inner_archive_is_read_in_few_passes_and_little_memory():
    """Each pass over the inner archive decompresses it anew; jumping about costs no pass while it stays within the window."""
    data = a_package(inner={f"Files/{number}.bin": bytes([number]) * 400_000 for number in range(20)}, method=zipfile.ZIP_STORED)
    counted = CountingStream(data)
    read_package(counted, FULL, Limits(at_once=1024 * 1024))
    assert counted.total < 3 * len(data)
    assert counted.largest <= 1024 * 1024


class CountingStream(io.BytesIO):
    """Counts what is read from it."""

    total = 0
    largest = 0

    def read(self, n=-1, /):
        data = super().read(n)
        self.total += len(data)
        self.largest = max(self.largest, len(data))
        return data


def test_every_documented_verb_is_known():
    documented = (
        "SLEEP Lock Unlock Disable Enable Update Register Kill Start IIS InstallApp Delete EXTRACT Execute JS PS SetOption "
        "UpgradeDB UpgradeSLTaskbarUtility ExecuteUpgrade AddRollbackAction UpgradeDataMinerTaskBarUtility"
    )
    assert {verb.name for verb in VERBS} == {name.lower() for name in documented.split()}


def test_options_of_a_package_are_told_by_what_they_do():
    text = read_actions("SetOption REBOOT\nSetOption SKIPSNMP")
    assert [one.text for one in text] == [
        "set an option: reboot the server at the end",
        "set an option: leave the Windows SNMP service running",
    ]


def test_an_unknown_verb_is_shown_as_it_stands():
    (action,) = read_actions("Teleport Files")
    assert action.verb is None
    assert "Teleport Files" in action.text
    assert not restarts_dataminer((action,))
