"""What an operator says that runs helps where no file tells it, and proves nothing."""

from __future__ import annotations

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.reasons import Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.upgrade.decide import next_step
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Refused

from tests.unit.dataminer.system.sound_system import System, a_system


def told_to_be(version: str) -> System:
    """A system whose histories end with the bare word of an old bug (9.3, RN 26067), and the word of its operator."""
    system = a_system()
    for node in system.nodes:
        node.run("10.3.0.0-12790-20230301-release", "Hotfix")
    system.configure(known_source=parse(version))
    return system


def test_nobodys_word_that_the_target_runs_already_ends_an_upgrade_as_done() -> None:
    system = told_to_be("10.5.4.0-15588")
    step = next_step(system.observe(), system.wanted)
    assert isinstance(step, Refused), step.text()
    assert "cannot be used to verify the upgrade" in step.seen


def test_an_older_version_that_no_file_tells_may_be_said() -> None:
    system = told_to_be("10.4.0.0-14772 CU11")
    step = next_step(system.observe(), system.wanted)
    assert isinstance(step, Start), step.text()
