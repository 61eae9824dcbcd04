"""Evidence on the controller holds no password, however a file writes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.evidence import HIDDEN, Evidence
from hypothesis import given, settings
from hypothesis import strategies as st

AWKWARD = 'CANARY "quoted\\ \u00e4'


def test_a_secret_with_quotes_backslashes_and_umlauts_is_masked_in_facts(tmp_path: Path) -> None:
    path = Evidence(tmp_path, [AWKWARD]).write("evidence.json", {"seen": f"setup said {AWKWARD}!"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"seen": f"setup said {HIDDEN}!"}


# Writing a file takes as long as the disk is busy.
@settings(max_examples=50)
@given(st.text(min_size=6, alphabet=st.characters(blacklist_categories=("Cs", "Cc"))).filter(lambda text: text not in HIDDEN))
def test_no_secret_survives_in_facts(tmp_path_factory: pytest.TempPathFactory, secret: str) -> None:
    folder = tmp_path_factory.mktemp("evidence")
    path = Evidence(folder, [secret]).write("evidence.json", {"k": [f"a{secret}b"]})
    assert json.loads(path.read_text(encoding="utf-8"))["k"] == [f"a{HIDDEN}b"]


def test_a_longer_secret_is_masked_before_one_that_is_a_part_of_it(tmp_path: Path) -> None:
    path = Evidence(tmp_path, ["CANARY", "CANARY-long"]).write("evidence.json", {"seen": "CANARY-long CANARY"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"seen": f"{HIDDEN} {HIDDEN}"}


def test_a_folder_that_cannot_be_made_is_known_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OSError, match="file"):
        Evidence(tmp_path / "file" / "folder", []).prepare()
