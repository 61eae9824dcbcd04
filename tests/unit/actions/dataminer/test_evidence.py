"""Where the evidence of a run on a DataMiner System lies: its name and its start are what hosts say."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.evidence import RunEvidence
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import Secrets


def a_run(directory: Path, cluster: str, began: str | None, told: list[str]) -> RunEvidence:
    run = RunEvidence(str(directory), cluster, ["dma1", "dma2"], "DataMiner 10.5.4", Secrets(), told.append)
    run.began = began
    return run


@pytest.mark.parametrize(("cluster", "began"), [("..", ".."), ("../..", "../../.."), ("a\0b", "\0"), ("LAB", "2031-01-15T21:30:00/..")])
def test_neither_the_cluster_nor_its_clock_leads_out_of_the_operators_directory(tmp_path: Path, cluster: str, began: str) -> None:
    told: list[str] = []
    run = a_run(tmp_path / "evidence", cluster, began, told)
    run.prepare()
    path = run.keep_proof({"changed": True}, None)
    run.keep_logs({"..": b"log", "dma1": b"log"})
    assert told == []
    assert Path(path).resolve().is_relative_to(tmp_path.resolve() / "evidence")
    assert list(tmp_path.iterdir()) == [tmp_path / "evidence"]


def test_each_run_has_a_folder_of_its_own_below_that_of_its_system(tmp_path: Path) -> None:
    first, second = (a_run(tmp_path, "LAB", began, []) for began in ("2031-01-15T21:30:00Z", "2031-01-16T21:30:00.1234567Z"))
    assert Path(first.folder).parent == Path(second.folder).parent
    assert [Path(run.folder).name for run in (first, second)] == ["2031-01-15T21-30-00", "2031-01-16T21-30-00"]


def test_trouble_with_the_place_is_told_and_leaves_no_system_half_way(tmp_path: Path) -> None:
    told: list[str] = []
    run = a_run(tmp_path, "LAB", None, told)
    Path(run.folder).parent.symlink_to("..")
    assert run.keep_proof({"changed": True}, None) == ""
    assert "evidence.json cannot be kept" in told[0]
