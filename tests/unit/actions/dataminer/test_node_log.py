"""A node's log is read by its end at every look: each step is told once, whatever the looks cut it into."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.node_log import NodeLog
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.node.installation import Folder
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Answers
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import Secrets

OLD = Folder("DataMiner.dmupgrade-" + "0" * 32, "2026-03-01T01:00:00Z")
NEW = Folder("DataMiner.dmupgrade-" + "f" * 32, "2026-03-01T02:00:00Z")
LINES = b"step|Lock\r\nstep|Disable\r\nstep|Update Files\r\nerror|it broke\r\n"


def answers(folder: Folder, content: bytes, limit: int = 1000) -> Answers:
    """What a look brings: the last bytes of the log."""
    offset = max(0, len(content) - limit)
    data = {"path": "", "length": len(content), "offset": offset, "bytes": base64.b64encode(content[offset:]).decode()}
    return Answers.from_result({f"dm.package_log.{folder.name}": {"state": "present", "data": data, "error": None, "ms": 1}})


def looks(log: NodeLog, *contents: bytes, limit: int = 1000) -> list[str]:
    return [step.text for content in contents for step in log.read(answers(NEW, content, limit), [NEW])]


@pytest.mark.parametrize("size", [1, 7, 11, 50])
def test_every_step_is_told_once_whatever_the_pieces(size: int) -> None:
    log = NodeLog(Secrets())
    told = looks(log, *(LINES[:end] for end in range(size, len(LINES) + size, size)))
    assert told == ["Lock", "Disable", "Update Files", "it broke"]
    assert (log.content, log.length) == (LINES, len(LINES))


def test_a_look_without_anything_new_tells_nothing() -> None:
    log = NodeLog(Secrets())
    looks(log, LINES)
    assert looks(log, LINES) == []


def test_more_than_one_look_brings_is_gone_on_with_and_marked_in_the_copy() -> None:
    log = NodeLog(Secrets())
    looks(log, LINES[:10])
    assert looks(log, LINES, limit=20)[-1] == "it broke"
    assert b"[not read]" in log.content


def test_a_log_that_is_begun_anew_is_read_from_its_beginning() -> None:
    log = NodeLog(Secrets())
    looks(log, LINES)
    assert looks(log, b"step|Again\r\n") == ["Again"]


def test_the_log_of_the_newest_folder_counts() -> None:
    log = NodeLog(Secrets())
    log.read(answers(OLD, LINES), [OLD])
    assert [step.text for step in log.read(answers(NEW, b"step|Lock\r\n"), [OLD, NEW])] == ["Lock"]
    assert log.content == b"step|Lock\r\n"


def test_a_log_that_cannot_be_read_tells_nothing() -> None:
    denied = Answers.from_result({f"dm.package_log.{NEW.name}": {"state": "denied", "data": {}, "error": None, "ms": 1}})
    assert NodeLog(Secrets()).read(denied, [NEW]) == []
    assert NodeLog(Secrets()).read(denied, []) == []
