"""Answers of a survey that were left empty, as AWX hands them over: the whole upgrade is what it is without them."""

from __future__ import annotations

import json

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.scom.variables import PRODUCT

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, play
from tests.e2e.states import full
from tests.e2e.worlds import a_group


def test_every_variable_of_a_role_that_was_left_empty_gives_way_to_what_the_inventory_says(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 2}))
    own = {one.own(role) for one in PRODUCT.variables for role in one.roles if one.has_own}
    survey = {
        **{name: "" if number % 2 else None for number, name in enumerate(sorted(own))},
        "scom_waive": "",
        "scom_give_up_minutes": None,
    }
    assert "scom_management_server_first" in survey and "scom_preflight_management_servers" in survey
    done = play(world, *UPGRADE, "-e", json.dumps({"scom_first_management_server": full("ms2")}), "-e", json.dumps(survey))
    assert done.completed.code == 0, done.text
    assert [one.host for one in world.journal.events("setup.start")] == [full("ms2"), full("ms1")]
    assert world.journal.violations == []
