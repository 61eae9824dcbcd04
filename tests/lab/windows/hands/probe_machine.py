"""Questions of host_probe about the machine and what is installed on it (powershell-probes 1.2, 1.4-1.7, 1.11-1.16)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..clock import iso
from ..paths import matches
from ..session import Session
from .envelope import Data

Question = Mapping[str, Any]


def services(session: Session, question: Question) -> Data:
    """By the names as they were asked."""
    found = {name: service for name in question["names"] if (service := session.host.services.get(name))}
    return {
        "services": {
            name: {
                "display_name": one.display_name,
                "status": one.status,
                "start_mode": one.start_mode,
                "delayed": one.delayed,
                "account": one.account,
                "image_path": one.image_path,
                "process_id": one.process_id,
            }
            for name, one in found.items()
        }
    }


def operating_system(session: Session, question: Question) -> Data:
    host = session.host
    return {
        "build": host.os.build,
        "revision": host.os.revision,
        "edition": host.os.edition,
        "installation_type": host.os.installation_type,
        "product_type": host.os.product_type,
        "computer_name": host.computer_name,
        "fqdn": host.name,
        "domain": host.domain,
        "boot_time_utc": iso(host.boot_time),
        "utc_now": iso(host.clock.now()),
        "time_zone": host.os.time_zone,
        "ui_culture": host.os.ui_culture,
        "ansi_code_page": host.os.ansi_code_page,
    }


def hardware(session: Session, question: Question) -> Data:
    facts = session.host.hardware
    return {"memory_bytes": facts.memory_bytes, "cores": facts.cores, "logical_processors": facts.logical_processors}


def disks(session: Session, question: Question) -> Data:
    return {"disks": {letter: {"size": disk.size, "free": disk.free} for letter, disk in sorted(session.host.disks.items())}}


def pending_reboot(session: Session, question: Question) -> Data:
    return {"reasons": session.host.pending_reboot.reasons()}


def processes(session: Session, question: Question) -> Data:
    found = session.host.processes.find(*question.get("names", ["*"]))
    return {
        "processes": [
            {
                "name": one.name,
                "process_id": one.id,
                "parent_id": one.parent_id,
                "started_utc": iso(one.started) if one.started else None,
                "session_id": one.session_id,
            }
            for one in found
        ]
    }


def programs(session: Session, question: Question) -> Data:
    found = [one for one in session.host.inventory.programs if matches(one.name, question.get("pattern", "*"))]
    return {
        "programs": [
            {
                "name": one.name,
                "version": one.version or None,
                "publisher": one.publisher or None,
                "product_code": one.product_code or None,
                "view": one.view,
            }
            for one in found
        ]
    }


def dotnet_framework(session: Session, question: Question) -> Data:
    inventory = session.host.inventory
    return {"release": inventory.dotnet_release, "has_35": inventory.has_dotnet_35}


def vc_runtimes(session: Session, question: Question) -> Data:
    return {"runtimes": dict(session.host.inventory.vc_runtimes)}


def features(session: Session, question: Question) -> Data:
    """A feature nobody installed is available; only a scenario says otherwise."""
    known = session.host.inventory.features
    return {"features": {name: known.get(name, "available") for name in question["names"]}}
