"""The archive that operators install: it builds, the importer of Galaxy takes it, and everything in it is found by its full name."""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path

import pytest

from tests.judges.tree import tracked
from tests.judges.verdict import heard

IMPORTER = "galaxy-importer~=0.4.44"
NOT_SHIPPED = {".git", ".github", ".ci", ".venv", ".gitignore", "dist", "lab-world", "scom-evidence"}


@pytest.fixture(scope="module")
def installed(artefact: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an operator who installed the archive."""
    place = tmp_path_factory.mktemp("installed")
    heard("ansible-galaxy", "collection", "install", "--offline", "--collections-path", place, artefact, cwd=place)
    return {"ANSIBLE_COLLECTIONS_PATH": str(place), "ANSIBLE_HOME": str(place / "home")}


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
    complaints = [line for line in said.splitlines() if line.startswith(("WARNING", "ERROR"))]
    assert not complaints, said


@pytest.mark.parametrize("kind, folder", [("module", "plugins/modules"), ("role", "roles")])
def test_everything_is_documented_under_its_full_name(kind: str, folder: str, installed: dict[str, str], tmp_path: Path) -> None:
    depth = {"module": 2, "role": 1}[kind]
    names = sorted({file.parts[depth].split(".")[0] for file in tracked(folder)})
    assert names
    said = heard("ansible-doc", "--type", kind, *(f"systemcenter.upgrade.{name}" for name in names), cwd=tmp_path, env=installed)
    assert [name for name in names if f"systemcenter.upgrade.{name}" not in said and name not in said] == []


def test_every_playbook_is_found_by_its_full_name(installed: dict[str, str], tmp_path: Path) -> None:
    names = [f"systemcenter.upgrade.{book.stem}" for book in tracked("playbooks/*.yml") if len(book.parts) == 2]
    assert names
    heard("ansible-playbook", "--syntax-check", "--inventory", "localhost,", *names, cwd=tmp_path, env=installed)
