"""What check mode takes the group for, once the run has upgraded servers of it."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server.supposed_by_check_mode import suppose
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release

from tests.unit.scom.builders import a_management_server, a_peer, an_observation


@pytest.mark.parametrize("name", ["ms1", "MS1.contoso.lab"])
def test_the_group_s_row_of_an_upgraded_server_is_found_however_it_is_named(name: str) -> None:
    seen = an_observation(a_management_server("ms2"), a_peer("ms1"))
    rows = suppose(seen, Release.R2025, upgraded=[name]).group.value.servers
    # Only the row of the server that would be upgraded has a new version.
    assert {row.name for row in rows if row not in seen.group.value.servers} == {"ms1.contoso.lab"}
