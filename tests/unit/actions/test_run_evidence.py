"""Where the evidence of a run lies, and what becomes of a disk that is full: names and times are what hosts say."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.run_evidence import Log, RunEvidence
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import Secrets
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.upgrade_action import Stop

LOGS = {"dma1": Log("dma1-progress.log", b"log"), "dma2": Log("dma2-progress.log", b"")}


def a_run(directory: Path, cluster: str, began: str | None, told: list[str]) -> RunEvidence:
    run = RunEvidence(str(directory), cluster, "DataMiner 10.5.4", Secrets(), told.append, ["dma1", "dma2"])
    run.began = began
    return run


@pytest.mark.parametrize(("cluster", "began"), [("..", ".."), ("../..", "../../.."), ("a\0b", "\0"), ("LAB", "2031-01-15T21:30:00/..")])
def test_neither_the_cluster_nor_its_clock_leads_out_of_the_operators_directory(tmp_path: Path, cluster: str, began: str) -> None:
    told: list[str] = []
    run = a_run(tmp_path / "evidence", cluster, began, told)
    run.prepare()
    path = run.keep_proof({"changed": True})
    run.keep_logs({"..": Log("..-progress.log", b"log"), **LOGS})
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
    assert run.keep_proof({"changed": True}) == ""
    assert "evidence.json cannot be kept" in told[0]


def test_logs_that_cannot_be_kept_are_told_of_once_however_often_it_is_tried(tmp_path: Path) -> None:
    told: list[str] = []
    run = a_run(tmp_path, "LAB", None, told)
    Path(run.folder).parent.symlink_to("..")
    assert run.keep_logs(LOGS) == run.keep_logs(LOGS) == {}
    assert len(told) == 1 and told[0].startswith("the logs cannot be kept: ")


def test_a_log_of_which_nothing_was_read_is_not_kept(tmp_path: Path) -> None:
    kept = a_run(tmp_path, "LAB", None, []).keep_logs(LOGS)
    assert list(kept) == ["dma1"] and Path(kept["dma1"]).read_bytes() == b"log"


def test_what_is_wanted_beside_the_proof_lies_there(tmp_path: Path) -> None:
    path = a_run(tmp_path, "LAB", None, []).keep_proof({"changed": True}, {"before.json": {"alarms": 3}})
    assert (Path(path).parent / "before.json").read_text() == '{\n  "alarms": 3\n}\n'


@pytest.mark.parametrize(("subject", "begins"), [("LAB", "LAB: evidence_directory: "), ("", "evidence_directory: ")])
def test_a_folder_that_cannot_be_made_before_the_start_is_one_not_to_begin(tmp_path: Path, subject: str, begins: str) -> None:
    run = a_run(tmp_path, "LAB", None, [])
    Path(run.folder).parent.symlink_to("..")
    for write in (lambda: run.prepare(subject), lambda: run.write_down("before.json", {}, subject)):
        with pytest.raises(Stop) as stopped:
            write()
        assert stopped.value.text.startswith(begins) and stopped.value.text.endswith("correct it and run again; nothing was started")
