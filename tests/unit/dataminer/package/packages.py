"""Packages of the documented layout (3.2), built in memory, and what has been done to them."""

from __future__ import annotations

import io
import zipfile

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.archive import Limits
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.package import read_package

FULL = "DataMiner 10.5.4.0-15588 Full Upgrade.dmupgrade"

# A typical order of actions (3.2); the words are the format's, the files are ours.
FULL_ACTIONS = """\
Lock
Disable
Kill
IIS Stop
delete
Update Files
Update Tools
UpgradeSLTaskbarUtility
UpgradeDB
Register
Execute 60 Example.exe
js 300 Example.js
PS Example.ps1 -limit 20
Enable
Unlock
IIS Start
Start
"""
HELPER_ACTIONS = "PS Verify.ps1\n"


def archive(files: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive with these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return stream.getvalue()


def a_package(
    actions: str = FULL_ACTIONS,
    executor: bool = True,
    inner: dict[str, bytes | str] | None = None,
    outer: dict[str, bytes | str] | None = None,
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A package; ``inner`` and ``outer`` are added to, or put in place of, the files of the two archives."""
    content: dict[str, bytes | str] = {
        "UpdateContent.txt": actions,
        "FilesToDelete.txt": "C:\\Skyline DataMiner\\Files\\Old*.dll\r\n",
        "Prerequisites/VerifyOSVersion.dll": b"MZ",
        "Prerequisites/VerifyClusterPorts.dll": b"MZ",
        "Files/Example.dll": b"MZ" * 500,
    }
    if executor:
        content["Prerequisites/executor/StandaloneBpaExecutor.exe"] = b"MZ"
        content["Prerequisites/executor/Example.dll"] = b"MZ"
    files: dict[str, bytes | str] = {
        "Description.txt": "DataMiner Upgrade (Full)",
        "SLUpgrade.dll": b"MZ",
        "Update.zip": archive(content | (inner or {}), method),
    }
    return archive(files | (outer or {}), method)


def stream(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)


def read(data, name=FULL, **limits):
    return read_package(stream(data), name, Limits(**limits))
