"""Published faults of single versions that happen in the lab too, so that a rule that misses one is seen (dataminer 7, K1, K2, K5, K6)."""

from __future__ import annotations

from typing import Any

from tests.lab.products.dataminer.versions import Version, is_at_least

_UNLOADABLE_CHECKS = ("10.5.0 CU3", "10.5.6", "10.5.7")
_STUCK_WITH_EXPIRED_USERS = ("10.5.1", "10.5.2")
_BOTH_OFFLINE = ("10.3.0 CU9", "10.3.0 CU10", "10.3.12", "10.4.1")


def unloadable_checks(source: Version, target: Version | None) -> str | None:
    """K1: every check fails on loading, from 10.4.0 and early 10.4 feature releases."""
    is_old = source.line == (10, 4) and (source.is_main or source.month <= 4)
    if target is None or not is_old or target.title not in _UNLOADABLE_CHECKS:
        return None
    return "Could not load file or assembly 'System.Text.Json' (Exception from HRESULT: 0x80131040)"


def is_stuck(system: Any, target: Version | None) -> bool:
    """K2: with expired users the upgrade never ends."""
    return target is not None and target.title in _STUCK_WITH_EXPIRED_USERS and any(one.expired for one in system.users.values())


def slnet_fails(node: Any) -> str | None:
    """K5: SLNet does not start while MaintenanceSettings.xml has DefaultUpgradeOptions."""
    affected = is_at_least(node.version, "10.4.0 / 10.4.1") and not is_at_least(node.version, "10.4.0 CU16 / 10.5.0 CU4 / 10.5.7")
    if not affected or node.maintenance("DefaultUpgradeOptions") is None:
        return None
    return "SLNet does not start: Error reading MaintenanceSettings.xml"


def both_stay_offline(version: Version) -> bool:
    """K6: no node of a pair goes online."""
    return version.title in _BOTH_OFFLINE
