# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Why Windows wants to be restarted: every witness is a reason of its own, and none is judged."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade import questions as q

from tests.powershell.windows import ask, registry

CURRENT = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion"


@pytest.mark.parametrize(
    ("tree", "reason", "detail"),
    [
        (
            {f"{CURRENT}\\Component Based Servicing\\RebootPending": {}},
            "component_servicing",
            "RebootPending",
        ),
        (
            {f"{CURRENT}\\Component Based Servicing\\PackagesPending": {}},
            "servicing_in_progress",
            "PackagesPending",
        ),
        (
            {f"{CURRENT}\\Component Based Servicing\\Interface": {"ServicingInProgress": 2}},
            "servicing_in_progress",
            "ServicingInProgress=2",
        ),
        (
            {f"{CURRENT}\\WindowsUpdate\\Auto Update\\RebootRequired": {}},
            "windows_update",
            "RebootRequired",
        ),
        ({f"{CURRENT}\\WindowsUpdate\\Services\\Pending\\{{1}}": {}}, "windows_update", "Pending\\{1}"),
        ({"SYSTEM\\CurrentControlSet\\Services\\Netlogon": {"JoinDomain": "x"}}, "domain_join", "JoinDomain"),
        ({"SOFTWARE\\Microsoft\\ServerManager\\CurrentRebootAttempts": {}}, "server_manager", "CurrentRebootAttempts"),
        ({"SYSTEM\\CurrentControlSet\\Services\\CcmExec": {"Start": 2}}, "configuration_manager", "RebootPending"),
        ({f"{CURRENT}\\RunOnce": {"DVDRebootSignal": "x"}}, "run_once", "DVDRebootSignal"),
        (
            {"SOFTWARE\\WOW6432Node\\Microsoft\\Updates": {"UpdateExeVolatile": 3}},
            "update_exe_volatile",
            "UpdateExeVolatile=3 (32-bit view)",
        ),
        (
            {
                "SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ActiveComputerName": {"ComputerName": "OLD"},
                "SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName": {"ComputerName": "NEW"},
            },
            "computer_rename",
            "OLD -> NEW",
        ),
    ],
)
def test_a_pending_restart_is_told_with_its_reason(tree: dict[str, dict[str, Any]], reason: str, detail: str) -> None:
    (found,) = ask(q.pending_reboot(), tree=_with(tree))["data"]["reasons"]
    assert found["reason"] == reason
    assert [each for each in found["detail"] if each.endswith(detail)]


def test_pending_renames_are_told_as_pairs() -> None:
    operations = ["\\??\\C:\\Temp\\a.tmp", "", "\\??\\C:\\new.dll", "!\\??\\C:\\old.dll", "\\??\\C:\\last"]
    tree = _with({"SYSTEM\\CurrentControlSet\\Control\\Session Manager": {"PendingFileRenameOperations": operations}})
    (found,) = ask(q.pending_reboot(), tree=tree)["data"]["reasons"]
    assert found == {
        "reason": "file_renames",
        "detail": ["delete C:\\Temp\\a.tmp", "rename C:\\new.dll -> C:\\old.dll", "delete C:\\last"],
    }


def test_very_many_pending_renames_are_cut_and_say_so() -> None:
    operations = [each for number in range(250) for each in (f"\\??\\C:\\{number}", "")]
    tree = _with({"SYSTEM\\CurrentControlSet\\Control\\Session Manager": {"PendingFileRenameOperations": operations}})
    (found,) = ask(q.pending_reboot(), tree=tree)["data"]["reasons"]
    assert (len(found["detail"]), found["detail"][-1]) == (201, "and 50 more")


def test_a_configuration_manager_client_that_does_not_answer_is_no_reason() -> None:
    broken = "function Invoke-RebootPendingMethod { throw 'no such namespace' }"
    tree = _with({"SYSTEM\\CurrentControlSet\\Services\\CcmExec": {"Start": 2}})
    assert ask(q.pending_reboot(), broken, tree)["data"] == {"reasons": []}


def test_no_reason_is_an_empty_list() -> None:
    assert ask(q.pending_reboot())["data"] == {"reasons": []}


def test_a_servicing_stack_at_rest_is_no_reason() -> None:
    tree = _with({f"{CURRENT}\\Component Based Servicing\\Interface": {"ServicingInProgress": 1}})
    assert ask(q.pending_reboot(), tree=tree)["data"] == {"reasons": []}


def _with(keys: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The registry of these tests with some keys more, by path, each with its values."""
    tree = registry()
    for path, values in keys.items():
        node = tree["HKLM"]
        for part in path.split("\\"):
            node = node.setdefault(part, {})
        node.setdefault("@", {}).update(values)
    return tree
