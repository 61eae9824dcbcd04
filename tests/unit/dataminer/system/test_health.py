"""Whether a system works."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system import health

from tests.unit.dataminer.system.answers import unanswered
from tests.unit.dataminer.system.sound_system import FILE, a_system


def test_a_sound_system_is_healthy_and_says_why_it_is_not():
    system = a_system()
    assert health.read(system.look(), system.wanted).is_healthy
    system["dma1b"].reachable = False
    told = health.read(system.look(), system.wanted)
    assert not told.is_healthy
    assert "dma1b" in told.text()


@pytest.mark.parametrize("question", ["dm.services", "dm.history", "dm.gateway"])
def test_what_cannot_be_read_is_not_healthy(question):
    system = a_system()
    for name in (question, "dm.gateway_named") if question == "dm.gateway" else (question,):
        system["dma2"].answers[name] = unanswered()
    assert not health.read(system.look(), system.wanted).is_healthy
    assert FILE
