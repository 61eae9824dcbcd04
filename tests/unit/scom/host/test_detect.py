"""Detection of every role on a host (5), from answers as host_probe gives them."""

from __future__ import annotations

import json

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host.detect import QUESTIONS, Database, Role, read
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host.installation import InstalledPart
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.platforms import ServerOs
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import AgentVersion, Release, ServerVersion
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Answers, Unreadable
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.scom.host.hosts import (
    FOLDER,
    HostAnswers,
    a_file,
    a_management_server,
    a_program,
    a_service,
    absent,
    key,
    seen,
    subkeys,
    unsettled,
)


def test_a_management_server_is_read_whole():
    installation = seen(a_management_server())
    server = installation.management_server
    assert server.version == ServerVersion.parse("10.22.10118.0")
    assert server.release is Release.R2022
    assert server.update_rollup == "UR3"
    assert server.path == FOLDER + "\\Server\\"
    assert installation.management_group == "PROD"
    assert installation.operational_database == Database(r"sql1.contoso.lab\OPS", "OperationsManager")
    assert installation.data_warehouse == Database("sql2.contoso.lab,14330", "OperationsManagerDW")
    assert installation.database_version == ServerVersion.parse("10.22.10118.0")
    assert installation.port == 5723
    assert installation.push_agent_version == AgentVersion.parse("10.22.10870.0")
    assert installation.data_access_account == r"CONTOSO\das"
    assert installation.services["cshost"].is_running
    assert installation.doubts == ()


def test_the_host_tells_who_it_is():
    installation = seen(a_management_server())
    host = installation.host
    assert (host.computer_name, host.fqdn) == ("MS1", "ms1.contoso.lab")
    assert installation.operating_system is ServerOs.WS2022
    assert host.boot_time_utc == "2026-01-05T03:00:00Z"


def test_a_console_on_a_management_server_is_a_role_of_its_own():
    console = seen(a_management_server()).console
    assert (console.release, console.update_rollup) == (Release.R2022, "UR3")
    assert console.path == FOLDER + "\\Console\\"


def test_the_release_comes_from_the_registry_and_the_rollup_from_the_files():
    """Update rollups move DLLs, not always the registry."""
    server = seen(a_management_server(version="10.19.10050.0", file_version="10.19.10576.0")).management_server
    assert (server.release, server.update_rollup) == (Release.R2019, "UR4 + hotfix")


def test_a_rollup_that_moved_only_the_registry_is_seen_too():
    server = seen(a_management_server(version="10.25.10324.0", file_version="10.25.10132.0")).management_server
    assert server.update_rollup == "UR1"


def test_a_half_upgraded_server_is_doubtful():
    installation = seen(a_management_server(version="10.25.10132.0", file_version="10.22.11642.0"))
    assert not installation.management_server.is_consistent
    assert installation.doubts == ("management_server: the registry says 10.25.10132.0, the files say 10.22.11642.0",)


def test_a_server_whose_console_is_still_old_shows_both_releases():
    installation = seen(a_management_server(version="10.25.10132.0", file_version="10.25.10132.0", ui_version="10.22.10118.0"))
    assert installation.management_server.release is Release.R2025
    assert installation.console.release is Release.R2022


@pytest.mark.parametrize("name", ["OMSDK", "cshost"])
def test_a_server_without_one_of_its_services_is_doubtful(name):
    installation = seen(a_management_server().without_service(name))
    assert installation.management_server is not None
    assert installation.doubts == (f"management server: service {name} missing",)


def test_a_server_whose_roll_back_left_only_the_group_is_no_server():
    """A failed upgrade has uninstalled the role and left the rest (log-shapes 1.4)."""
    installation = seen(HostAnswers().with_(server_groups=subkeys(PROD={"IsServer": 1})))
    assert installation.management_server is None
    assert "not installed" in installation.doubts[0]


def test_a_server_that_no_group_names_is_doubtful():
    installation = seen(a_management_server().with_(server_groups=absent()))
    assert installation.doubts == ("management server: a management group in the registry missing",)
    assert installation.management_group is None
    assert installation.port == 5723


@pytest.mark.parametrize("product", ["System Center Operations Manager 2012 Server", "System Center Operations Manager 2016 Server"])
def test_older_releases_carry_their_year_in_the_product(product):
    assert seen(a_management_server().setup_values(Product=product)).management_server is not None


def test_the_newer_of_two_program_entries_wins_during_a_run():
    host = HostAnswers().programs(
        a_program("System Center Operations Manager Console", "10.25.10132.0"),
        a_program("System Center Operations Manager Console", "10.22.10118.0"),
        a_program("System Center Operations Manager Console", "unknown"),
    )
    assert seen(host).console.release is not Release.R2022


def test_foreign_programs_are_no_roles():
    assert seen(HostAnswers().programs(a_program("System Center Operations Manager Console Tools", "1.0.0.0"))).roles == ()


def test_a_host_without_the_product_has_no_roles():
    installation = seen(HostAnswers())
    assert installation.roles == ()
    assert installation.doubts == ()
    assert installation.management_group is None
    assert installation.operational_database is None
    assert installation.data_access_account is None


def test_a_version_that_is_none_is_a_doubt_and_not_a_crash():
    installation = seen(a_management_server(version="garbage"))
    assert installation.management_server.version is None
    assert "ServerVersion: 'garbage' is no version such as 10.22.11642.0" in installation.doubts


@pytest.mark.parametrize("state", ["denied", "broken", "timeout", "unsupported", "unknown"])
@pytest.mark.parametrize("question", ["setup", "server_groups", "services", "programs", "web_console", "os", "reporting"])
def test_a_needed_answer_that_failed_is_named(question, state):
    with pytest.raises(Unreadable, match=f"scom.{question}"):
        seen(a_management_server().with_(**{question: unsettled(state)}))


def test_an_unreadable_file_of_a_present_role_is_named():
    with pytest.raises(Unreadable, match=r"scom\.file\.server.*access is denied"):
        seen(a_management_server().with_(file__server=unsettled("denied")))


def test_an_unreadable_file_of_an_absent_role_hides_nothing():
    host = HostAnswers().with_(file__server=unsettled("broken"), file__reporting=unsettled("denied"))
    assert seen(host).roles == ()


def test_registry_names_are_read_in_any_case():
    assert seen(a_management_server().with_(setup=key(PRODUCT="System Center Operations Manager Server", serverversion="10.22.10118.0")))


def test_the_result_is_plain_data():
    result = json.loads(json.dumps(seen(a_management_server()).as_result()))
    assert result["roles"]["management_server"] == {
        "version": "10.22.10118.0",
        "file_version": "10.22.11642.0",
        "release": "2022",
        "update_rollup": "UR3",
        "path": FOLDER + "\\Server\\",
    }
    assert result["operational_database"] == {"server": r"sql1.contoso.lab\OPS", "name": "OperationsManager"}
    assert result["services"]["OMSDK"]["account"] == r"CONTOSO\das"
    assert json.dumps(seen(HostAnswers()).as_result())


def test_a_component_of_which_nothing_is_known_claims_nothing():
    component = InstalledPart(Role.ACS_COLLECTOR)
    assert (component.release, component.update_rollup, component.build, component.is_consistent) == (None, "", None, True)


def test_one_round_trip_asks_everything():
    assert all(name.startswith("scom.") for name in QUESTIONS)
    assert json.dumps(QUESTIONS)


TEXTS = st.text(max_size=12) | st.integers(min_value=0, max_value=2**32 - 1)
VALUE_NAMES = st.sampled_from(
    ["Product", "InstallDirectory", "ServerVersion", "UIVersion", "AgentVersion", "DatabaseName", "IsServer", "Port"]
)
REGISTRY_VALUES = st.dictionaries(VALUE_NAMES, TEXTS)


@given(
    setup=REGISTRY_VALUES,
    group=REGISTRY_VALUES,
    services=st.sets(st.sampled_from(["OMSDK", "cshost", "HealthService", "AdtServer"])),
    version=st.text(max_size=12),
)
def test_whatever_the_registry_holds_is_read_without_failing(setup, group, services, version):
    host = (
        HostAnswers()
        .with_(setup=key(**setup), server_groups=subkeys(G=group), file__server=a_file(version))
        .services(**{name: a_service() for name in services})
    )
    assert json.dumps(seen(host).as_result())


def test_answers_of_another_probe_do_not_disturb():
    answers = a_management_server().answers() | Answers.from_result({"other": {"state": "denied"}})
    assert read(answers).management_server is not None
