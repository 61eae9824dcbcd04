"""Packages on the nodes in the vendor's words."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.stored_packages import PackageStatus, questions

from tests.unit.dataminer.system.sound_system import FILE, OLD_ID, RUN_ID, a_system

RESULT = "PreRequisite-Result-VerifyOSVersion.dll.json"
FAILED = "\r\n".join(
    [
        "notice|Executing 'dcomConfig.exe' failed: gone",
        "step|Executing on-failure steps due to failure...",
        "error|Upgrade failed: Execute failed: gone",
        "",
    ]
)


@pytest.mark.parametrize(
    ("log", "names", "status"),
    [
        ("progress|Uploading package...\r\n", [FILE], PackageStatus.UPLOADING),
        ("progress|Uploading package...\r\ninformation|Upload has been completed successfully.\r\n", [FILE], PackageStatus.UPLOADED),
        ("step|Executing action: Start\r\n", [], PackageStatus.COMPLETED),
        ("", [], PackageStatus.UNKNOWN),
        (FAILED, [RESULT], PackageStatus.FAILED),
        (
            "error|DataMiner Agent: 2 error(s) and 0 notice(s)\r\n- One or more prerequisites failed\r\n",
            [FILE, RESULT],
            PackageStatus.FAILED,
        ),
        ("step|x\r\n", [RESULT], PackageStatus.FAILED),
        ("step|x\r\nerror|a line that is no end\r\nstep|y\r\n", [FILE], PackageStatus.UPLOADING),
    ],
)
def test_packages_have_the_vendors_words(log, names, status):
    node = a_system()["dma2"]
    node.keep(log=log, names=names)
    stored = node.view().packages.value
    assert [one.status for one in stored] == [status]
    assert stored[0].log == rf"C:\Skyline DataMiner\Upgrades\Packages\{FILE}-{OLD_ID}\progress.log"


def test_a_package_may_be_listed_twice_and_folders_of_another_kind_are_none():
    node = a_system()["dma2"]
    node.keep()
    node.keep(id=RUN_ID, at="2031-01-12T00:00:00Z")
    node.data("dm.packages")["entries"].append({"name": "Temp", "is_directory": True, "modified_utc": ""})
    assert [one.id for one in node.view().packages.value] == [RUN_ID, OLD_ID], "the newest first"


def test_only_the_newest_packages_are_looked_into():
    node = a_system()["dma2"]
    for number in range(30):
        node.keep(id=f"{number:032x}", at=f"2031-01-01T00:00:{number:02}Z")
    asked = questions(node.view().installation.package_folders)
    assert len([one for one in asked if one.startswith("dm.package")]) == 24
    assert f"dm.package.{FILE}-{29:032x}" in asked


def test_a_package_whose_content_is_still_to_come_is_not_completed():
    node = a_system()["dma2"]
    node.keep(id=RUN_ID, log="progress|Launching upgrade of Cluster 10.20.0.21\r\nprogress|Uploading package...\r\n")
    assert [one.status for one in node.view().packages.value] == [PackageStatus.UPLOADING]
