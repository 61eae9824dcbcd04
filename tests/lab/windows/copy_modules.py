"""ansible.windows.win_copy as its action plugin drives it: query, then single, remote or explode (win_copy.ps1)."""

from __future__ import annotations

import base64
import hashlib
import io
import ntpath
import zipfile
from collections.abc import Mapping
from typing import Any

from .file_modules import path_of
from .filesystem import FileProblem
from .module_call import Call, Handler, ModuleFailed
from .registry import AccessDenied


async def win_copy(call: Call) -> dict[str, Any]:
    modes = {"query": _query, "single": _single, "remote": _remote, "explode": _explode}
    mode = call.get("_copy_mode", default="single")
    try:
        return modes[mode](call)
    except (FileProblem, AccessDenied) as trouble:
        raise ModuleFailed(str(trouble)) from trouble


def _query(call: Call) -> dict[str, Any]:
    """Which of the controller's files are not there yet, or different."""
    files, dest = call.host.files, path_of(call, call.need("dest"))
    changed = [one for one in call.get("files", default=[]) if _differs(call, dest, one)]
    folders = [one for one in call.get("directories", default=[]) if not files.is_directory(_below(dest, one["dest"]))]
    return {"files": changed, "directories": folders, "symlinks": []}


def _single(call: Call) -> dict[str, Any]:
    source, dest = path_of(call, call.need("src")), path_of(call, call.need("dest"))
    if not call.host.files.is_file(source):
        raise ModuleFailed(f"Cannot copy src file: '{source}' as it does not exist")
    if dest.endswith("\\") or call.host.files.is_directory(dest):
        dest = _below(dest, str(call.get("_original_basename", default=ntpath.basename(source))))
        call.host.files.make_directory(ntpath.dirname(dest))
    return {**_copy(call, source, dest), "src": source, "dest": dest}


def _remote(call: Call) -> dict[str, Any]:
    source, dest = path_of(call, call.need("src")), path_of(call, call.need("dest"))
    files = call.host.files
    if files.is_directory(source):
        return _remote_folder(call, source, dest)
    if not files.is_file(source):
        raise ModuleFailed(f"Cannot copy src file: '{source}' as it does not exist")
    given = dest
    if dest.endswith("\\") or files.is_directory(dest):
        dest = _below(dest, ntpath.basename(source))
    if not files.is_directory(ntpath.dirname(dest)):
        if given == dest:
            raise ModuleFailed(f"Destination directory '{ntpath.dirname(dest)}' does not exist")
        files.make_directory(ntpath.dirname(dest))
    copied = _copy(call, source, dest)
    facts = {"operation": "file_copy", "original_basename": ntpath.basename(source), "size": files.file(source).length}
    return {**copied, "src": source, "dest": dest, **facts}


def _remote_folder(call: Call, source: str, dest: str) -> dict[str, Any]:
    """A source that ends in a backslash gives its content, any other itself."""
    target = dest if source.endswith("\\") else _below(dest, ntpath.basename(source))
    root = source.rstrip("\\").lower() + "\\"
    changed, size = False, 0
    for file in [one for one in call.host.files.walk() if one.path.lower().startswith(root)]:
        changed |= _copy(call, file.path, _below(target, file.path[len(root) :]))["changed"]
        size += file.length
    return {"changed": changed, "operation": "folder_copy", "src": source, "dest": target, "size": size}


def _explode(call: Call) -> dict[str, Any]:
    """Unpacks the archive of the action plugin; names in it are base64, those of folders with a slash behind."""
    source, dest = path_of(call, call.need("src")), path_of(call, call.need("dest"))
    if not call.host.files.is_file(source):
        raise ModuleFailed(f"Cannot expand src zip file: '{source}' as it does not exist")
    with zipfile.ZipFile(io.BytesIO(call.host.files.read(source))) as archive:
        for entry in archive.infolist():
            name = base64.b64decode(entry.filename.rstrip("/")).decode()
            target = _below(dest, name)
            if call.check_mode:
                continue
            if entry.is_dir() or name.endswith("/"):
                call.host.files.make_directory(target)
            else:
                call.host.files.write(target, archive.read(entry))
    return {"changed": True}


def _copy(call: Call, source: str, dest: str) -> dict[str, Any]:
    files = call.host.files
    if files.is_directory(dest):
        raise ModuleFailed(f"cannot copy file from '{source}' to '{dest}': dest is already a folder")
    checksum = _sha1(files.read(source))
    forced = bool(call.get("force", default=True))
    changed = not files.is_file(dest) or (forced and _sha1(files.read(dest)) != checksum)
    if changed and not call.check_mode:
        files.copy(source, dest)
    return {"changed": changed, "checksum": checksum}


def _differs(call: Call, dest: str, one: Mapping[str, Any]) -> bool:
    files, path = call.host.files, _below(dest, one["dest"])
    if files.is_directory(path):
        path = _below(path, ntpath.basename(str(one["src"]).replace("/", "\\")))
    if not files.is_file(path):
        return True
    return bool(call.get("force", default=True)) and _sha1(files.read(path)) != one.get("checksum")


def _below(folder: str, name: str) -> str:
    return folder.rstrip("\\") + "\\" + name.replace("/", "\\").strip("\\")


def _sha1(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


HANDLERS: dict[str, Handler] = {"win_copy": win_copy}
