"""The names of the rules and the questions behind them."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group import health, queries
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group import server as member
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host import detect
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.rules import UnknownRule

from tests.unit.scom.management_server.sound_server import OPTIONS, Server


def test_unknown_rule_names_are_refused_with_the_nearest():
    with pytest.raises(UnknownRule, match=r"scom\.database\.backup_age"):
        Server().judge(waived=["scom.database.backups_age"])


def test_the_names_of_rules_say_their_subject_and_every_rule_its_source():
    subjects = {
        "path",
        "operating_system",
        "hardware",
        "host",
        "accounts",
        "media",
        "database",
        "data_warehouse",
        "agents",
        "management_packs",
    }
    for name, severity, _waivable, reference, summary in prerequisites.table():
        assert name.split(".")[0] == "scom" and name.split(".")[1] in subjects and len(name.split(".")) == 3
        assert reference.split()[0][0].isdigit() and reference[-1] in "DWU"
        assert severity in ("blocker", "warning", "info") and summary


def test_all_questions_of_one_round_trip_have_different_names():
    asked = [detect.QUESTIONS, health.QUESTIONS, prerequisites.questions(OPTIONS), prerequisites.account_questions(OPTIONS)]
    assert sum(map(len, asked)) == len({name for questions in asked for name in questions})
    assert set(member.QUESTIONS).isdisjoint(prerequisites.questions(OPTIONS))


def test_the_sound_server_answers_exactly_what_is_asked():
    server = Server()
    assert set(server.host) == {*prerequisites.questions(OPTIONS), *prerequisites.account_questions(OPTIONS)}
    assert set(server.operational["answers"]) == set(queries.names(queries.of_operational_database()))
    assert set(server.warehouse["answers"]) == set(queries.names(queries.of_data_warehouse()))
    assert set(server.sdk) == {"health.group", *prerequisites.COMMANDS}
