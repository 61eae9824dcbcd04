"""Passwords of the accounts stand nowhere but in the inventory: not in the output, on the controller or on the hosts."""

from __future__ import annotations

from tests.e2e.conftest import Serve
from tests.e2e.dataminer.systems import PREFLIGHT, UPGRADE, UPLOAD, VERIFY, a_system, variables
from tests.e2e.plays import play
from tests.e2e.test_secrets import MARK, where_secrets_stand


def test_no_password_stands_in_any_output_file_or_folder(serve: Serve) -> None:
    world = serve(a_system(2))
    plays = [play(world, *command, "-vvv") for command in (PREFLIGHT, UPLOAD, UPGRADE, VERIFY)]
    for one in plays:
        assert one.completed.code == 0, one.text
        assert MARK not in one.text
    assert where_secrets_stand(world.directory) == []
    assert world.world["secrets_found"] == []


def test_a_wrong_password_of_the_web_api_is_told_without_it_and_tried_on_one_node_only(serve: Serve) -> None:
    world = serve(a_system(3))
    accounts = dict(world.variables["dataminer_accounts"])
    accounts["api"] = {**accounts["api"], "password": MARK + "wrong"}
    refused = play(world, *UPGRADE, *variables(world, dataminer_accounts=accounts))
    assert refused.completed.code != 0
    assert "the login was refused" in refused.text
    assert MARK not in refused.text
    assert len(refused.history.events("web.request", path="/API/v1/Json.asmx/ConnectAppAndInfo")) == 1
