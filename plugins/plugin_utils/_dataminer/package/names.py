# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the file name of an upgrade package says: no file inside it holds the version (3.1, 3.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from ..versions.versions import Version, parse


class PackageKind(str, Enum):
    """What a package is for.

    ``FULL``: the whole software. ``WEB``: the web applications only, without a restart. ``DELTA``: only what changed since a base
    version. ``HELPER``: checks or migrates something on the whole cluster and installs no version. ``UNKNOWN``: the name says nothing.
    """

    FULL = "full"
    WEB = "web"
    DELTA = "delta"
    HELPER = "helper"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Helper:
    """One package of the vendor that is run like an upgrade and installs no version. ``runs_as_helper`` names what a rule asks for."""

    name: str
    purpose: str
    source: str


# The longer names first: a file is taken for the first whose name it holds. None of them restarts DataMiner (1 D).
HELPERS: tuple[Helper, ...] = (
    Helper("VerifyClusterPorts", "checks that the agents reach each other's ports", "1, 8 D"),
    Helper("VerifyGRPCConnection", "checks gRPC between all agents", "1, 8 D"),
    Helper("NATSMigrationRollback", "takes the migration to BrokerGateway back, below 10.6.0 and 10.6.1 only", "1, 7 D"),
    Helper("NATSMigration-Prerequisite", "checks whether the cluster can be migrated to BrokerGateway, without impact", "1, 7 D"),
    Helper("NATSMigration", "migrates the whole cluster to BrokerGateway", "1, 7 D"),
    Helper("EnableDotNetRemoting", "sets the flag that lets agents continue to use .NET Remoting", "1, 8 D"),
)

DELTA_SUFFIX = ".dmupdate"

# 3.1 I: the expression the vendor's own tool reads its file names with, and the type Partial of 3.1 beside its two.
_NAME = re.compile(
    r"DataMiner\s(?P<version>\d+\.\d+\.\d+\.\d+)(?:\(CU(?P<cu>\d{1,4})\))?-(?P<build>\d{1,9})"
    r"\s(?P<type>Full|Web|Partial)\sUpgrade(?:\s\((?P<channel>rc|internal)\))?(?:\sGER-\d+)?(?:\sPS-\d+)?",
    re.ASCII | re.IGNORECASE,
)
_TYPES = {"full": PackageKind.FULL, "web": PackageKind.WEB, "partial": PackageKind.DELTA}
# Blanks and marks are written in several ways: "NATSMigration - Prerequisite only", "NATSMigration-Prerequisite-only" (1 D, 7 D).
_MARKS = re.compile(r"[\s_-]+")


@dataclass(frozen=True)
class PackageName:
    """What the name of a file says. ``channel`` is '' for a release, ``rc`` or ``internal``; ``version`` is None where none is named."""

    file: str
    kind: PackageKind
    version: Version | None = None
    channel: str = ""
    helper: Helper | None = None


def read_name(path: str) -> PackageName:
    """What a file name, or the last part of a path or URL of either style, says. Never raises.

    >>> name = read_name("DataMiner 10.6.3.0(CU0)-16815 Full Upgrade (internal).dmupgrade")
    >>> name.kind.value, str(name.version), name.channel
    ('full', '10.6.3 CU0 (build 16815)', 'internal')
    """
    file = path.replace("\\", "/").rpartition("/")[2]
    if found := _NAME.search(file):
        kind = PackageKind.DELTA if file.lower().endswith(DELTA_SUFFIX) else _TYPES[found["type"].lower()]
        return PackageName(file, kind, _version(found), (found["channel"] or "").lower())
    if helper := _helper(file):
        return PackageName(file, PackageKind.HELPER, helper=helper)
    return PackageName(file, PackageKind.DELTA if file.lower().endswith(DELTA_SUFFIX) else PackageKind.UNKNOWN)


def _version(found: re.Match[str]) -> Version | None:
    try:
        version = parse(found["version"])
    except ValueError:
        return None
    return Version(
        *version.numbers, cu=int(found["cu"]) if found["cu"] else None, build=int(found["build"]), channel=found["channel"] or ""
    )


def _helper(file: str) -> Helper | None:
    name = _MARKS.sub("", file).casefold()
    return next((helper for helper in HELPERS if _MARKS.sub("", helper.name).casefold() in name), None)
