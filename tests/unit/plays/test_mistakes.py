"""What is wrong with variables is named by the playbooks before anything is asked, copied or started, whichever way it was given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.judges.tree import ROOT
from tests.unit.plays.in_process import InProcess
from tests.unit.plays.test_left_empty import GROUPS, LICENCE, NEEDED, with_each

# What is given beside what is needed, by playbook, and what the message has to say of it.
MISTAKES: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "a misspelt variable": (
        "scom_upgrade",
        {"scom_patience_minute": 45},
        ("variable scom_patience_minute\n", "scom_patience_minutes, the nearest name", "scom_other_variables"),
    ),
    "a misspelt variable of a role": (
        "scom_upgrade",
        {"scom_management_server_healt_minutes": 45, "scom_preflight_waiv": []},
        ("scom_management_server_health_minutes, the nearest", "scom_preflight_waive, the nearest"),
    ),
    "a variable of another role of the collection, misspelt": (
        "dataminer_verify",
        {"dataminer_upgrade_failover_polcy": "backup_first"},
        ("dataminer_upgrade_failover_policy, the nearest name",),
    ),
    "a misspelt key": ("scom_upgrade", {"scom_media": {"pth": "D:\\media"}}, ("key pth of scom_media", "scom_media.path is not set")),
    "a misspelt account": ("dataminer_upgrade", {"dataminer_accounts": {"upgrde": {}}}, ("key upgrde of dataminer_accounts",)),
    "a misspelt fact": ("dataminer_upgrade", {"dataminer_facts": {"antivirs": []}}, ("key antivirs of dataminer_facts", "antivirus,")),
    "media behind a URL without their hash": (
        "scom_upgrade",
        {"scom_media": {"path": "D:\\m", "source": "HTTPS://files.contoso.lab/scom.zip"}},
        ("scom_media.source is HTTPS://files", "scom_media.source_sha256 is not set", "a share such as \\\\files"),
    ),
    "media that are fetched by no known way": (
        "scom_upgrade",
        {"scom_media": {"path": "D:\\m", "source": "ftp://files.contoso.lab/scom.zip", "source_sha256": "0" * 64}},
        ("scom_media.source is ftp://files.contoso.lab/scom.zip", "a share such as \\\\files", "an http or https URL"),
    ),
    "media on a share with the wrong slashes": (
        "scom_preflight",
        {"scom_media": {"path": "D:\\m", "source": "//files/media"}},
        ("scom_media.source is //files/media", "a share such as \\\\files"),
    ),
    "a key that is missing": ("dataminer_upload", {"dataminer_package": {"source": "x"}}, ("dataminer_package.sha256 is not set",)),
    "the licence not accepted": ("scom_upgrade", {"scom_accept_license": False}, ("scom_accept_license is not true", "licence terms")),
    "the licence left out": ("scom_upgrade", {"scom_accept_license": None}, ("scom_accept_license is not true", "licence terms")),
    "a number that is none": ("scom_upgrade", {"scom_patience_minutes": "long"}, ("scom_patience_minutes is long", "a whole number")),
    "a truth value that is none": ("dataminer_upgrade", {"dataminer_stop_snmp": "perhaps"}, ("dataminer_stop_snmp is perhaps",)),
    "text that is a list": ("scom_preflight", {"scom_target": ["2025"]}, ("scom_target is a list", "text")),
    "a dictionary that is text": ("dataminer_upgrade", {"dataminer_backup": "yes"}, ("dataminer_backup is text", "who and at")),
    "accounts that are text": ("dataminer_verify", {"dataminer_accounts": "reader"}, ("dataminer_accounts is text", "a dictionary")),
    "an unknown policy": (
        "dataminer_upgrade",
        {"dataminer_failover_policy": "backup_last"},
        ("dataminer_failover_policy is backup_last", "backup_first_with_switchback"),
    ),
    "an unknown acknowledgement": (
        "dataminer_upgrade",
        {"dataminer_acknowledge": ["everything"]},
        ("dataminer_acknowledge[0] is everything", "two_versions"),
    ),
    "no accounts": (
        "dataminer_upgrade",
        {"dataminer_accounts": {}},
        ("dataminer_accounts.api is not set", "dataminer_accounts.upgrade"),
    ),
    "a first server that is not in the group": (
        "scom_upgrade",
        {"scom_first_management_server": "ms9"},
        ("scom_first_management_server is ms9, which is not in the inventory group scom_management_servers", "one of ms1, ms2"),
    ),
    "a first server of one role that is not in the group": (
        "scom_upgrade",
        {"scom_preflight_first": "ms9"},
        ("scom_preflight_first is ms9, which is not",),
    ),
    "a variable that refers to nothing": (
        "scom_preflight",
        {"scom_setup_account": {"name": "svc", "password": "{{ vault_that_is_missing }}"}},
        ("scom_setup_account cannot be used", "vault_that_is_missing"),
    ),
    "an account that is missing for one role": (
        "scom_upgrade",
        {"scom_das_account": None, "scom_preflight_das_account": {"type": "local_system"}},
        ("scom_das_account is not set",),
    ),
}


def given(playbook: str, more: dict[str, Any]) -> dict[str, Any]:
    chosen = playbook.partition("_")[0]
    return {**NEEDED[chosen], **(LICENCE if chosen == "scom" else {}), **more}


def checks(playbook: str, folder: Path, variables: dict[str, Any], host: str = "ms1") -> list[str]:
    return InProcess.of(folder, GROUPS[playbook.partition("_")[0]], variables).checks(f"{playbook}.yml", host)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_by_the_variable_that_was_set_in_one_paragraph(name: str, tmp_path: Path) -> None:
    playbook, more, words = MISTAKES[name]
    told = checks(playbook, tmp_path, given(playbook, more))
    assert told
    for one in told:
        assert all(word in one for word in words), one
        assert "nothing was asked, copied or started" in one.splitlines()[0]
        assert "\n\n" not in one and "argument_spec" not in one and "CANARY" not in one


def test_all_of_them_are_told_at_once_and_one_that_two_roles_read_is_told_once(tmp_path: Path) -> None:
    more = {"scom_target": "", "scom_waiv": [], "scom_das_account": {"type": "odd"}}
    told = checks("scom_upgrade", tmp_path, given("scom_upgrade", more))
    assert len(told) == 2 and told[0] == told[1]
    assert told[0].startswith("ms1: 3 variables must be corrected")
    assert told[0].count("  variable ") == 3


def test_a_name_that_is_for_somebody_else_is_left_alone_once_it_is_listed(tmp_path: Path) -> None:
    mine = {"scom_of_mine": 1, "scom_preflight_of_mine": 2}
    assert checks("scom_preflight", tmp_path, given("scom_preflight", mine))
    for listed in ([*mine], ",".join(mine)):
        assert checks("scom_preflight", tmp_path, given("scom_preflight", {**mine, "scom_other_variables": listed})) == []


def test_what_one_host_has_for_itself_is_judged_on_that_host(tmp_path: Path) -> None:
    ring = InProcess.of(tmp_path, GROUPS["scom"], given("scom_preflight", {}))
    ring.inventory.get_host("ms2").vars["scom_waiv"] = []
    assert ring.checks("scom_preflight.yml", "ms1") == []
    assert [told.splitlines()[0] for told in ring.checks("scom_preflight.yml", "ms2")] == [
        "ms2: scom_waiv must be corrected; nothing was asked, copied or started."
    ] * 2


@pytest.mark.parametrize("playbook", sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml")))
def test_an_empty_group_is_told_whichever_host_the_play_is_for(playbook: str, tmp_path: Path) -> None:
    group = GROUPS[playbook.partition("_")[0]]
    for host in ("localhost", "ms1"):
        told = InProcess.of(tmp_path, "another_group", {}).checks(f"{playbook}.yml", host)
        assert [f"the inventory group {group} is empty or missing" in one for one in told] == [True]


def test_a_host_outside_of_the_group_is_asked_for_no_variables_by_a_playbook(tmp_path: Path) -> None:
    assert checks("scom_upgrade", tmp_path, {}, "localhost") == []


@pytest.mark.parametrize("role", ["scom_management_server", "dataminer_upgrade"])
def test_a_role_on_hosts_of_another_group_takes_the_servers_that_it_is_given(role: str, tmp_path: Path) -> None:
    chosen = role.partition("_")[0]
    servers = {"scom": "management_servers", "dataminer": "nodes"}[chosen]
    variables = {**NEEDED[chosen], **LICENCE} if chosen == "scom" else NEEDED[chosen]
    ring = InProcess.of(tmp_path, "another_group", {**variables, f"{role}_{servers}": ["ms1", "ms2"]})
    assert ring.role(role)["options"][servers] == ["ms1", "ms2"]
    told = InProcess.of(tmp_path, "another_group", variables).role(role)
    assert f"the inventory group {GROUPS[chosen]} is empty or missing" in told["msg"]


def test_a_role_on_a_host_outside_of_a_group_with_hosts_checks_all_the_same(tmp_path: Path) -> None:
    ring = InProcess.of(tmp_path, GROUPS["scom"], {**NEEDED["scom"], "scom_target": ""})
    told = ring.check("localhost", roles=["scom_management_server"])
    assert "scom_target is not set" in told


@pytest.mark.parametrize("name", ["scom_setup_account", "scom_management_server_das_account"])
def test_a_password_that_is_no_template_is_not_shown(name: str, tmp_path: Path) -> None:
    password = "CANARY{%et-2"
    told = checks("scom_upgrade", tmp_path, given("scom_upgrade", {name: {"name": "CONTOSO\\svc", "password": password}}))
    assert told and all(f"{name} cannot be used" in one and "!unsafe" in one for one in told)
    assert not any("CANARY" in one or "et-2" in one or "'et'" in one for one in told)


@pytest.mark.parametrize(
    ("acknowledged", "expected"),
    [(["ms1"], True), ("ms1", True), ("ms2, ms1", True), ("ms10", False), (["ms10"], False), ("", False), (None, False), ([], False)],
)
def test_a_setup_is_acknowledged_by_the_whole_name_of_its_server(acknowledged: Any, expected: bool, tmp_path: Path) -> None:
    ring = InProcess.of(tmp_path, GROUPS["scom"], {**NEEDED["scom"], **LICENCE, "scom_setup_acknowledged": acknowledged})
    assert ring.role("scom_management_server")["options"]["setup_acknowledged"] is expected


def test_a_servers_list_of_a_role_decides_who_may_be_first_there(tmp_path: Path) -> None:
    more = {"scom_preflight_first": "ms9", "scom_preflight_management_servers": ["ms9"]}
    assert checks("scom_preflight", tmp_path, given("scom_preflight", more)) == []


def test_a_dictionary_may_arrive_as_text_from_the_command_line(tmp_path: Path) -> None:
    account = '{"name": "CONTOSO\\\\svc", "password": "0123456"}'
    assert checks("scom_preflight", tmp_path, given("scom_preflight", {"scom_setup_account": account})) == []
    told = checks("scom_preflight", tmp_path, given("scom_preflight", {"scom_setup_account": account.replace('"0123456"', "31337421")}))
    assert "scom_setup_account.password is not text" in told[0] and "31337421" not in told[0]


def test_nobody_is_told_a_password_that_stands_in_the_wrong_place(tmp_path: Path) -> None:
    variables = with_each(given("scom_preflight", {}), [("scom_target",)], ["CANARY"])
    told = checks("scom_preflight", tmp_path, {**variables, "scom_das_account": "CANARY"})
    assert "scom_das_account is text" in told[0] and "CANARY" not in told[0]


@pytest.mark.parametrize(
    ("roles", "words"),
    [([], "roles is empty"), (["scom_preflight", "dataminer_verify"], "one product"), (["scom_gateway"], "scom_gateway")],
)
def test_roles_that_are_none_of_one_product_are_refused(roles: list[str], words: str, tmp_path: Path) -> None:
    told = InProcess.of(tmp_path, GROUPS["scom"], NEEDED["scom"]).check(roles=roles)
    assert words in told and "nothing was checked" in told


def test_an_option_that_none_of_the_roles_has_is_refused(tmp_path: Path) -> None:
    told = InProcess.of(tmp_path, GROUPS["scom"], {}).check(roles=["scom_management_server"], options=["media", "medai"])
    assert told.startswith("options is medai: wanted are some of accept_license,") and "nothing was checked" in told


@pytest.mark.parametrize("file", ["README.md", "docs/docsite/rst/guide_scom_upgrade.rst", "docs/docsite/rst/guide_dataminer_upgrade.rst"])
def test_inventories_of_the_documentation_have_nothing_to_correct(file: str, tmp_path: Path) -> None:
    inventories = list(_inventories((ROOT / file).read_text(encoding="utf-8")))
    assert inventories
    for group, variables in inventories:
        playbooks = [path.stem for path in (ROOT / "playbooks").glob(f"{group.partition('_')[0]}_*.yml")]
        assert [told for playbook in playbooks for told in checks(playbook, tmp_path, variables)] == []


def _inventories(text: str) -> Any:
    """The group and its variables of every inventory in a text, its placeholders filled in. The servers there are ms1 and ms2 here."""
    for block in text.split("# inventory.yml\n")[1:]:
        lines = block.splitlines()
        depth = len(lines[0]) - len(lines[0].lstrip())
        ends = min(number for number, line in enumerate(lines) if "```" in line or (line.strip() and not line.startswith(" " * depth)))
        found = yaml.safe_load("\n".join(lines[:ends]).replace("{{", "").replace("}}", "").replace(".contoso.lab", ""))
        for group, content in found.items():
            yield group, content["vars"]
