"""A management group as its database tells it, and the inventory beside it."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group import group as group_of
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.group import lock_owner, reconcile, task_id
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.health import Monitored
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host.host_names import same_host
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.scom.builders import a_group

GROUP = [{"group_name": "PROD", "database_version": "10.22.11642.0"}]


def a_row(name: str, *, gateway: int = 0, version: str | None = "10.22.11642.0", available: int | None = 1, health: int | None = 1):
    return {
        "name": name,
        "is_management_server": 1,
        "is_gateway": gateway,
        "version": version,
        "is_available": available,
        "health_state": health,
    }


def test_gateways_carry_both_flags_and_are_no_management_servers():
    group = group_of.read(GROUP, [a_row("ms1.contoso.lab"), a_row("gw1.contoso.lab", gateway=1)])
    assert [server.name for server in group.servers] == ["ms1.contoso.lab"]
    assert [server.name for server in group.gateways] == ["gw1.contoso.lab"]
    assert str(group.database_version) == "10.22.11642.0"


@pytest.mark.parametrize(("number", "state"), [(0, "uninitialized"), (1, "success"), (2, "warning"), (3, "error")])
def test_health_states_are_read_as_the_database_numbers_them(number, state):
    assert group_of.read(GROUP, [a_row("ms1", health=number)]).servers[0].monitored is Monitored(state)


@pytest.mark.parametrize("number", [None, 7, -1])
def test_a_health_state_that_means_nothing_is_none(number):
    assert group_of.read(GROUP, [a_row("ms1", health=number, available=None)]).servers[0].monitored is None


def test_a_version_that_cannot_be_read_is_none():
    assert group_of.read([{"group_name": "PROD", "database_version": "?"}], [a_row("ms1", version=None)]).database_version is None


@pytest.mark.parametrize(("group", "servers"), [([], [a_row("ms1")]), (GROUP, []), (GROUP, [a_row("gw1", gateway=1)])])
def test_a_database_without_a_group_or_a_server_is_not_the_one_of_a_group(group, servers):
    with pytest.raises(ValueError, match="management"):
        group_of.read(group, servers)


@given(st.permutations(["ms3.contoso.lab", "MS1.contoso.lab", "ms2.contoso.lab"]))
def test_every_controller_finds_the_same_lock_host(names):
    group = group_of.read(GROUP, [a_row(name) for name in names])
    assert group.lock_host == "ms1.contoso.lab"


@pytest.mark.parametrize(("name", "lock"), [("PROD", "scom-prod"), ("Contoso OM (EU)", "scom-contoso-om-eu"), ("\u90e8", "scom-group")])
def test_the_lock_is_named_for_the_group_in_letters_any_file_system_takes(name, lock):
    assert a_group("ms1", name=name).lock_name == lock


def test_task_and_owner_are_the_same_from_every_controller():
    assert task_id(Release.R2025) == "scom-management-server-2025"
    assert lock_owner(Release.R2025, "MS1.contoso.lab") == "scom-management-server-2025@ms1.contoso.lab"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("MS1.contoso.lab", "ms1.CONTOSO.lab", True),
        ("ms1", "ms1.contoso.lab", True),
        ("ms1.contoso.lab.", "ms1.contoso.lab", True),
        ("ms1.contoso.lab", "ms1.fabrikam.lab", False),
        ("ms1", "ms10", False),
    ],
)
def test_two_names_of_one_host(one, other, same):
    assert same_host(one, other) is same


def test_an_inventory_that_agrees_has_no_difference():
    assert reconcile(a_group("ms1", "ms2"), ["MS2", "ms1.contoso.lab"]).agrees


def test_a_limit_does_not_make_the_group_smaller():
    assert reconcile(a_group("ms1", "ms2", "ms3"), ["ms2"]).missing == ("ms1.contoso.lab", "ms3.contoso.lab")


def test_a_gateway_given_as_a_management_server_is_named_so():
    found = reconcile(a_group("ms1", gateways=["gw1"]), ["ms1", "gw1", "elsewhere"])
    assert (found.gateways, found.unknown) == (("gw1",), ("elsewhere",))
    assert found.text() == "elsewhere: in the inventory but not of the group; gw1: a gateway, not a management server"


def test_one_server_under_two_names_of_the_inventory_is_no_group_of_two():
    found = reconcile(a_group("ms1", "ms2"), ["ms1.contoso.lab", "MS1.contoso.lab", "ms2.contoso.lab"])
    assert not found.agrees
    assert found.text() == "ms1.contoso.lab: one server under two names of the inventory"


def test_a_short_and_a_full_name_of_one_server_are_two_names_of_it():
    assert reconcile(a_group("ms1", "ms2"), ["MS1", "ms1.contoso.lab", "ms2"]).twice == ("ms1.contoso.lab",)
