"""What an operator writes that makes no sense ends in one sentence, before any host is asked."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.scom_options import know_rules, poll_interval, setup_path
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.upgrade_action import Stop

RULE = "scom.database.backup_age"


@pytest.mark.parametrize("seconds", [0, -1, 0.05, float("nan")])
def test_looking_without_a_pause_is_refused(seconds: float) -> None:
    with pytest.raises(Stop, match=r"0\.1 or more is needed; nothing was started"):
        poll_interval({"poll_interval_seconds": seconds})


@pytest.mark.parametrize("seconds", [None, 0.1, 30])
def test_a_pause_between_two_looks_is_taken_as_given(seconds: float | None) -> None:
    assert poll_interval({"poll_interval_seconds": seconds}) == seconds


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
    with pytest.raises(Stop, match="local folder of the server only"):
        setup_path({"media": media})
