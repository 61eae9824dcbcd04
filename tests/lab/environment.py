"""The environment in which a command finds a served world and this checkout as the installed collection."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
COLLECTIONS = Path(sys.prefix) / "collections"
SETTINGS = Path(__file__).with_name("ansible.cfg")
LOOPBACK = "127.0.0.1,localhost"


class OtherCheckout(Exception):
    """The virtual environment has another checkout as the installed collection: a run would try code that is not there to be tried."""


def link_checkout(collections: Path = COLLECTIONS, root: Path = ROOT) -> Path:
    """Ansible finds a collection by its place in a tree; a link gives the checkout that place. Returns the tree.

    Raises OtherCheckout when the place is taken: whoever works in that checkout would be given this one's code in the middle of a run.
    """
    link = collections / "ansible_collections" / "systemcenter" / "upgrade"
    if link.resolve() == root:
        return collections
    if link.exists():
        raise OtherCheckout(
            f"{collections} has {link.resolve()} as the installed collection, and this is {root}: every checkout needs a virtual "
            "environment of its own. Make one here with `make venv`, or remove that link if nobody works there any more."
        )
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    with suppress(FileExistsError):  # somebody else has just made the same link
        link.symlink_to(root)
    return collections


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


def environment_of_tests(inventory: Path, home: Path) -> dict[str, str]:
    """The same for commands of tests: quick, in plain text, and with all that Ansible keeps for itself below `home`."""
    return environment(inventory, {"ANSIBLE_CONFIG": str(SETTINGS), "ANSIBLE_HOME": str(home), "ANSIBLE_NOCOLOR": "1"})
