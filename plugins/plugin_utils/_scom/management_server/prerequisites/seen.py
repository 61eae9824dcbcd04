# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All subjects together: the questions of one round trip, what is seen of a server, and the book of all rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...._upgrade import judgement
from ...._upgrade.facts import Fact
from ...._upgrade.judgement import Judgement
from ...._upgrade.logons import Trial
from ...._upgrade.questions import Answers, Questions, State
from ...._upgrade.rules import RuleBook
from ...group import databases
from ...group.databases import DatabaseFacts, Kind
from ...host.installation import Installation
from ...releases.releases import is_at
from . import account_facts, accounts, agents, data_warehouse, database, hardware, host, management_packs, media, operating_system, path
from .options import Options
from .sql_server import DatabaseState

# For the hand scom_command on the server, beside `health.COMMANDS`; ask as the setup account, whose role in the group is judged too.
COMMANDS: Mapping[str, Mapping[str, Any]] = management_packs.COMMANDS
_ROLE_IS_SEEN_BY = "health.group"


@dataclass(frozen=True)
class Seen:
    """What is judged, by subject. ``database_is_done``: the operational database is at the target already.

    What the database script needs was needed before it ran; afterwards only the server itself is judged. ``services_are_held``: its
    services are stopped on purpose, by this collection, so that nobody is told to start them and nothing is expected of them.
    """

    server_name: str
    path: path.Path
    platform: operating_system.Platform
    machine: hardware.Machine
    host: host.HostState
    accounts: account_facts.Accounts
    media: media.Media
    database: DatabaseState
    data_warehouse: DatabaseState
    agents: agents.AgentSystems
    management_packs: management_packs.ManagementPacks
    database_is_done: bool = False
    services_are_held: bool = False


def questions(options: Options) -> Questions:
    """What is asked of the server as the connecting account, an administrator, beside what `detect` asks."""
    return {
        **operating_system.QUESTIONS,
        **hardware.QUESTIONS,
        **host.QUESTIONS,
        **account_facts.QUESTIONS,
        **media.questions(options),
    }


def account_questions(options: Options) -> Questions:
    """What is asked of the server as the setup account, because it needs the directory."""
    return account_facts.questions(options)


def read(
    installation: Installation,
    answers: Answers,
    operational: Mapping[str, Any] | None,
    warehouse: Mapping[str, Any] | None,
    sdk: Answers | None,
    options: Options,
    *,
    logons: Mapping[str, Trial],
    services_are_held: bool = False,
) -> Seen:
    """What is seen of one server. Nothing raises: what could not be read makes the rules say so that need it.

    ``operational`` and ``warehouse``: results of C(sql_query) as the setup account, None when not asked. ``sdk``: answers to
    `health.COMMANDS` and COMMANDS, None when not asked. ``logons``: by role, the tries of the passwords. ``services_are_held``: the server
    has a note that its services are stopped on purpose.
    """
    of_operational = databases.read(Kind.OPERATIONAL, installation.operational_database, operational)
    of_warehouse = databases.read(Kind.WAREHOUSE, installation.data_warehouse, warehouse)
    sysadmin = {Kind.OPERATIONAL.value: _flatten(of_operational), Kind.WAREHOUSE.value: _flatten(of_warehouse)}
    asked = sdk if sdk is not None else Answers({})
    server = installation.management_server
    return Seen(
        server_name=installation.host.fqdn or installation.host.computer_name,
        path=path.Path(server, options.target),
        platform=operating_system.read(installation, answers, options.target),
        machine=hardware.read(answers, installation.install_directory, options),
        host=host.read(installation, answers),
        accounts=account_facts.read(answers, options, installation.host.utc_now, sysadmin, _sdk_state(asked), logons),
        media=media.read(answers, options),
        database=_state(of_operational, installation, options),
        data_warehouse=_state(of_warehouse, installation, options),
        agents=agents.AgentSystems(_agents(of_operational), options.target),
        management_packs=management_packs.read(asked, options.target),
        database_is_done=_is_done(installation, operational, options),
        services_are_held=services_are_held,
    )


def _state(facts: Fact[DatabaseFacts], installation: Installation, options: Options) -> DatabaseState:
    server = installation.management_server
    source = server.release if server else None
    return DatabaseState(facts, source, options.target, options.backup_max_age_hours, options.etl_surplus_limit)


def _flatten(facts: Fact[DatabaseFacts]) -> Fact[bool]:
    return facts.value.is_sysadmin if facts.is_known else facts.then(lambda _: False)


def _agents(facts: Fact[DatabaseFacts]) -> Fact[tuple[databases.AgentCount, ...]]:
    return facts.value.agents if facts.is_known else facts.then(lambda _: ())


def _is_done(installation: Installation, operational: Mapping[str, Any] | None, options: Options) -> bool:
    """Only a database that says so itself is at the target; one that could not be read is judged in full."""
    if operational is None or installation.operational_database is None:
        return False
    group = databases.read_group(operational, installation.operational_database)
    return group.is_known and is_at(group.value.database_version, options.target)


def _sdk_state(sdk: Answers) -> Fact[State]:
    answer = sdk.get(_ROLE_IS_SEEN_BY)
    if answer is None:
        return Fact.unread("the Data Access service", "it was not asked")
    if answer.state in (State.PRESENT, State.DENIED):
        return Fact.known(answer.state)
    return Fact.unread("the Data Access service", answer.error.message if answer.error else answer.state.value)


def _before_the_script(seen: Seen) -> bool:
    return not seen.database_is_done


def _while_services_run(seen: Seen) -> bool:
    return not seen.services_are_held


def _data_access_is_needed(seen: Seen) -> bool:
    return _before_the_script(seen) and _while_services_run(seen)


ALL_RULES: RuleBook[Seen] = RuleBook(
    [
        *path.RULES.looking_at(lambda seen: seen.path),
        *operating_system.RULES.looking_at(lambda seen: seen.platform),
        *hardware.RULES.looking_at(lambda seen: seen.machine),
        *host.RULES.looking_at(lambda seen: seen.host),
        *host.OWN_SERVICES.looking_at(lambda seen: seen.host, when=_while_services_run),
        *accounts.RULES.looking_at(lambda seen: seen.accounts),
        *accounts.IN_THE_GROUP.looking_at(lambda seen: seen.accounts, when=_while_services_run),
        *media.RULES.looking_at(lambda seen: seen.media),
        *database.RULES.looking_at(lambda seen: seen.database, when=_before_the_script),
        *data_warehouse.RULES.looking_at(lambda seen: seen.data_warehouse, when=_before_the_script),
        *agents.RULES.looking_at(lambda seen: seen.agents, when=_before_the_script),
        *management_packs.RULES.looking_at(lambda seen: seen.management_packs, when=_data_access_is_needed),
    ]
)


def judge(seen: Seen, waived: Iterable[str] = (), raised: Iterable[str] = ()) -> Judgement:
    """All rules on one server; raises UnknownRule and ValueError as `judgement.judge`."""
    return judgement.judge(ALL_RULES, seen, waived=waived, raised=raised, host=seen.server_name)


def table() -> tuple[tuple[str, str, bool, str, str], ...]:
    """Name, severity, whether it can be waived, source mark and reason of every rule, for the guide."""
    return tuple((rule.name, rule.severity.value, rule.waivable, rule.reference, rule.summary) for rule in ALL_RULES)
