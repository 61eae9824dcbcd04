"""What is kept of a system from before its upgrade."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.state_xml import NotReadable
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome import baseline, proof
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact

from tests.unit.dataminer.outcome.proofs import API, NAMES, before
from tests.unit.dataminer.system.sound_system import a_system, upgraded


def test_a_baseline_outlives_its_controller():
    was = replace(before(), acknowledged=("said",), started_with={"package": {"sha256": "ab"}, "waived": []})
    assert baseline.read(baseline.write(was)) == was


def test_a_baseline_of_an_earlier_form_has_no_starts_of_servers():
    document = baseline.document(before())
    del document["started_with"]
    for node in document["nodes"].values():
        del node["boot_time_utc"], node["gateway_read"]
    (node, *_others) = baseline.read(json.dumps(document).encode()).nodes.values()
    assert (node.boot_time_utc, node.gateway_read) == ("", False)


def test_a_baseline_without_counts_is_kept_as_such():
    was = baseline.take(a_system().look(), {}, Fact.unread("the counts", "x"), Fact.unread("the alarms", "x"))
    again = baseline.read(baseline.write(was))
    assert not again.counts.is_known
    assert proof.of(upgraded(a_system()).look(), API, a_system().wanted, NAMES, again).proven, "nobody counted before"


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"form":2}', b"\xff\xfe", b'{"form":1,"nodes":3}'])
def test_what_is_no_baseline_is_refused(data):
    with pytest.raises(NotReadable):
        baseline.read(data)


@pytest.mark.parametrize("form", [0, 2, "1", None])
def test_a_baseline_of_another_form_is_not_taken_although_it_has_everything(form):
    document = {**baseline.document(before()), "form": form}
    with pytest.raises(NotReadable, match="written by another version"):
        baseline.read(json.dumps(document).encode())
