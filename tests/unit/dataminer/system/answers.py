"""Answers of a node of DataMiner, each in the shape that the probe gives it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

NOW, BOOT = "2031-01-15T22:00:00Z", "2031-01-01T03:00:00Z"
RUNNING = ("SLNet", "SLDataMiner", "SLWatchdog", "W3SVC", "NAS", "NATS", "DataMiner APIGateway", "DataMiner StorageModule")


def answer(**data: Any) -> dict[str, Any]:
    return {"state": "present", "data": data}


ABSENT: dict[str, Any] = {"state": "absent"}


def unanswered(state: str = "denied", message: str = "access is denied") -> dict[str, Any]:
    return {"state": state, "error": {"type": "System.UnauthorizedAccessException", "message": message}}


def text(content: str | bytes, path: str = "x") -> dict[str, Any]:
    data = content.encode() if isinstance(content, str) else content
    return answer(path=path, length=len(data), offset=0, bytes=base64.b64encode(data).decode())


def page(body: Any, status: int = 200) -> dict[str, Any]:
    content = json.dumps(body).encode() if not isinstance(body, bytes) else body
    return answer(status=status, body=base64.b64encode(content).decode(), elapsed_ms=3, content_type="application/json")


def entries(*names: str, folder: bool = False, at: str = NOW, size: int = 10) -> dict[str, Any]:
    return answer(
        path="x", truncated=False, entries=[{"name": one, "is_directory": folder, "size": size, "modified_utc": at} for one in names]
    )


def services(running: Iterable[str] = RUNNING, **others: tuple[str, str]) -> dict[str, Any]:
    found = dict.fromkeys(running, ("running", "auto")) | others
    return answer(services={name: {"status": status, "start_mode": mode, "delayed": False} for name, (status, mode) in found.items()})


# Answers of a node that was migrated to BrokerGateway as a whole.
MIGRATED: dict[str, Any] = {
    "maintenance": text("<MaintenanceSettings><SLNet><BrokerGateway>true</BrokerGateway></SLNet></MaintenanceSettings>"),
    "services": services((*RUNNING[:4], *RUNNING[6:], "nats-server"), NAS=("stopped", "manual"), NATS=("stopped", "manual")),
    "broker_config": answer(path="x", size=1),
}


def modules(version: str = "10.4.2430.100") -> list[dict[str, Any]]:
    return [{"Name": "APIGateway", "Version": "0.0.1.52414"}, {"Name": "SLNet", "Version": version, "Endpoint": "x"}]
