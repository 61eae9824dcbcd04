"""ansible.windows modules about files: win_file, win_stat, slurp, win_get_url."""

from __future__ import annotations

import base64
import hashlib
import ntpath
import urllib.error
import urllib.request
from typing import Any

from .filesystem import FileProblem
from .module_call import Call, Handler, ModuleFailed
from .paths import expand, normal
from .registry import AccessDenied


async def win_file(call: Call) -> dict[str, Any]:
    files, path = call.host.files, path_of(call, call.need("path", "dest", "name"))
    state = call.get("state") or ("directory" if files.is_directory(path) else "file")
    if state == "directory":
        if files.is_file(path):
            raise ModuleFailed(f"path {path} is not a directory")
        changed = not files.is_directory(path)
        if changed and not call.check_mode:
            files.make_directory(path)
        return {"changed": changed}
    if state == "absent":
        changed = files.exists(path)
        if changed and not call.check_mode:
            files.delete(path)
        return {"changed": changed}
    if state == "touch":
        changed = not files.exists(path)
        if changed and not call.check_mode:
            files.write(path, b"")
        return {"changed": changed}
    if not files.is_file(path):
        raise ModuleFailed(f"path {path} will not be created")
    return {"changed": False}


async def win_stat(call: Call) -> dict[str, Any]:
    files, path = call.host.files, path_of(call, call.need("path", "dest", "name"))
    if not files.exists(path):
        return {"stat": {"exists": False}}
    if files.is_directory(path):
        facts = {"isdir": True, "isreg": False, "size": sum(one.length for one in files.walk() if _is_below(one.path, path))}
        return {"stat": {"exists": True, "path": normal(path), "filename": ntpath.basename(path), **facts}}
    file = files.file(path)
    stat: dict[str, Any] = {
        "exists": True,
        "path": file.path,
        "filename": ntpath.basename(file.path),
        "extension": ntpath.splitext(file.path)[1],
        "isdir": False,
        "isreg": True,
        "islnk": False,
        "isshared": False,
        "size": file.length,
        "creationtime": file.created.timestamp(),
        "lastwritetime": file.modified.timestamp(),
        "lastaccesstime": file.modified.timestamp(),
    }
    if call.get("get_checksum", default=True):
        stat["checksum"] = digest(files.read(path), call.get("checksum_algorithm", default="sha1"))
    return {"stat": stat}


async def slurp(call: Call) -> dict[str, Any]:
    path = path_of(call, call.need("src", "path"))
    if not call.host.files.is_file(path):
        raise ModuleFailed(f"Path {path} is not found")
    return {"content": base64.b64encode(call.host.files.read(path)).decode(), "encoding": "base64", "source": path}


async def win_get_url(call: Call) -> dict[str, Any]:
    """Downloads from the scenario's `downloads`, the world's URLs, or a real server on this machine."""
    url, dest = call.need("url"), path_of(call, call.need("dest"))
    files, algorithm = call.host.files, call.get("checksum_algorithm", default="sha1")
    if files.is_directory(dest):
        dest = dest.rstrip("\\") + "\\" + url.rstrip("/").rpartition("/")[2]
    if not files.is_directory(ntpath.dirname(dest)):
        raise ModuleFailed(
            f"The path '{ntpath.dirname(dest)}' does not exist for destination '{dest}', or is not visible to the current user"
        )
    result: dict[str, Any] = {"url": url, "dest": dest, "elapsed": 0.0, "status_code": 200, "msg": "OK"}
    wanted = call.get("checksum")
    there = digest(files.read(dest), algorithm) if files.is_file(dest) else None
    if there and (there == str(wanted).lower() or (wanted is None and call.get("force") is False)):
        return {**result, "checksum_dest": there, "size": files.file(dest).length}
    content = _download(call, url)
    source = digest(content, algorithm)
    if wanted and source != str(wanted).lower():
        raise ModuleFailed(f"The checksum for {url} did not match '{wanted}', it was '{source}'", **result)
    changed = source != there
    if changed and not call.check_mode:
        files.write(dest, content)
    return {**result, "changed": changed, "checksum_src": source, "checksum_dest": source, "size": len(content)}


def digest(content: bytes, algorithm: str) -> str:
    return hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()


def path_of(call: Call, path: Any) -> str:
    """A path argument with its variables expanded. A share is out of reach of a network logon."""
    expanded = expand(str(path), call.session.environment).replace("/", "\\")
    try:
        call.session.refuse_second_hop(expanded)
    except AccessDenied as denied:
        raise ModuleFailed(str(denied)) from denied
    return expanded


def _download(call: Call, url: str) -> bytes:
    for known in (call.host.downloads, call.host.world.urls):
        if url in known:
            return bytes(known[url])
    if not url.startswith(("http://127.0.0.1", "http://localhost")):
        raise ModuleFailed(f"Error downloading '{url}' to the host: The remote name could not be resolved", url=url)
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:
            content: bytes = reply.read()
    except urllib.error.HTTPError as error:
        raise ModuleFailed(f"Error downloading '{url}': {error.code} {error.reason}", url=url, status_code=error.code) from error
    except OSError as error:
        raise ModuleFailed(f"Error downloading '{url}': {error}", url=url) from error
    return content


def _is_below(path: str, folder: str) -> bool:
    return path.lower().startswith(normal(folder).lower().rstrip("\\") + "\\")


def _readable(handler: Handler) -> Handler:
    """Turns what Windows refuses into the module's failure."""

    async def call_it(call: Call) -> dict[str, Any]:
        try:
            return await handler(call)
        except (FileProblem, AccessDenied, FileNotFoundError) as trouble:
            raise ModuleFailed(str(trouble)) from trouble

    return call_it


HANDLERS: dict[str, Handler] = {
    "win_file": _readable(win_file),
    "win_stat": _readable(win_stat),
    "stat": _readable(win_stat),
    "slurp": _readable(slurp),
    "win_get_url": _readable(win_get_url),
}
