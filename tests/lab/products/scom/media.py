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
    """What the inventory says of the media: `source` as the hosts see it, the SHA-256 of setup.exe (of the packed file for a URL)."""

    build: Build
    source: str
    sha256: str


def setup_content(build: Build) -> bytes:
    return b"MZ setup.exe " + build.server.encode()


def lay_out(world: Any, spec: MediaSpec, release: str) -> Media:
    """Puts the media where the scenario wants them."""
    build = rtm_of(build_of(spec.release or release))
    folder = spec.folder or f"C:\\Media\\SCOM{build.release.replace(' ', '')}"
    digest = hashlib.sha256(setup_content(build)).hexdigest()
    source = folder
    if spec.place == "local":
        for host in world.hosts.values():
            if host.name.split(".")[0] not in spec.missing_on and host.name not in spec.missing_on:
                _write(host.files, folder, build, spec)
    elif spec.place == "share":
        source = f"{spec.share}\\SCOM{build.release}"
        world.shares[spec.share] = {f"SCOM{build.release}\\{path}": file for path, file in _on_share(world, build, spec).items()}
    else:
        source = spec.url or f"https://media.contoso.lab/SCOM_{build.release}.exe"
        packed = b"MZ self-extractor " + build.server.encode()
        world.urls[source] = packed
        digest = hashlib.sha256(packed).hexdigest()
        for host in world.hosts.values():
            host.downloads[source] = packed
    return Media(build, source, spec.given_sha256 or digest)


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
