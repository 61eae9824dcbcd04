"""Makes the checkout importable as the installed collection, however pytest was started."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLLECTIONS = Path(sys.prefix) / "collections"


def _link_checkout() -> None:
    """Ansible finds a collection by its place in a tree; the link gives any checkout that place."""
    link = COLLECTIONS / "ansible_collections" / "systemcenter" / "upgrade"
    if link.resolve() == ROOT:
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(ROOT)


def pytest_configure() -> None:
    sys.path.insert(0, str(ROOT))
    _link_checkout()
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(COLLECTIONS)

    from ansible.utils.collection_loader import _collection_finder

    if not any(isinstance(finder, _collection_finder._AnsibleCollectionFinder) for finder in sys.meta_path):
        _collection_finder._AnsibleCollectionFinder(paths=[str(COLLECTIONS)])._install()
