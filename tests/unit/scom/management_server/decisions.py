"""What tests of decisions about a management server share."""

from __future__ import annotations

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.decide import Wanted
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.findings import Finding, Severity
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Refused

from tests.unit.scom.builders import a_group, a_management_server, a_peer, an_observation

TO_2025 = Wanted(Release.R2025)
TASK = "scom-management-server-2025"
BLOCKER = Finding("1 MB", "2 MB", "grow it", rule="scom.database.free_space", severity=Severity.BLOCKER, reference="6.1 D", why="Because")
WARNING = Finding("3", "4", "do", rule="scom.host.memory", severity=Severity.WARNING, reference="6.3 D", why="Because")


def refused(step) -> Refused:
    assert isinstance(step, Refused), step
    return step


def second(**observed):
    """ms2 of a group whose first server ms1 is done."""
    me = observed.pop("me", None) or a_management_server("ms2")
    first = observed.pop("first", None) or a_peer("ms1", "2025")
    group = observed.pop("group", None) or a_group("ms1", "ms2", database="2025")
    return an_observation(me, first, group=group, **observed)
