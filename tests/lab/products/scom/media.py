"""The installation media: a folder with setup.exe, on each server, on a share, or packed in a self-extracting file (scom 3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from tests.lab.products.scom.builds import Build, build_of, rtm_of
from tests.lab.products.scom.plan import MediaSpec
from tests.lab.products.scom.setup import PROGRAM
from tests.lab.windows.filesystem import File, VersionInfo

EXTRACTOR = "scom_media"
_FILES = (
    r"Setup\AMD64\SetupChainerUI.exe",
    r"Setup\AMD64\Server\OMServer.msi",
    r"Setup\AMD64\Console\OMConsole.msi",
    r"ManagementPacks\Example.Library1.mpb",
)


@dataclass(frozen=True)
class Media:
    """What the inventory says of the media: the local folder, the SHA-256 of its setup.exe, and where the media come from."""

    build: Build
    path: str
    sha256: str
    source: str | None = None
    source_sha256: str | None = None

    def variables(self) -> dict[str, str]:
        """As `scom_media` wants them."""
        values = {"path": self.path, "sha256": self.sha256, "source": self.source, "source_sha256": self.source_sha256}
        return {name: value for name, value in values.items() if value is not None}


class SelfExtractor:
    """The vendor's packed media: `/VERYSILENT /DIR="path"` unpacks them there (scom 3, [AL] W)."""

    def __init__(self, build: Build, spec: MediaSpec) -> None:
        self._build, self._spec = build, spec

    async def run(self, process: Any) -> int:
        folder = next((word[5:] for word in process.arguments if word.upper().startswith("/DIR=")), None)
        if folder is None:
            return 1
        _write(process.host.files, folder.rstrip("\\"), self._build, self._spec)
        return 0


def setup_content(build: Build) -> bytes:
    return b"MZ setup.exe " + build.server.encode()


def lay_out(world: Any, spec: MediaSpec, release: str) -> Media:
    """Puts the media where the scenario wants them."""
    build = rtm_of(build_of(spec.release or release))
    name = f"SCOM{build.release.replace(' ', '')}"
    folder = spec.folder or f"C:\\Media\\{name}"
    digest = spec.given_sha256 or hashlib.sha256(setup_content(build)).hexdigest()
    path = spec.given_folder or folder
    if spec.place == "share":
        world.shares[spec.share] = {f"{name}\\{below}": file for below, file in _on_share(world, build, spec).items()}
        return Media(build, path, digest, f"{spec.share}\\{name}")
    if spec.place == "url":
        url = spec.url or f"https://media.contoso.lab/SCOM_{build.release}.exe"
        packed = b"MZ self-extractor " + build.server.encode()
        world.urls[url] = packed
        world.programs[EXTRACTOR] = SelfExtractor(build, spec)
        world.programs_by_content[packed] = EXTRACTOR
        for host in world.hosts.values():
            host.downloads[url] = packed
        return Media(build, path, digest, url, hashlib.sha256(packed).hexdigest())
    for host in world.hosts.values():
        if not {host.name, host.name.split(".")[0]} & set(spec.missing_on):
            _write(host.files, folder, build, spec)
    return Media(build, path, digest)


def _version(build: Build, spec: MediaSpec) -> VersionInfo:
    version = spec.program_version or build.server
    return VersionInfo(version, version, spec.product_name)


def _write(files: Any, folder: str, build: Build, spec: MediaSpec) -> None:
    files.write(f"{folder}\\setup.exe", setup_content(build), version_info=_version(build, spec), program=PROGRAM)
    for path in _FILES:
        files.write(f"{folder}\\{path}", f"{path} {build.server}")


def _on_share(world: Any, build: Build, spec: MediaSpec) -> dict[str, File]:
    now = next(iter(world.hosts.values())).clock.now()
    setup = File("setup.exe", setup_content(build), now, now, _version(build, spec), PROGRAM)
    others = {path: File(path, f"{path} {build.server}".encode(), now, now) for path in _FILES}
    return {"setup.exe": setup, **others}
