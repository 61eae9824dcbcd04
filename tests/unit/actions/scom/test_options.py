"""What an operator writes that makes no sense ends in one sentence, before any host is asked."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.filter.first_management_server import FilterModule
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.scom.options import (
    judged_options,
    know_rules,
    setup_account,
    setup_command,
    setup_path,
    wanted,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import Release
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.upgrade_action import Stop

RULE = "scom.database.backup_age"


def test_a_rule_that_cannot_be_waived_is_told() -> None:
    with pytest.raises(Stop, match=r"scom_waive \(option waive\) or scom_raise \(option raise\): .*scom\.path\.hop cannot be waived"):
        know_rules({"waive": ["scom.path.hop"], "raise": []})


def test_a_rule_that_is_waived_and_raised_is_told() -> None:
    with pytest.raises(Stop, match=rf"{RULE} cannot be waived and raised at once"):
        know_rules({"waive": [RULE], "raise": [RULE]})


def test_a_rule_that_does_not_exist_is_told_with_the_nearest_one() -> None:
    with pytest.raises(Stop, match=r"scom\.database\.backup_age"):
        know_rules({"waive": ["scom.database.backup_aeg"], "raise": []})


@pytest.mark.parametrize("path", ["D:\\media\\SCOM2025", "D:/media/SCOM2025", "D:\\media\\SCOM2025\\"])
def test_a_local_folder_is_taken_with_any_slashes(path: str) -> None:
    assert setup_path({"media": {"path": path}}) == "D:\\media\\SCOM2025\\setup.exe"


@pytest.mark.parametrize("path", ["\\\\files\\media", "//files/media", "media\\SCOM2025", "\\media", ""])
def test_a_folder_that_is_not_local_is_refused(path: str) -> None:
    media: dict[str, Any] = {"path": path}
    with pytest.raises(Stop, match=r"scom_media\.path \(option media\.path\) is .* local folder of the server only"):
        setup_path({"media": media})


def accounts(**das: Any) -> dict[str, Any]:
    other = {"name": "CONTOSO\\svc", "password": "CANARY"}
    return {
        "media": {"path": "D:\\media"},
        "setup_account": other,
        "das_account": das,
        "data_reader_account": other,
        "backup_max_age_hours": 24,
    }


@pytest.mark.parametrize(
    ("das", "told"),
    [
        ({"type": "user", "password": "CANARY"}, "a name is needed for the type user"),
        ({"type": "gmsa"}, "a name is needed for the type gmsa"),
        ({"type": "gmsa", "name": "CONTOSO\\das"}, r"no group managed service account, whose name ends with \$"),
    ],
)
def test_a_data_access_account_that_cannot_be_is_told_and_not_tried(das: dict[str, Any], told: str) -> None:
    with pytest.raises(Stop, match=rf"scom_das_account \(option das_account\): .*{told}"):
        judged_options(accounts(**das), Release.R2025)


@pytest.mark.parametrize("das", ["CONTOSO\\svc", "contoso\\SVC", "svc@contoso.lab"])
def test_one_account_with_two_passwords_is_refused_before_either_is_tried(das: str) -> None:
    with pytest.raises(Stop, match=r"scom_setup_account .* and scom_das_account .* are the same account") as stopped:
        judged_options(accounts(type="user", name=das, password="CANARY-2"), Release.R2025)
    assert "CANARY" not in stopped.value.text
    assert judged_options(accounts(type="user", name=das, password="CANARY"), Release.R2025).das.name == das


def test_local_system_needs_no_name() -> None:
    assert judged_options(accounts(type="local_system"), Release.R2025).das.name == "LocalSystem"


def test_a_setup_account_without_a_name_is_told() -> None:
    with pytest.raises(Stop, match=r"scom_setup_account \(option setup_account\): a name is needed"):
        setup_account({"setup_account": {"name": " ", "password": "CANARY"}})


@pytest.mark.parametrize("switch", ["DASAccountUser", "DataReaderPassword", "UseLocalSystemDASAccount", "AcceptEndUserLicenseAgreement"])
def test_a_switch_that_an_option_decides_is_not_given_twice(switch: str) -> None:
    options = {**accounts(type="local_system"), "accept_license": True, "switches": {switch: "CANARY"}}
    with pytest.raises(Stop, match=f"/{switch}: given by") as stopped:
        setup_command(options)
    assert "CANARY" not in stopped.value.text


@pytest.mark.parametrize("servers", [["ms1", "MS2", "ms10"], ["MS2", "ms10", "ms1"]])
@pytest.mark.parametrize(("named", "first", "by_a_person"), [(None, "ms1", False), ("", "ms1", False), ("MS2", "MS2", True)])
def test_the_first_server_is_the_named_one_or_the_first_by_name_in_modules_and_in_plays(
    servers: list[str], named: str | None, first: str, by_a_person: bool
) -> None:
    given = {"management_servers": servers, "first_management_server": named}
    sought = wanted(given, Release.R2025)
    assert (sought.first, sought.first_was_named) == (first, by_a_person)
    assert FilterModule().filters()["first_management_server"](servers, named) == first
