"""Packages: a zip with a zip in it, as the vendor lays them out (dataminer 3.2); everything in them is the lab's own and small.

What a package does stands in its UpdateContent.txt, and what it installs in its Files: a renamed file is still what it was.
"""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from dataclasses import dataclass

from tests.lab.products.dataminer.plan import PackageSpec
from tests.lab.products.dataminer.prerequisites import checks_of
from tests.lab.products.dataminer.versions import Version, version_of

SUFFIX = ".dmupgrade"
EXECUTOR_PATH = "Prerequisites/executor/StandaloneBpaExecutor.exe"
_STAMP = (2024, 1, 1, 0, 0, 0)
_SLNET, _WEB = "Files/SLNet.exe", "WebPages/API/version.txt"

FULL_ACTIONS = (
    "Lock",
    "Disable",
    "Kill",
    "IIS Stop",
    "delete",
    "Update Files",
    "Update WebPages",
    "Update Tools",
    "UpgradeSLTaskbarUtility",
    "UpgradeDB",
    "Register",
    "Enable",
    "Unlock",
    "PS ConfigureAccess.ps1 -flag 20",
    "IIS Start",
    "Start",
)
WEB_ACTIONS = ("Lock", "Update WebPages", "Unlock")
HELPER_ACTIONS = ("Lock", "Execute 600 {}.exe", "Unlock")


class BadPackage(Exception):
    """No package the utility could use."""


@dataclass(frozen=True)
class Package:
    """One package. `installs` is null for helpers; `content` the bytes of the file."""

    file_name: str
    kind: str
    installs: Version | None
    actions: tuple[str, ...]
    checks: tuple[str, ...]
    has_executor: bool
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def title(self) -> str:
        return f"{self.installs.title}{'' if self.kind == 'full' else ' web'}" if self.installs else self.kind


def build(spec: PackageSpec, target: str) -> Package:
    """Makes the file of a scenario's package. The same description always gives the same bytes."""
    version = version_of(spec.version or target) if spec.kind in ("full", "web") else None
    own = checks_of(version) if version and spec.kind == "full" else ()
    checks = own if spec.checks is None else tuple(spec.checks)
    members = {
        "UpdateContent.txt": _lines(_actions(spec.kind)),
        "FilesToDelete.txt": _lines([r"C:\Skyline DataMiner\Files\Obsolete*.dll"]),
        "FilesToLeave.txt": _lines([r"C:\Skyline DataMiner\Webpages\API\Web.config"]),
        **_payload(spec.kind, version),
        **{f"Prerequisites/{check}": check_content(check) for check in checks},
    }
    if spec.executor:
        members[EXECUTOR_PATH] = executor_content(version)
    if spec.kind == "full":
        members["Upgrades/StartUpActions/StartUpActions.txt"] = _lines([r'Sync "C:\Skyline DataMiner\Documents"'])
    if spec.padding_kb:
        members["Files/padding.bin"] = random.Random(0).randbytes(spec.padding_kb * 1024)
    outer = {
        "Description.txt": f"DataMiner Upgrade ({spec.kind.capitalize()})".encode(),
        "SLUpgrade.dll": b"MZ SLUpgrade",
        "SLUpgrade64.dll": b"MZ SLUpgrade64",
        "Update.zip": _zip(members),
    }
    content = _zip(outer)
    return read(spec.file_name or _file_name(spec.kind, version), content)


def read(file_name: str, content: bytes) -> Package:
    """What the utility finds in a file. Raises BadPackage."""
    if not file_name.lower().endswith(SUFFIX):
        raise BadPackage(f"{file_name} is no {SUFFIX}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as outer, zipfile.ZipFile(io.BytesIO(outer.read("Update.zip"))) as inner:
            names = inner.namelist()
            actions = tuple(line for line in inner.read("UpdateContent.txt").decode().splitlines() if line.strip())
            slnet = inner.read(_SLNET).decode() if _SLNET in names else ""
            web = inner.read(_WEB).decode() if _WEB in names else ""
    except (KeyError, zipfile.BadZipFile) as wrong:
        raise BadPackage(f"{file_name} cannot be opened: {wrong}") from wrong
    checks = tuple(one.rpartition("/")[2] for one in names if one.startswith("Prerequisites/") and one.endswith(".dll"))
    kind, version = "full", slnet.removeprefix("MZ SLNet ")
    if not slnet:
        kind, version = ("web", web) if web else (_helper(actions), "")
    return Package(file_name, kind, version_of(version) if version else None, actions, checks, EXECUTOR_PATH in names, content)


def check_content(name: str) -> bytes:
    return b"MZ signed check " + name.encode()


def executor_content(version: Version | None) -> bytes:
    """The executor of a version; the exit code it can give depends on that (3.3 D)."""
    return b"MZ StandaloneBpaExecutor " + (version.title if version else "10.5.0 CU0").encode()


def _file_name(kind: str, version: Version | None) -> str:
    return version.file_name(kind.capitalize()) if version else f"{kind}{SUFFIX}"


def _actions(kind: str) -> list[str]:
    actions = {"full": FULL_ACTIONS, "web": WEB_ACTIONS}.get(kind, HELPER_ACTIONS)
    return [one.format(kind) for one in actions]


def _helper(actions: tuple[str, ...]) -> str:
    programs = [words[-1] for words in (line.split() for line in actions) if words[0].lower() == "execute"]
    return programs[0].removesuffix(".exe") if programs else "nothing"


def _payload(kind: str, version: Version | None) -> dict[str, bytes]:
    if version is None:
        return {f"Tools/{kind}.exe": b"MZ helper " + kind.encode()}
    web = {_WEB: version.title.encode()}
    if kind == "web":
        return web
    return {**web, _SLNET: b"MZ SLNet " + version.title.encode(), "Tools/DcomConfig.exe": b"MZ DcomConfig"}


def _lines(lines: list[str]) -> bytes:
    return "\r\n".join([*lines, ""]).encode()


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()
