"""The texts of the queries, and how their rows become facts."""

from __future__ import annotations

import copy
import re

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group import databases, queries
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.group.databases import Kind, SqlAnswer
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host.installation import Database
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import NotRead

from tests.unit.scom.management_server.sound_server import operational_result, refused_connection, sql_result

OPERATIONAL = Database("sql1", "OperationsManager")
# Contract of the hands: the columns a query gives are the ones its readers use.
COLUMNS = {
    "group": {"group_name", "database_version"},
    "management_servers": {"name", "is_management_server", "is_gateway", "version", "is_available", "health_state"},
    "script_versions": {"value", "state"},
    "agents_by_os": {"os_name", "os_version", "agents"},
    "etl_surplus": {"surplus"},
    "files": {"type_desc", "size_mb", "used_mb"},
    "database_settings": {"is_broker_enabled", "compatibility_level", "state_desc", "user_access_desc"},
    "server_settings": {
        "product_version",
        "product_level",
        "edition",
        "engine_edition",
        "is_full_text_installed",
        "collation",
        "is_clustered",
        "is_hadr_enabled",
    },
    "configuration": {"name", "value", "value_in_use"},
    "backups": {"database_name", "finished_utc", "is_snapshot"},
}
ASKED = {query["name"]: query for query in [*queries.of_operational_database(), *queries.of_data_warehouse()]}


def test_every_query_of_the_contract_is_asked():
    assert set(ASKED) == set(COLUMNS)
    assert set(queries.names(queries.of_data_warehouse())) == {
        "files",
        "database_settings",
        "server_settings",
        "backups",
        "script_versions",
    }


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_query_only_reads_and_gives_the_columns_its_readers_use(name):
    text = ASKED[name]["text"]
    assert text.startswith("SELECT ")
    assert ";" not in text and text.count("(") == text.count(")")
    assert not re.search(r"\b(INSERT|UPDATE|DELETE|MERGE|EXEC|EXECUTE|ALTER|DROP|CREATE|TRUNCATE|INTO|GRANT)\b", text, re.IGNORECASE)
    assert all(re.search(rf"\b{column}\b", text) for column in COLUMNS[name]), text


@pytest.mark.parametrize("name", ["management_servers", "agents_by_os", "etl_surplus"])
def test_a_query_on_tables_of_the_product_waits_for_no_lock(name):
    text = ASKED[name]["text"]
    tables = re.findall(r"(?:FROM|JOIN) dbo\.\S+ AS \w+( WITH \(NOLOCK\))?", text)
    assert tables and all(tables)


def test_counting_surplus_rows_stops_above_the_limit():
    assert ASKED["etl_surplus"]["parameters"] == {"cap": 100_001}
    assert "TOP (@cap)" in ASKED["etl_surplus"]["text"]
    assert queries.of_operational_database(5)[-1]["parameters"] == {"cap": 6}


def test_the_sound_rows_have_the_columns_of_the_queries():
    for name, result in operational_result()["answers"].items():
        assert all(set(row) == COLUMNS[name] for row in result["data"]["rows"])


def test_facts_are_read_from_rows():
    facts = databases.read(Kind.OPERATIONAL, OPERATIONAL, operational_result()).value
    assert facts.title == "OperationsManager on sql1"
    assert [(file.is_log, file.size_mb > file.used_mb > 0) for file in facts.files.value] == [(False, True), (True, True)]
    assert facts.server.value.version.major == 16
    assert facts.is_sysadmin.value is True and facts.login.value == r"CONTOSO\setup"
    assert facts.etl_surplus.value == 1200


def test_a_refused_connection_leaves_every_fact_unread_with_the_servers_words():
    facts = databases.read(Kind.OPERATIONAL, OPERATIONAL, refused_connection("Login failed for user 'X'.")).value
    for fact in (facts.files, facts.server, facts.settings, facts.backups, facts.scripts, facts.is_sysadmin, facts.utc_now):
        assert not fact.is_known and fact.unread_reason == "Login failed for user 'X'."


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: row.pop("size_mb"),
        lambda row: row.update(size_mb="large"),
        lambda row: row.update(used_mb=None),
    ],
    ids=["column missing", "not a number", "null"],
)
def test_a_row_of_another_shape_is_unread_and_not_an_exception(spoil):
    result = operational_result()
    spoil(result["answers"]["files"]["data"]["rows"][0])
    assert not databases.read(Kind.OPERATIONAL, OPERATIONAL, result).value.files.is_known


def test_rows_that_were_cut_off_are_unread():
    result = operational_result()
    result["answers"]["files"]["data"]["truncated"] = True
    assert "more rows" in databases.read(Kind.OPERATIONAL, OPERATIONAL, result).value.files.unread_reason


def test_a_database_that_setup_did_not_record_or_nobody_asked_is_unread():
    assert databases.read(Kind.WAREHOUSE, None, sql_result("DW")).unread_reason == "the registry names none"
    assert databases.read(Kind.WAREHOUSE, OPERATIONAL, None).unread_reason == "it was not asked"


def test_a_missing_table_has_no_rows_and_an_unasked_query_is_unread():
    answers = copy.deepcopy(operational_result())
    answers["answers"]["script_versions"] = {"state": "absent"}
    sql = SqlAnswer.from_result("the database", answers)
    assert sql.rows("script_versions") == []
    with pytest.raises(NotRead, match="it was not asked"):
        sql.rows("something")


def test_the_group_is_read_from_its_two_queries():
    group = databases.read_group(operational_result(), OPERATIONAL).value
    assert (group.name, str(group.database_version), [server.name for server in group.servers]) == (
        "PROD",
        "10.22.11642.0",
        ["ms1.contoso.lab"],
    )
    assert not databases.read_group(refused_connection(), OPERATIONAL).is_known
    empty = operational_result()
    empty["answers"]["management_servers"]["data"]["rows"] = []
    assert "lists no management server" in databases.read_group(empty, OPERATIONAL).unread_reason
