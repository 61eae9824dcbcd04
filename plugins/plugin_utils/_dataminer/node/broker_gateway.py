# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a migration to BrokerGateway leaves on a node when it went well. Its flag alone says nothing: it is set first (log-shapes 9.2)."""

from __future__ import annotations

from collections.abc import Mapping

from ..._upgrade.windows_facts import Service
from .installation import Installation

MIGRATION = "NATSMigration"
LEGACY_SERVICES, BROKER_SERVICE, BROKER_CONFIG = ("NAS", "NATS"), "nats-server", "MessageBrokerConfig.json"
WHOLE = f"BrokerGateway on, {BROKER_SERVICE} running, {' and '.join(LEGACY_SERVICES)} stopped and manual, {BROKER_CONFIG} there"


def missing(node: Installation) -> tuple[str, ...]:
    """What a node lacks of a whole migration, in words; empty for one that is migrated (7 P7, 8 D). Raises NotRead."""
    return lacking(node.services.value, is_on=node.maintenance.value.broker_gateway, has_config=node.has_broker_config.value)


def lacking(found: Mapping[str, Service], *, is_on: bool, has_config: bool) -> tuple[str, ...]:
    """As `missing`, from the services of a node, its flag and whether the configuration of the broker is there."""
    wrong = [] if is_on else ["BrokerGateway is not true in MaintenanceSettings.xml"]
    if BROKER_SERVICE not in found or not found[BROKER_SERVICE].is_running:
        wrong.append(f"{BROKER_SERVICE} does not run")
    wrong += [
        f"{name} is {found[name].status}, {found[name].start_mode}" for name in LEGACY_SERVICES if name in found and _is_left(found[name])
    ]
    if not has_config:
        wrong.append(f"no {BROKER_CONFIG}")
    return tuple(wrong)


def _is_left(service: Service) -> bool:
    return service.is_running or service.start_mode == "auto"
