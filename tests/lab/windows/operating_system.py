"""Which Windows a host runs, and the registry values by which one recognises it (powershell-probes 1.4 D)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .registry import Registry

BUILDS = {"2012 R2": 9600, "2016": 14393, "2019": 17763, "2022": 20348, "2025": 26100}
REVISIONS = {9600: 20000, 14393: 7876, 17763: 6775, 20348: 3207, 26100: 3194}
CURRENT_VERSION = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"


@dataclass
class OperatingSystem:
    """`installation_type`: Server, Server Core or Client; `product_type`: ServerNT, LanmanNT (a domain controller) or WinNT."""

    build: int = 20348
    revision: int = 3207
    edition: str = "ServerStandard"
    installation_type: str = "Server"
    product_type: str = "ServerNT"
    time_zone: str = "UTC"
    ui_culture: str = "en-US"
    ansi_code_page: int = 1252

    @property
    def name(self) -> str:
        """What people call it: `Windows Server 2022`."""
        year = next((year for year, build in BUILDS.items() if build == self.build), str(self.build))
        return f"Windows Server {year}"

    def write_registry(self, registry: Registry) -> None:
        registry.set(CURRENT_VERSION, "CurrentBuildNumber", str(self.build))
        registry.set(CURRENT_VERSION, "UBR", self.revision)
        registry.set(CURRENT_VERSION, "EditionID", self.edition)
        registry.set(CURRENT_VERSION, "InstallationType", self.installation_type)
        registry.set(CURRENT_VERSION, "ProductName", f"{self.name} {self.edition.removeprefix('Server')}")
        registry.set(r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions", "ProductType", self.product_type)


def operating_system(spec: Any) -> OperatingSystem:
    """Reads a scenario's `os`: "2022", a build number, or a mapping with any field of OperatingSystem.

    >>> operating_system("2016").build, operating_system({"build": 26100, "edition": "ServerDatacenter"}).name
    (14393, 'Windows Server 2025')
    """
    if isinstance(spec, dict):
        build = BUILDS.get(str(spec.get("name"))) or int(spec.get("build", 20348))
        facts = {key: value for key, value in spec.items() if key not in ("name", "build")}
        return OperatingSystem(build=build, **{"revision": REVISIONS.get(build, 1), **facts})
    text = str(spec).removeprefix("Windows Server ").removeprefix("WS")
    build = BUILDS.get(text) or int(text)
    return OperatingSystem(build=build, revision=REVISIONS.get(build, 1))
