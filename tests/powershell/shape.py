# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the C(data) of every question kind looks like, as a schema that any ring's answers can be held against.

A schema is a type, a tuple of them, a list with the schema of its items, a dict of named fields, or `Map` for free names. `UTC` is a time
in ISO-8601 that ends in Z, `BASE64` what it says. Every field named must be there, and no other.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UTC = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
BASE64 = "base64"
NONE = type(None)


@dataclass(frozen=True)
class Map:
    """A dictionary with free names and values of one schema."""

    values: Any


@dataclass(frozen=True)
class OneOf:
    """A closed set of words."""

    words: tuple[str, ...]


_VALUE = {
    "type": OneOf(("string", "expand_string", "multi_string", "dword", "qword", "binary", "none")),
    "value": (str, int, list, NONE),
}
_SESSION = {
    "computer_name": str,
    "fqdn": str,
    "ps_version": str,
    "language_mode": str,
    "is_64bit": bool,
    "is_admin": bool,
    "user": str,
    "user_sid": str,
    "utc_now": UTC,
}

ANSWER = {"state": str, "data": dict, "error": (dict, NONE), "ms": int}
ERROR = {"type": str, "hresult": (int, NONE), "native": (int, NONE), "id": str, "message": str}

DATA: Mapping[str, Any] = {
    "registry_key": {"values": Map(_VALUE), "subkeys": [str]},
    "registry_subkeys": {"keys": Map(Map(_VALUE))},
    "services": {
        "services": Map(
            {
                "display_name": str,
                "status": OneOf(
                    (
                        *("running", "stopped", "start_pending", "stop_pending", "paused", "continue_pending", "pause_pending"),
                        "unknown",
                    )
                ),
                "start_mode": OneOf(("auto", "manual", "disabled", "boot", "system")),
                "delayed": bool,
                "account": str,
                "image_path": str,
                "process_id": int,
            }
        )
    },
    "file": {
        "path": str,
        "size": int,
        "created_utc": UTC,
        "modified_utc": UTC,
        "file_version": (str, NONE),
        "product_version": (str, NONE),
        "product_name": (str, NONE),
        "sha256": (str, NONE),
    },
    "file_text": {"path": str, "length": int, "offset": int, "bytes": BASE64},
    "directory": {
        "path": str,
        "entries": [{"name": str, "is_directory": bool, "size": int, "modified_utc": UTC}],
        "truncated": bool,
    },
    "operating_system": {
        "build": int,
        "revision": int,
        "edition": str,
        "installation_type": str,
        "product_type": str,
        "computer_name": str,
        "fqdn": str,
        "domain": str,
        "boot_time_utc": UTC,
        "utc_now": UTC,
        "time_zone": str,
        "ui_culture": str,
        "ansi_code_page": int,
    },
    "hardware": {"memory_bytes": int, "cores": int, "logical_processors": int},
    "disks": {"disks": Map({"size": int, "free": int})},
    "pending_reboot": {
        "reasons": [
            {
                "reason": OneOf(
                    (
                        *("component_servicing", "servicing_in_progress", "windows_update", "file_renames", "computer_rename"),
                        *("domain_join", "server_manager", "configuration_manager", "run_once", "update_exe_volatile"),
                    )
                ),
                "detail": [str],
            }
        ]
    },
    "processes": {
        "processes": [{"name": str, "process_id": int, "parent_id": int, "started_utc": (UTC, NONE), "session_id": int}],
    },
    "listening_ports": {"listening": [{"port": int, "address": str}]},
    "network_addresses": {"addresses": [{"address": str, "interface": str}]},
    "tcp": {"resolved": [str], "connected": bool, "ms": int, "socket_error": (str, NONE)},
    "http": {"status": int, "body": BASE64, "elapsed_ms": int, "content_type": str},
    "programs": {
        "programs": [
            {
                "name": str,
                "version": (str, NONE),
                "publisher": (str, NONE),
                "product_code": (str, NONE),
                "view": OneOf(("64", "32")),
            }
        ]
    },
    "dotnet_framework": {"release": (int, NONE), "has_35": bool},
    "vc_runtimes": {"runtimes": Map(str)},
    "features": {"features": Map(OneOf(("installed", "available", "removed", "pending")))},
    "user_rights": {"rights": Map([{"sid": str, "name": (str, NONE)}])},
    "local_group": {"members": [{"sid": str, "name": (str, NONE), "kind": OneOf(("user", "group", "unknown"))}]},
    "account": {
        "name": str,
        "sid": str,
        "group_sids": [str],
        "enabled": (bool, NONE),
        "locked": (bool, NONE),
        "password_expires_utc": (UTC, NONE),
        "password_expired": (bool, NONE),
        "encryption_types": (int, NONE),
        "is_managed_service_account": bool,
        "bad_password_count": (int, NONE),
        "lockout_threshold": (int, NONE),
        "source": OneOf(("directory", "local")),
    },
    "credential": {
        "valid": bool,
        "code": int,
        "reason": OneOf(
            (
                *("ok", "wrong_password", "expired", "disabled", "locked", "must_change", "restriction", "right_missing"),
                "no_logon_server",
            )
        ),
    },
    "event_count": {"count": int, "by_id": Map(int), "oldest_record_utc": (UTC, NONE)},
    "scheduled_tasks": {
        "tasks": [
            {
                "name": str,
                "state": OneOf(("ready", "running", "disabled", "queued", "unknown")),
                "last_result": int,
                "last_run_utc": (UTC, NONE),
            }
        ]
    },
    "certificates": {
        "certificates": [
            {
                "thumbprint": str,
                "subject": str,
                "issuer": str,
                "not_before_utc": UTC,
                "not_after_utc": UTC,
                "has_private_key": bool,
                "dns_names": [str],
                "enhanced_key_usages": [str],
            }
        ]
    },
    "audit_command_line": {"process_creation_success": (bool, NONE), "include_command_line": bool},
    "session": _SESSION,
}


def faults(value: Any, schema: Any, where: str = "data") -> list[str]:
    """Where a value is not what the schema says; empty when it is."""
    if isinstance(schema, tuple):
        return [] if any(not faults(value, each, where) for each in schema) else [f"{where}: {value!r}"]
    container = dict if isinstance(schema, (Map, dict)) else list if isinstance(schema, list) else None
    if container and not isinstance(value, container):
        return [f"{where}: {value!r} is no {container.__name__}"]
    if isinstance(schema, Map):
        return [fault for name, each in value.items() for fault in faults(each, schema.values, f"{where}.{name}")]
    if isinstance(schema, dict):
        return _field_faults(value, schema, where)
    if isinstance(schema, list):
        return [fault for i, each in enumerate(value) for fault in faults(each, schema[0], f"{where}[{i}]")]
    return [] if _fits(value, schema) else [f"{where}: {value!r}"]


def answer_faults(kind: str, answer: Mapping[str, Any]) -> list[str]:
    """The faults of a whole answer: its envelope, its error, and its data when it is present."""
    found = faults(answer, ANSWER, "answer")
    if answer.get("error"):
        found += faults(answer["error"], ERROR, "error")
    return found + (faults(answer["data"], DATA[kind]) if answer.get("state") == "present" else [])


def _field_faults(value: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> list[str]:
    lacking = [f"{where}: lacks {name}" for name in schema if name not in value]
    unknown = [f"{where}: has {name}" for name in value if name not in schema]
    wrong = [fault for name in schema if name in value for fault in faults(value[name], schema[name], f"{where}.{name}")]
    return [*lacking, *unknown, *wrong]


def _fits(value: Any, schema: Any) -> bool:
    if isinstance(schema, OneOf):
        return value in schema.words
    if isinstance(schema, re.Pattern):
        return isinstance(value, str) and bool(schema.match(value))
    if schema == BASE64:
        return isinstance(value, str) and base64.b64encode(base64.b64decode(value)).decode() == value
    if schema is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, schema)
