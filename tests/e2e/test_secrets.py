"""Passwords reach setup's command line as they are, and stand nowhere else: not in the output, on the controller or on the hosts."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, Play, play
from tests.e2e.states import releases
from tests.e2e.worlds import a_group
from tests.lab.client import ServedWorld

# Every password of the lab begins like this; what follows it here is what quoting goes wrong with.
MARK = "CANARY-"
AWKWARD = {
    "das": {"password": MARK + 'das a "b" %PATH% ^&|<> $x `y` !z! \\'},
    "data_reader": {"password": MARK + "reader 'c' \\\\\" ;/d:e, é€ \\\\"},
    "setup": {"password": MARK + "setup {f} [g] @h #i {j}}" + '"'},
}
FAILS_ONCE = {"runs": [{"outcome": "fatal_action"}, {"outcome": "success"}]}

# These files of the world hold what the operator would keep in a vault.
GIVEN = ("inventory.yml", "scenario.yml", "wrong.yml")


def spellings(secret: str) -> Iterator[bytes]:
    """How a text shows in files and output: as it is, in UTF-16, and in base64, wherever in the encoded bytes it begins."""
    for data in (secret.encode(), secret.encode("utf-16-le")):
        yield data
        for shift in range(3):
            encoded = base64.b64encode(bytes(shift) + data)
            yield encoded[4:-4] if shift else encoded[:-4]


def where_secrets_stand(directory: Path) -> list[str]:
    """Files below the world's folder, the evidence, the journal and Ansible's own files among them, that hold a password."""
    wanted = list(spellings(MARK))
    files = [path for path in directory.rglob("*") if path.is_file() and path.name not in GIVEN]
    return [str(path) for path in files if any(one in path.read_bytes() for one in wanted)]


@dataclass(frozen=True)
class Story:
    world: ServedWorld
    plays: list[Play]


@pytest.fixture(scope="module")
def story(serve_for_module: Serve) -> Story:
    world = serve_for_module(a_group(accounts=AWKWARD, hosts={"ms1": {"setup": FAILS_ONCE}}))
    there = ("--extra-vars", "scom_evidence_directory=kept/by/the/job")
    account = {"name": "CONTOSO\\svc-scom-das", "password": MARK + "wrong"}
    (world.directory / "wrong.yml").write_text(json.dumps({"scom_das_account": account}), encoding="utf-8")
    wrong = ("--extra-vars", "@wrong.yml")
    return Story(world, [play(world, *UPGRADE, "-vvvv", *more) for more in (wrong, there, there)])


def test_awkward_passwords_reach_setup_unchanged(story: Story) -> None:
    assert [one.completed.code for one in story.plays] == [2, 2, 0], story.plays[-1].text[-3000:]
    assert set(releases(story.world).values()) == {"2025 RTM"}


def test_no_password_is_in_the_output_at_any_verbosity(story: Story) -> None:
    wanted = list(spellings(MARK))
    for one in story.plays:
        assert "ESTABLISH" in one.text or "PSRP" in one.text
        assert [line for line in one.text.encode().splitlines() if any(word in line for word in wanted)] == []


def test_no_password_is_in_a_file_of_the_controller_or_in_the_journal(story: Story) -> None:
    assert list((story.world.directory / "kept" / "by" / "the" / "job").rglob("OpsMgrSetupWizard.log"))
    assert where_secrets_stand(story.world.directory) == []


def test_no_password_is_on_a_host(story: Story) -> None:
    assert story.world.world["secrets_found"] == []
    assert story.world.find(MARK) == []
    assert [one.get("rule") for one in story.world.journal.violations] == []


def test_the_search_itself_finds_a_password_in_every_spelling(tmp_path: Path) -> None:
    texts = [MARK + "x", "a" + base64.b64encode(f'"{MARK}secret"'.encode()).decode(), base64.b64encode(f"xy{MARK}s".encode()).decode()]
    for number, text in enumerate(texts):
        (tmp_path / str(number)).write_bytes(text.encode())
    (tmp_path / "wide").write_bytes((MARK + "x").encode("utf-16-le"))
    assert len(where_secrets_stand(tmp_path)) == 4
