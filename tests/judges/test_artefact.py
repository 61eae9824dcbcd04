"""The archive that operators install: it builds, the importer of Galaxy takes it, and everything in it is found by its full name."""

from __future__ import annotations

import json
import re
import sys
import tarfile
from pathlib import Path

import pytest

from tests.judges.tree import tracked
from tests.judges.verdict import heard

IMPORTER = "galaxy-importer~=0.4.44"
# The importer looks at the archive where nothing is installed: it cannot find a playbook that another one imports by its full name.
FULL_NAME = re.compile(r"Failed to find systemcenter\.upgrade\.\w+ playbook")
NOT_SHIPPED = {".git", ".github", ".ci", ".venv", ".gitignore", "dist", "lab-world", "scom-evidence", "dataminer-evidence"}


@pytest.fixture(scope="module")
def installed(artefact: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an operator who installed the archive."""
    place = tmp_path_factory.mktemp("installed")
    # Without the path of its own the installer would find the checkout installed, and do nothing.
    surroundings = {"ANSIBLE_COLLECTIONS_PATH": str(place), "ANSIBLE_HOME": str(place / "home")}
    heard("ansible-galaxy", "collection", "install", "--offline", "--collections-path", place, artefact, cwd=place, env=surroundings)
    return surroundings


def test_archive_holds_no_file_of_the_workshop(artefact: Path) -> None:
    with tarfile.open(artefact) as archive:
        assert not NOT_SHIPPED & {name.removeprefix("./").split("/")[0] for name in archive.getnames()}


def test_importer_of_galaxy_takes_the_archive_without_a_complaint(artefact: Path, kept: Path, tmp_path: Path) -> None:
    importer = kept / "galaxy-importer"
    if not (importer / "bin" / "galaxy-importer").exists():
        heard(getattr(sys, "_base_executable", sys.executable), "-m", "venv", "--clear", importer, cwd=kept)
        heard(importer / "bin" / "python", "-m", "pip", "install", "--quiet", IMPORTER, cwd=kept)
    said = heard(
        importer / "bin" / "python", "-m", "galaxy_importer.main", artefact,
        cwd=tmp_path,
        env={
            "GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "1",
            "GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER": "1",
            "PATH": f"{importer / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        },
    )  # fmt: skip
    complaints = [line for line in said.splitlines() if line.startswith(("WARNING", "ERROR")) and not FULL_NAME.search(line)]
    assert not complaints, said


@pytest.mark.parametrize("kind, folder, depth", [("module", "plugins/modules", 2), ("role", "roles", 1)])
def test_everything_is_documented_under_its_full_name(
    kind: str, folder: str, depth: int, installed: dict[str, str], tmp_path: Path
) -> None:
    names = sorted({f"systemcenter.upgrade.{file.parts[depth].split('.')[0]}" for file in tracked(folder)})
    said = heard("ansible-doc", "--json", "--type", kind, *names, cwd=tmp_path, env=installed)
    documented = json.JSONDecoder().raw_decode(said, said.index("{"))[0]
    assert names
    assert [name for name in names if not (documented.get(name) or {}).get("doc" if kind == "module" else "entry_points")] == []


def test_every_playbook_is_found_by_its_full_name(installed: dict[str, str], tmp_path: Path) -> None:
    names = [f"systemcenter.upgrade.{book.stem}" for book in tracked("playbooks/*.yml") if len(book.parts) == 2]
    assert names
    heard("ansible-playbook", "--syntax-check", "--inventory", "localhost,", *names, cwd=tmp_path, env=installed)
