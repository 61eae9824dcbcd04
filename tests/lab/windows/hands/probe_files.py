"""Questions of host_probe about files (powershell-probes 1.3)."""

from __future__ import annotations

import base64
import hashlib
import ntpath
from collections.abc import Mapping
from typing import Any

from ..clock import iso
from ..paths import expand, normal
from ..session import Session
from .envelope import Absent, Data, Trouble
from .probe_registry import base_folder

MAX_ENTRIES = 1000
MAX_TEXT_BYTES = 512 * 1024


def file(session: Session, question: Mapping[str, Any]) -> Data:
    path = _file_path(session, question)
    found = session.host.files.file(path)
    version = found.version_info
    content = session.host.files.read(path) if question.get("sha256") else b""
    return {
        "path": found.path,
        "size": found.length,
        "created_utc": iso(found.created),
        "modified_utc": iso(found.modified),
        "file_version": version.file_version if version else None,
        "product_version": version.product_version if version else None,
        "product_name": version.product_name if version else None,
        "sha256": hashlib.sha256(content).hexdigest() if question.get("sha256") else None,
    }


def file_text(session: Session, question: Mapping[str, Any]) -> Data:
    path = _file_path(session, question)
    content = session.host.files.read(path)
    limit = min(int(question.get("max_bytes", 65536)), MAX_TEXT_BYTES)
    offset = max(0, len(content) - limit) if question.get("tail") else 0
    piece = base64.b64encode(content[offset : offset + limit]).decode()
    return {"path": session.host.files.file(path).path, "length": len(content), "offset": offset, "bytes": piece}


def directory(session: Session, question: Mapping[str, Any]) -> Data:
    path = _path(session, question)
    if session.host.files.is_file(path):
        raise Trouble("broken", "IsFile", f"'{path}' is no folder")
    entries = session.host.files.entries(path, str(question.get("pattern", "*")))
    if not session.host.files.is_directory(path):
        raise Absent("System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{path}'.")
    listed = [
        {"name": one.name, "is_directory": one.is_directory, "size": one.length, "modified_utc": iso(one.modified)}
        for one in entries[:MAX_ENTRIES]
    ]
    return {"path": path, "entries": listed, "truncated": len(entries) > MAX_ENTRIES}


def _file_path(session: Session, question: Mapping[str, Any]) -> str:
    path = _path(session, question)
    if session.host.files.is_directory(path):
        raise Trouble("broken", "IsDirectory", f"'{path}' is a folder")
    return path


def _path(session: Session, question: Mapping[str, Any]) -> str:
    path = expand(str(question["path"]), session.environment)
    if question.get("base"):
        path = ntpath.join(expand(base_folder(session, question["base"]), session.environment), path)
    session.refuse_second_hop(path)
    return normal(path)
