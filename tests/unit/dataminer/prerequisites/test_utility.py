"""The Taskbar Utility on the node that starts."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact

from tests.unit.dataminer.prerequisites.spoils import found, judged, old_source
from tests.unit.dataminer.system.sound_system import a_system


def test_the_utility_waits_behind_a_message_box_where_dataminer_does_not_run():
    seen = a_system().seen()
    assert seen.utility is not None
    spoiled = replace(seen, utility=replace(seen.utility, running=Fact.known(False), version=Fact.known(parse("10.4.3.0-14000"))))
    assert "dataminer.utility.message_box" in {one.rule for one in prerequisites.judge(spoiled).blockers}


def test_a_running_instance_is_the_way_round_misread_arguments():
    system = a_system()
    old_source()(system)
    assert found(system, "dataminer.utility.arguments") == []


def test_a_login_that_works_is_no_finding():
    system = a_system()
    system.login = Fact.known("")
    assert not {"dataminer.utility.login", "dataminer.utility.login_untried"} & {one.rule for one in judged(system).findings}
