"""Where media come from, and what the group's SQL Servers and API answer (scom 3, 5, 9; log-shapes 7)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.products.scom.media import setup_content
from tests.lab.windows.session import ANONYMOUS
from tests.lab.world import SdkDenied, SdkStopped, SqlError
from tests.lab_unit.scom.builders import a_world, play, run_setup, stop_services

OPERATOR = "CONTOSO\\ansible"
MS1 = "ms1.contoso.lab"


def ask(built: Any, name: str, database: str = "OperationsManager", user: str = OPERATOR, server: str = "sql1.contoso.lab") -> list[dict]:
    return play(lambda: built.world.sql.query(MS1, user, server, database, name=name, parameters={}))


def refused(built: Any, **changes: str) -> SqlError:
    with pytest.raises(SqlError) as caught:
        ask(built, "group", **changes)
    return caught.value


def test_group_and_servers_are_rows_of_the_operational_database() -> None:
    built = a_world(scom={"gateways": ["gw1.contoso.lab"]})
    assert ask(built, "group") == [{"group_name": "PROD", "database_version": "10.22.10118.0"}]
    rows = {row["name"]: row for row in ask(built, "management_servers")}
    assert rows[MS1]["is_management_server"] == 1 and rows[MS1]["is_available"] == 1 and rows[MS1]["health_state"] == 1
    assert rows["gw1.contoso.lab"]["is_gateway"] == rows["gw1.contoso.lab"]["is_management_server"] == 1


def test_server_with_stopped_services_is_not_available() -> None:
    built = a_world()

    async def work() -> None:
        stop_services(built, "ms2")

    play(work)
    assert {row["name"]: row["is_available"] for row in ask(built, "management_servers")} == {MS1: 1, "ms2.contoso.lab": 0}


def test_database_at_rtm_has_no_table_of_script_versions() -> None:
    with pytest.raises(SqlError) as caught:
        ask(a_world(scom={"release": "2022"}), "script_versions")
    assert (caught.value.state, caught.value.number) == ("absent", 208)
    assert [row["state"] for row in ask(a_world(), "script_versions")] == ["COMPLETED", "COMPLETED"]


def test_surplus_is_capped() -> None:
    assert ask(a_world(scom={"etl_surplus": 3_000_000}), "etl_surplus") == [{"surplus": 100_001}]


@pytest.mark.parametrize("name", ["files", "database_settings", "server_settings", "backups", "script_versions"])
def test_warehouse_answers_what_it_is_asked(name: str) -> None:
    assert ask(a_world(), name, database="OperationsManagerDW")


def test_second_hop_of_a_network_logon_is_anonymous_and_denied() -> None:
    error = refused(a_world(), user=ANONYMOUS)
    assert (error.state, error.number) == ("denied", 18456)


def test_account_without_login_is_denied_and_a_machine_account_may_read() -> None:
    built = a_world()
    assert refused(built, user="CONTOSO\\svc-scom-reader").number == 18456
    assert ask(built, "group", user="NT AUTHORITY\\SYSTEM")


@pytest.mark.parametrize(
    ("changes", "number"), [({"server": "sql9.contoso.lab"}, 53), ({"database": "Nothing"}, 4060), ({"server": "sql1\\OTHER"}, 53)]
)
def test_unknown_server_instance_or_database_is_refused(changes: dict[str, str], number: int) -> None:
    assert refused(a_world(), **changes).number == number


def test_server_is_found_by_short_name_instance_and_port() -> None:
    built = a_world(scom={"database": {"instance": "OM", "port": 14330}})
    for server in ("sql1\\om", "SQL1.contoso.lab\\OM,14330", "tcp:sql1.contoso.lab,14330"):
        assert ask(built, "group", server=server)
    assert refused(built, server="sql1,1500").number == 53


def test_a_server_that_is_down_is_down_for_probes_too() -> None:
    built = a_world()
    built.world.sql.set_down("sql1", True)
    assert refused(built).state == "broken" and not built.world.find_endpoint("sql1").is_up
    built.world.sql.set_down("sql1", False)
    assert ask(built, "group") and built.world.find_endpoint("sql1").is_up


def test_api_answers_only_where_its_service_runs() -> None:
    built = a_world()
    answer = play(lambda: built.world.scom_sdk(MS1, OPERATOR, "management_group", {}))
    assert answer == {"name": "PROD", "version": "10.22.10118.0", "sku": "Retail", "expires_utc": None}

    async def stopped() -> None:
        stop_services(built, "ms1")
        await built.world.scom_sdk(MS1, OPERATOR, "management_group", {})

    with pytest.raises(SdkStopped):
        play(stopped)
    servers = play(lambda: built.world.scom_sdk("ms2.contoso.lab", OPERATOR, "management_servers", {}))["servers"]
    assert {server["name"]: server["health_state"] for server in servers} == {MS1: "error", "ms2.contoso.lab": "success"}


def test_api_knows_a_closed_list_of_verbs() -> None:
    with pytest.raises(LookupError, match="explode"):
        play(lambda: a_world().world.scom_sdk(MS1, OPERATOR, "explode", {}))


def test_table_shows_the_new_version_late_when_the_scenario_says_so() -> None:
    built = a_world(uncertain={"server_row": "late"}, setup={"healthy_after": 30})

    async def work() -> None:
        stop_services(built, "ms2")
        await run_setup(built, "ms1")

    play(work)
    rows = {row["name"]: row for row in ask(built, "management_servers")}
    assert rows[MS1]["version"] == "10.22.10118.0" and rows[MS1]["health_state"] == 0


def test_media_on_a_share_are_seen_through_every_host() -> None:
    built = a_world(scom={"media": {"place": "share"}})
    file = built.world.find_host("ms1").files.file(built.media.source + "\\setup.exe")
    assert file.version_info.product_version == "10.25.10132.0" and file.program == "scom_setup"
    assert not built.world.find_host("ms1").files.exists(built.media.path)


def test_packed_media_unpack_themselves_where_they_are_told() -> None:
    built = a_world(scom={"media": {"place": "url"}})
    host = built.world.find_host("ms1")
    host.files.write(r"C:\Temp\scom.exe", built.world.urls[built.media.source])
    program = built.world.program_of(host.files.file(r"C:\Temp\scom.exe"))
    line = r'C:\Temp\scom.exe /VERYSILENT /DIR="C:\Media\SCOM 2025"'
    assert play(lambda: host.processes.call(program, "scom", command_line=line)) == 0
    assert host.files.read(r"C:\Media\SCOM 2025\setup.exe") == setup_content(built.media.build)


def test_what_the_inventory_says_of_the_media_may_be_wrong() -> None:
    built = a_world(scom={"media": {"given_sha256": "00", "program_version": "10.22.10118.0", "missing_on": ["ms2"]}})
    assert built.media.variables() == {"path": r"C:\Media\SCOM2025", "sha256": "00"}
    assert built.world.find_host("ms1").files.file(r"C:\Media\SCOM2025\setup.exe").version_info.product_version == "10.22.10118.0"
    assert not built.world.find_host("ms2").files.exists(r"C:\Media")


def test_data_access_service_refuses_who_has_no_role_in_the_group() -> None:
    built = a_world(accounts={"setup": {"operations_manager_administrator": False}})
    with pytest.raises(SdkDenied):
        play(lambda: built.world.scom_sdk(MS1, "CONTOSO\\svc-scom-setup", "management_group", {}))
    assert play(lambda: built.world.scom_sdk(MS1, "NT AUTHORITY\\SYSTEM", "management_group", {}))["name"]
