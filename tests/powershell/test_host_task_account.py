# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the account of a task may do, as the host tells it before the start: windows-tasks.md section 2.2."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.powershell.task_host import TaskHost


@pytest.fixture
def host(tmp_path: Path) -> TaskHost:
    return TaskHost(tmp_path / "systemcenter.upgrade")


@pytest.mark.parametrize(
    "denied",
    [("S-1-5-32-544",), ("S-1-5-32-546", "S-1-5-32-544"), ("S-1-5-21-9-9-9-1105", "S-1-5-32-555", "S-1-5-32-546")],
    ids=["alone", "behind another group", "before other groups"],
)
def test_a_denied_batch_right_is_found_among_others_that_are_denied(host: TaskHost, denied: tuple[str, ...]) -> None:
    rights = f"function Get-AccountWithRight {{ param($Right) {'; '.join(map(repr, denied))} }}"

    answer = host.start(rights)

    assert [refusal["code"] for refusal in answer["refusals"]] == ["batch_right_denied"]


def test_rights_denied_to_others_stop_nobody(host: TaskHost) -> None:
    rights = """function Get-AccountWithRight { param($Right)
        if ($Right -eq 'SeBatchLogonRight') { 'S-1-5-32-544'; 'S-1-5-32-551' } else { 'S-1-5-32-546'; 'S-1-5-32-555' }
    }"""

    assert host.start(rights, check_mode=True)["changed"] is True


@pytest.mark.parametrize(
    ("rights", "refused"),
    [
        ("S-1-5-32-544", False),
        ("S-1-5-21-1-2-3-1001", False),
        ("S-1-5-21-9-9-9-2000", False),
        ("S-1-5-32-559", True),
        ("", False),
    ],
    ids=["by a local group", "directly", "a domain group that may hold it", "only others", "nobody at all is no answer"],
)
def test_a_missing_batch_right_is_claimed_only_when_it_is_certain(host: TaskHost, rights: str, refused: bool) -> None:
    holder = f"function Get-AccountWithRight {{ param($Right) if ($Right -eq 'SeBatchLogonRight') {{ {rights and repr(rights)} }} }}"

    answer = host.start(holder, run_as={"account": r".\setup", "kind": "password"}, check_mode=True)

    assert [refusal["code"] for refusal in answer.get("refusals", [])] == (["batch_right_missing"] if refused else [])


def test_nested_groups_of_the_domain_may_give_the_right_and_the_run_will_tell(host: TaskHost) -> None:
    """Account, global group, domain-local group, Administrators: Windows names only the groups of this host that it sees directly."""
    nested = "function Get-LocalGroupOfUser { param($User) 'Users' }"

    assert host.start(nested, check_mode=True)["changed"] is True


def test_rights_that_windows_does_not_tell_are_left_to_the_run(host: TaskHost) -> None:
    denied = "function Get-AccountWithRight { param($Right) throw 'access denied' }"

    answer = host.start(denied, run_as={"account": r".\setup", "kind": "password"}, check_mode=True)

    assert answer["changed"] is True
