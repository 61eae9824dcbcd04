# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an operator wrote, in the terms of DataMiner. Wrong input ends here, before any host is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from ..._dataminer import prerequisites
from ..._dataminer.failover.policy import Policy
from ..._dataminer.package.names import PackageKind
from ..._dataminer.prerequisites import Attestation, Options
from ..._dataminer.system.goal import Goal
from ..._dataminer.system.observation import Wanted
from ..._dataminer.system.scope import PairEntry
from ..._dataminer.utility.upgrade_info import OPTIONS, UpgradeOptions
from ..._dataminer.versions.versions import NotAVersion, Version, parse
from ..._upgrade.accounts import Account
from ..._upgrade.logons import given_two_passwords
from ..._upgrade.rules import UnusableName, waived_and_raised
from ..._upgrade.texts import NOTHING_STARTED
from ..._upgrade.times import utc_time
from ..._windows.inventory import refuse_strangers
from ..._windows.upgrade_action import Stop
from ..poll_interval import poll_interval
from .api import WebApi
from .media import by_name
from .variables import PRODUCT


def wanted(options: Mapping[str, Any], goal: Goal) -> Wanted:
    """What is wanted of the system. Options that a module has not keep their defaults."""
    acknowledged = options.get("acknowledge") or ()
    return Wanted(
        goal=goal,
        agents=_agents(options),
        policy=Policy(options.get("failover_policy") or Policy.SIMULTANEOUSLY.value),
        options=_upgrade_options(options),
        orchestrator=_orchestrator(options),
        pair_entry=PairEntry(options.get("pair_entry") or PairEntry.PAIR.value),
        two_versions_acknowledged="two_versions" in acknowledged,
        legacy_policy_acknowledged="legacy_policy" in acknowledged,
        unproved_acknowledged="unproved_upgrade" in acknowledged,
        restart_lost=bool(options.get("restart_lost")),
        fresh_upload=bool(options.get("fresh_upload")),
        known_source=known_source(options),
    )


def judged(options: Mapping[str, Any], wanted: Wanted, staged: str) -> Options:
    """The options of the rules. ``staged``: path of the package's copy on the nodes."""
    return Options(
        wanted=wanted,
        attestation=_attestation(options.get("backup")),
        backup_max_age_hours=options["backup_max_age_hours"],
        stable_minutes=options["stable_minutes"],
        staged=staged,
        antivirus=tuple(options["antivirus"]) if options.get("antivirus") is not None else None,
        antivirus_excludes=options.get("antivirus_excludes_dataminer"),
        snmpv3_elements=options.get("snmpv3_elements"),
        several_failover_addresses=options.get("several_failover_addresses"),
    )


def check(options: Mapping[str, Any], hosts: Iterable[str]) -> None:
    """Rejects options that are invalid whatever the hosts say. ``hosts``: of the inventory."""
    nodes, scope, agents = map(PRODUCT.named, ("nodes", "scope", "agents"))
    if not options["nodes"]:
        raise Stop(f"{nodes} is empty: name every node of the DataMiner System, both nodes of each Failover pair; {NOTHING_STARTED}")
    refuse_strangers(nodes, options["nodes"], set(hosts), f". Use the names of the inventory; {NOTHING_STARTED}")
    if len(set(options["nodes"])) < len(options["nodes"]):
        raise Stop(f"{nodes} names a host twice: {', '.join(options['nodes'])}; {NOTHING_STARTED}")
    if options.get("scope") == "agents" and not options.get("agents"):
        raise Stop(f"{scope} is agents, and {agents} is empty: name the agents, or use scope: cluster; {NOTHING_STARTED}")
    if options.get("scope") == "cluster" and options.get("agents"):
        raise Stop(f"{agents} is given, and {scope} is cluster: use scope: agents, or leave the agents out; {NOTHING_STARTED}")
    _know_rules(options.get("waive") or (), options.get("raise") or ())
    known_source(options)
    poll_interval(options, PRODUCT)
    _attestation(options.get("backup"))
    given = {PRODUCT.named(name): options.get(name) or {} for name in ("upgrade_account", "api_account")}
    if told := given_two_passwords({name: (one["name"], one["password"]) for name, one in given.items() if one.get("password")}):
        raise Stop(f"{told}: one of them is wrong, and a wrong one counts against its lockout. Neither was tried; {NOTHING_STARTED}")
    for name, url in (options.get("api_urls") or {}).items():
        _check_url(name, str(url), options)


def _check_url(name: str, url: str, options: Mapping[str, Any]) -> None:
    """The password of the reader, and once that of the upgrade account, an administrator of everything, go to this URL (10 D)."""
    scheme = urlsplit(url).scheme.casefold()
    told = f"dataminer_api_url of {name} (option api_urls) is {url}"
    if scheme not in ("http", "https"):
        raise Stop(f"{told}, which is no URL; {NOTHING_STARTED}")
    if scheme == "http" and not options.get("api_allow_http"):
        raise Stop(
            f"{told}, which is no HTTPS: passwords, that of the upgrade account among them, would go over the network in clear;"
            f" use https, or take it upon you with {PRODUCT.named('api_allow_http')}: true; {NOTHING_STARTED}"
        )


def of_nothing() -> Goal:
    """The goal of somebody who only looks: no package, and versions as they are."""
    return Goal(file="", kind=PackageKind.FULL, version=None, size=0, sha256="")


def named(target: str | None) -> Goal:
    """The goal of somebody who says which version there has to be, or which package has brought it; of nothing for None."""
    if not target:
        return of_nothing()
    goal = by_name(target)
    if goal.version is not None or goal.is_helper:
        return goal
    try:
        return replace(goal, kind=PackageKind.FULL, version=parse(target))
    except NotAVersion as error:
        raise Stop(f"{PRODUCT.named('target')}: {error}; nothing was asked") from error


def known_source(options: Mapping[str, Any]) -> Version | None:
    """The version that the operator says runs."""
    text = options.get("known_source")
    if not text:
        return None
    try:
        return parse(text)
    except NotAVersion as error:
        raise Stop(f"{PRODUCT.named('known_source')}: {error}; {NOTHING_STARTED}") from error


def account(options: Mapping[str, Any]) -> Account:
    """The account that runs the utility and the checks."""
    try:
        return Account.from_option(options["upgrade_account"])
    except ValueError as error:
        raise Stop(f"{PRODUCT.named('upgrade_account')}: {error}; {NOTHING_STARTED}") from error


def web_api(options: Mapping[str, Any], nodes: Iterable[str]) -> WebApi | None:
    """The web API of the system; None when no account is given for it."""
    one = options["api_account"]
    if one is None:
        return None
    urls = {name: str(options["api_urls"].get(name) or f"https://{name}") for name in nodes}
    return WebApi(urls, Account(one["name"], password=one["password"]), options["api_validate_certs"])


def _agents(options: Mapping[str, Any]) -> tuple[str, ...] | None:
    return tuple(options["agents"]) if options.get("scope") == "agents" else None


def _orchestrator(options: Mapping[str, Any]) -> str:
    return str(options.get("orchestrator") or "")


def _upgrade_options(options: Mapping[str, Any]) -> UpgradeOptions:
    return UpgradeOptions(**{row.name: options[row.name] for row in OPTIONS if row.name in options})


def _attestation(backup: Mapping[str, Any] | None) -> Attestation | None:
    if not backup:
        return None
    try:
        utc_time(backup["at"])
    except ValueError as error:
        told = f"{PRODUCT.named('backup.at')} is {backup['at']!r}"
        raise Stop(f"{told}, which is no time such as 2026-03-01T20:00:00Z; {NOTHING_STARTED}") from error
    return Attestation(backup["who"], backup["at"], backup["what"])


def _know_rules(waived: Iterable[str], raised: Iterable[str]) -> None:
    try:
        waived_and_raised(prerequisites.ALL_RULES, waived, raised)
    except UnusableName as error:
        raise Stop(f"{PRODUCT.named('waive')} or {PRODUCT.named('raise')}: {error}; {NOTHING_STARTED}") from error
