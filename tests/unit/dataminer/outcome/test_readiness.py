"""The readiness ladder (9) and the version page of the APIGateway (0.8, log-shapes 10)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.api_gateway import read_modules, version_of, version_url
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.history import read_history
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.state_xml import NotReadable
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome.readiness import (
    AgentCounts,
    NodeAfter,
    Rung,
    SystemAfter,
    climb_node,
    climb_system,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.cluster import ApiAgent
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from hypothesis import given
from hypothesis import strategies as st

TARGET = parse("10.5.4.0-15588")
OLD = b"2030-11-02 22:10:00;10.4.0.0-14772-20240821-release\n"
NEW = b"2031-01-15 22:40:11;10.5.4.0-15588-20250319-release\n"
NODE = NodeAfter(
    ports=Fact.known({443: True}),
    services=Fact.known({"SLNet": "running", "SLDataMiner": "running", "W3SVC": "running"}),
    services_before=frozenset({"SLNet", "SLDataMiner", "w3svc"}),
    modules=Fact.known({"SLNet": "10.5.2511.1234", "APIGateway": "0.0.1.52414"}),
    history_before=Fact.known(read_history(OLD)),
    history=Fact.known(read_history(OLD + NEW)),
)
COUNTS = {701: AgentCounts(10, 9, 2), 702: AgentCounts(5, 5, 0)}
SYSTEM = SystemAfter(
    logged_in=Fact.known(True),
    agents=Fact.known(tuple(ApiAgent(number, f"dma{number}", "10.20.0.1", "labx", "Running", False) for number in (701, 702))),
    expected=frozenset({701, 702}),
    version=Fact.known(parse("10.5.4.0-15588")),
    counts_before=Fact.known(COUNTS),
    counts=Fact.known(COUNTS),
    alarms_before=Fact.known(3),
    alarms=Fact.known(3),
    checks_failed=Fact.known(()),
)
UNREAD = Fact.unread("it", "denied")


def test_a_node_that_is_well_is_at_the_top():
    ladder = climb_node(NODE, TARGET)
    assert ladder.is_healthy
    assert ladder.missing == ()


@pytest.mark.parametrize(
    ("change", "height"),
    [
        ({"ports": Fact.known({443: False})}, 0),
        ({"ports": Fact.known({})}, 0),
        ({"services": Fact.known({"SLNet": "running", "W3SVC": "running"})}, 1),
        ({"services": Fact.known({"SLNet": "running", "W3SVC": "running", "SLDataMiner": "start_pending"})}, 1),
        ({"modules": Fact.known({"SLNet": "10.4.2343.27106"})}, 2),
        ({"modules": Fact.known({"APIGateway": "0.0.1.52414"})}, 2),
        ({"history": Fact.known(read_history(OLD))}, 3),
        ({"history": UNREAD}, 3),
        ({"modules": UNREAD}, 2),
    ],
)
def test_the_first_thing_that_is_missing_is_the_height(change, height):
    ladder = climb_node(replace(NODE, **change), TARGET)
    assert [*Rung].index(ladder.missing[0].name) == height
    assert not ladder.is_healthy


def test_what_could_not_be_read_is_not_good_and_says_why():
    (missing,) = climb_node(replace(NODE, history=UNREAD), TARGET).missing
    assert (missing.name, missing.good) == (Rung.HISTORY, None)
    assert "denied" in missing.seen


@pytest.mark.parametrize(
    ("target", "good"), [("10.5.4", True), ("10.6.4", True), ("10.6.5", False), ("10.5.0 CU13", True), ("10.5.0 CU14", False)]
)
def test_a_missing_version_is_normal_on_earlier_versions(target, good):
    signs = climb_node(replace(NODE, modules=Fact.known({"SLNet": None})), parse(target)).signs
    assert signs[2].good is good


def test_a_missing_version_is_tolerated_where_the_cumulative_update_is_not_known():
    signs = climb_node(replace(NODE, modules=Fact.known({"SLNet": None})), parse("10.5.0.0-15921")).signs
    assert signs[2].good is True


@pytest.mark.parametrize(("version", "good"), [("10.5.4.0", True), ("10.4.4.0", False), ("unknown", False)])
def test_a_module_that_names_a_release_or_nothing_is_judged_too(version, good):
    assert climb_node(replace(NODE, modules=Fact.known({"slnet": version})), TARGET).signs[2].good is good


def test_a_sign_says_what_was_wanted_and_seen():
    (missing,) = climb_node(replace(NODE, history=Fact.known(read_history(OLD))), TARGET).missing
    assert str(missing).startswith(
        "it has started on the target: not started on new code yet; last line: 2030-11-02 22:10:00 10.4.0.0-14772"
    )
    assert str(missing).endswith("(wanted a new last line with 10.5.4 (build 15588))")


def test_a_service_that_did_not_run_before_need_not_run():
    seen = replace(NODE, services=Fact.known({**NODE.services.value, "NAS": "stopped"}))
    assert climb_node(seen, TARGET).is_healthy


def test_a_system_that_is_well_is_at_the_top():
    ladder = climb_system(SYSTEM, TARGET)
    assert ladder.is_healthy
    assert ladder.missing == ()
    assert [[*Rung].index(sign.name) + 1 for sign in ladder.signs] == [5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    ("change", "rung"),
    [
        ({"logged_in": Fact.known(False)}, Rung.LOGIN),
        ({"agents": Fact.known(SYSTEM.agents.value[:1])}, Rung.AGENTS),
        ({"agents": Fact.known((SYSTEM.agents.value[0], replace(SYSTEM.agents.value[1], status="Starting")))}, Rung.AGENTS),
        ({"version": Fact.known(parse("10.4.0.0-14772"))}, Rung.VERSION),
        ({"counts": Fact.known({701: COUNTS[701]})}, Rung.COUNTS),
        ({"counts": Fact.known({**COUNTS, 702: AgentCounts(5, 4, 0)})}, Rung.COUNTS),
        ({"counts_before": UNREAD}, Rung.COUNTS),
    ],
)
def test_each_rung_of_the_system_is_missed_by_itself(change, rung):
    assert [sign.name for sign in climb_system(replace(SYSTEM, **change), TARGET).missing] == [rung]


def test_more_elements_than_before_are_shown_and_miss_nothing():
    ladder = climb_system(replace(SYSTEM, counts=Fact.known({**COUNTS, 702: AgentCounts(6, 6, 1)})), TARGET)
    assert ladder.is_healthy
    assert "702: 5 elements, 5 active, 0 services before, 6 elements, 6 active, 1 services now" in [sign.seen for sign in ladder.signs]


def test_a_refused_login_says_so():
    (missing,) = climb_system(replace(SYSTEM, logged_in=Fact.known(False)), TARGET).missing
    assert missing.seen == "refused"


def test_alarms_and_health_checks_are_shown_and_do_not_decide():
    ladder = climb_system(replace(SYSTEM, alarms=Fact.known(9), checks_failed=Fact.known(("Active Runtime Errors",))), TARGET)
    assert ladder.is_healthy
    assert "3 before, 9 now (+6)" in [sign.seen for sign in ladder.signs]


def test_the_web_api_may_leave_the_build_out():
    assert climb_system(replace(SYSTEM, version=Fact.known(parse("10.5.4"))), TARGET).is_healthy


def test_nodes_of_a_pair_are_asked_past_the_reverse_proxy():
    assert version_url("10.20.0.12", in_pair=True).endswith("/APIGateway/api/version?bypassProxy=true")
    assert version_url("10.20.0.12", in_pair=False) == "https://10.20.0.12/APIGateway/api/version"
    assert version_url("fd00::1", in_pair=False).startswith("https://[fd00::1]/")


@pytest.mark.parametrize(
    "page",
    [
        [{"Name": "SLNet", "Version": "10.3.2317.354"}, {"Name": "Other", "Version": None}],
        {"modules": [{"name": "SLNet", "version": "10.3.2317.354", "endpoint": "x"}, {"name": "Other", "version": None}]},
        {"SLNet": "10.3.2317.354", "Other": None},
    ],
)
def test_every_form_of_the_version_page_is_read(page):
    modules = read_modules(json.dumps(page).encode())
    assert modules == {"SLNet": "10.3.2317.354", "Other": None}
    assert version_of(modules, "slnet") == "10.3.2317.354"
    assert version_of(modules, "none") is None


@pytest.mark.parametrize("page", [b"", b"<html>", b"[]", b"{}", b"null", b"[1]", b"[" * 100_000])
def test_what_is_no_version_page_is_told(page):
    with pytest.raises(NotReadable):
        read_modules(page)


@given(st.binary(max_size=300))
def test_any_page_is_read_or_told(page):
    try:
        assert read_modules(page)
    except NotReadable as error:
        assert str(error)
