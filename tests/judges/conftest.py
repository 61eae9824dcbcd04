"""What several judges look at: the tracked files in an installed collection's place, and the artefact built from them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.judges.tree import copy_to
from tests.judges.verdict import heard


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection's root in a tree that holds nothing else."""
    return copy_to(tmp_path_factory.mktemp("tree") / "ansible_collections" / "systemcenter" / "upgrade")


@pytest.fixture(scope="session")
def own_path(shipped: Path) -> dict[str, str]:
    """The variable that lets Ansible's tools resolve the collection to the copy."""
    return {"ANSIBLE_COLLECTIONS_PATH": str(shipped.parents[2])}


@pytest.fixture(scope="session")
def artefact(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive as it would go to Galaxy."""
    place = tmp_path_factory.mktemp("artefact")
    heard("ansible-galaxy", "collection", "build", "--output-path", place, cwd=shipped)
    return next(place.glob("systemcenter-upgrade-*.tar.gz"))


@pytest.fixture(scope="session")
def kept() -> Path:
    """A folder that outlives the run, for the judges' own virtual environments; it goes away with .venv."""
    folder = Path(sys.prefix) / "judges"
    folder.mkdir(exist_ok=True)
    return folder
