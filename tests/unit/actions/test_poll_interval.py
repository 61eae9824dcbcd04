"""How often hosts are looked at is one option with one meaning, for both products."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.poll_interval import poll_interval
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.scom.variables import PRODUCT as SCOM
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.upgrade_action import Stop


@pytest.mark.parametrize("seconds", [0, -1, 0.05, float("nan")])
def test_looking_without_a_pause_is_refused(seconds: float) -> None:
    with pytest.raises(
        Stop, match=r"scom_poll_interval \(option poll_interval_seconds\) is .*: 0\.1 or more is needed; nothing was started"
    ):
        poll_interval({"poll_interval_seconds": seconds}, SCOM)


@pytest.mark.parametrize("seconds", [None, 0.1, 30])
def test_a_pause_between_two_looks_is_taken_as_given(seconds: float | None) -> None:
    assert poll_interval({"poll_interval_seconds": seconds}, SCOM) == seconds
