"""The environment in which a command finds a served world and this checkout as the installed collection."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
COLLECTIONS = Path(sys.prefix) / "collections"
LOOPBACK = "127.0.0.1,localhost"


def link_checkout() -> Path:
    """Ansible finds a collection by its place in a tree; a link gives the checkout that place. Returns the tree."""
    link = COLLECTIONS / "ansible_collections" / "systemcenter" / "upgrade"
    if link.resolve() != ROOT:
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        with suppress(FileExistsError):  # somebody else has just made the same link
            link.symlink_to(ROOT)
    return COLLECTIONS


def environment(inventory: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment with the inventory, the collection, and the running interpreter's programs first on the path."""
    programs = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "ANSIBLE_INVENTORY": str(inventory),
        "ANSIBLE_COLLECTIONS_PATH": str(link_checkout()),
        "PATH": os.pathsep.join([programs, os.environ.get("PATH", os.defpath)]),
        "NO_PROXY": LOOPBACK,
        "no_proxy": LOOPBACK,
        **(more or {}),
    }
