"""Wrong input ends before any host is asked, with what to correct."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer import options
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.policy import Policy
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.goal import Goal
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.scope import PairEntry
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility.upgrade_info import UpgradeOptions
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.options import documented_spec
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.upgrade_action import Stop

HOSTS = ("dma1", "dma2")
GOOD: dict[str, Any] = {"nodes": list(HOSTS), "scope": "cluster", "agents": [], "waive": [], "raise": [], "api_urls": {}}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no node": ({"nodes": []}, "group dataminer_agents (option nodes) is empty"),
    "a stranger": ({"nodes": ["dma1", "dma9"]}, "group dataminer_agents (option nodes) names dma9, which the inventory does not have"),
    "one node twice": ({"nodes": ["dma1", "dma1"]}, "group dataminer_agents (option nodes) names a host twice"),
    "agents without a list": (
        {"scope": "agents"},
        "dataminer_scope (option scope) is agents, and dataminer_scope_agents (option agents) is empty",
    ),
    "a list without its scope": (
        {"agents": ["dma1"]},
        "dataminer_scope_agents (option agents) is given, and dataminer_scope (option scope) is cluster",
    ),
    "an unknown rule": (
        {"waive": ["dataminer.package.usd"]},
        "dataminer_waive (option waive) or dataminer_raise (option raise): there is no rule 'dataminer.package.usd'",
    ),
    "an unknown rule to raise": ({"raise": ["x"]}, "there is no rule 'x'"),
    "no version": ({"known_source": "the old one"}, "dataminer_known_source (option known_source): "),
    "no time": (
        {"backup": {"who": "me", "at": "yesterday", "what": "all"}},
        "dataminer_backup.at (option backup.at) is 'yesterday', which is no time",
    ),
    "no pause between two looks": (
        {"poll_interval_seconds": 0},
        "dataminer_poll_interval (option poll_interval_seconds) is 0: 0.1 or more is needed",
    ),
    "a pause that no clock knows": ({"poll_interval_seconds": -1}, "0.1 or more is needed"),
    "no URL": ({"api_urls": {"dma1": "dma1:443"}}, "dataminer_api_url of dma1 (option api_urls) is dma1:443, which is no URL"),
    "no HTTPS": ({"api_urls": {"dma1": "HTTP://dma1"}}, "dataminer_api_allow_http (option api_allow_http): true"),
    "a rule that cannot be waived": (
        {"waive": ["dataminer.failover.legacy_policy_major"]},
        "dataminer.failover.legacy_policy_major cannot be waived",
    ),
    "one rule waived and raised": (
        {"waive": ["dataminer.backup.age"], "raise": ["dataminer.backup.age"]},
        "dataminer.backup.age cannot be waived and raised at once",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_ends_with_what_is_wrong(case: str) -> None:
    given, message = WRONG[case]
    with pytest.raises(Stop, match="nothing was started") as stop:
        options.check({**GOOD, **given}, HOSTS)
    assert message in stop.value.text


def test_right_input_passes() -> None:
    options.check({**GOOD, "backup": {"who": "me", "at": "2026-03-01T20:00:00Z", "what": "all"}, "known_source": "10.5.0 CU6"}, HOSTS)


def test_passwords_go_in_clear_only_where_the_operator_takes_it_upon_himself() -> None:
    options.check({**GOOD, "api_urls": {"dma1": "http://dma1", "dma2": "https://dma2"}, "api_allow_http": True}, HOSTS)


def test_an_account_without_a_password_is_refused_unless_it_is_one_that_has_none() -> None:
    with pytest.raises(Stop, match=r"dataminer_accounts\.upgrade \(option upgrade_account\): account .* a password is needed"):
        options.account({"upgrade_account": {"name": "CONTOSO\\svc", "password": None}})
    assert options.account({"upgrade_account": {"name": "SYSTEM", "password": None}}).password is None


def test_one_account_with_two_passwords_is_refused_before_either_is_tried() -> None:
    given = {"upgrade_account": {"name": "CONTOSO\\svc", "password": "CANARY-1"}, "api_account": {"name": "svc@contoso.lab"}}
    with pytest.raises(Stop, match=r"dataminer_accounts\.upgrade .* and dataminer_accounts\.api .* are the same account") as stopped:
        options.check({**GOOD, **given, "api_account": {"name": "svc@contoso.lab", "password": "CANARY-2"}}, HOSTS)
    assert "CANARY" not in stopped.value.text
    options.check({**GOOD, **given, "api_account": {"name": "svc@contoso.lab", "password": "CANARY-1"}}, HOSTS)


def test_documented_defaults_are_those_of_system_center() -> None:
    spec = documented_spec("dataminer_upgrade")
    given = {name: option.get("default") for name, option in spec.items()}
    wanted = options.wanted(given, Goal("x", options.of_nothing().kind, None, 0, "0" * 64))
    assert wanted.options == UpgradeOptions(True, True, True, True, False)
    assert (wanted.policy, wanted.agents, wanted.pair_entry) == (Policy.SIMULTANEOUSLY, None, PairEntry.PAIR)
    assert not (wanted.two_versions_acknowledged or wanted.legacy_policy_acknowledged or wanted.fresh_upload or wanted.restart_lost)


def test_what_is_acknowledged_is_acknowledged_by_name() -> None:
    wanted = options.wanted({"acknowledge": ["two_versions"], "scope": "agents", "agents": ["dma1"]}, options.of_nothing())
    assert (wanted.two_versions_acknowledged, wanted.legacy_policy_acknowledged, wanted.agents) == (True, False, ("dma1",))


@pytest.mark.parametrize("password", ["api_account", "upgrade_account"])
@pytest.mark.parametrize("module", ["dataminer_upgrade", "dataminer_package", "dataminer_prerequisites"])
def test_passwords_are_in_no_log(module: str, password: str) -> None:
    assert documented_spec(module)[password]["options"]["password"]["no_log"] is True


@pytest.mark.parametrize("text", ["10.5.4.0-15588", "DataMiner 10.5.4.0-15588 Full Upgrade.dmupgrade"])
def test_a_version_to_be_proved_is_named_by_itself_or_by_its_package(text: str) -> None:
    assert options.named(text).title == "DataMiner 10.5.4 (build 15588)"


def test_a_target_that_is_no_version_is_refused() -> None:
    with pytest.raises(Stop, match=r"dataminer_verify_target \(option target\): .*holds no version"):
        options.named("the new one")
