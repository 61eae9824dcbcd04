r"""The scenario's description of one host, and how it becomes a `SimulatedHost`.

Everything is optional. A host without any description is a healthy Windows Server 2022 with an administrator.

```yaml
os: "2019"                       # 2016, 2019, 2022, 2025, a build number, or {name|build, revision, edition, installation_type,
                                 #   product_type, time_zone, ui_culture, ansi_code_page}
memory_gb: 16
cores: 4                         # logical processors are twice that unless `logical_processors` says otherwise
disks: {"C:": {size_gb: 127, free_gb: 80}, "D:": {size_gb: 200, free_gb: 150}}
clock_skew: 0                    # seconds the host is ahead
uptime_seconds: 259200
connection: {user: CONTOSO\admin, password: secret}    # added to the accounts; administrator: true unless it says false
accounts:                        # DOMAIN\x and x@domain belong to the domain, which all hosts of a world share; others to the host
  CONTOSO\svc-setup:
    password: secret
    administrator: true
    rights: [SeBatchLogonRight]
    groups: [CONTOSO\SCOM Admins]
    enabled: true                # locked, expired, must_change, restricted: false
    password_expires_utc: null
    encryption_types: 24         # msDS-SupportedEncryptionTypes
    is_managed_service_account: false
groups: {S-1-5-32-544: [CONTOSO\SCOM Admins]}          # local groups by SID; adds members
rights: {SeDenyBatchLogonRight: [CONTOSO\tier0]}       # adds holders
services:
  OMSDK: {display_name: ..., status: running, start_mode: auto, delayed: false, account: CONTOSO\svc-das, image_path: ...,
          start_seconds: 0, stop_seconds: 0, fails_to_start: false}
registry:
  HKLM\SOFTWARE\Example: {Name: text, Number: 7, List: [a, b], Bytes: {type: binary, value: 00ff}}
  HKLM\SOFTWARE\Empty: null                         # `denied_keys: [...]` for keys nobody may read
files:
  C:\Media\setup.exe: {size: 1048576, version: 10.25.10132.0, product_version: ..., product_name: ..., program: scom_setup}
  C:\Temp\a.txt: the text                            # or {text|base64: ..., locked: true, denied: true}
directories: [D:\Empty]
programs: [{name: ..., version: ..., publisher: ..., product_code: ..., view: "64"}]
processes: [{name: mmc, session_id: 2, user: ..., title: ...}]
features: {Web-Server: installed}
dotnet_release: 528449           # null: no .NET Framework 4
dotnet_35: false
vc_runtimes: {x64: 14.36.32532.0}
certificates: {My: [{thumbprint: ...}]}
scheduled_tasks: {\Example: [{name: ..., state: ready}]}
events: [{log: Operations Manager, id: 26319, level: 2, provider: ..., seconds_ago: 3600}]
listeners: [5723, 5724]          # 5985 and 5986 are always there
web: {/OperationsManager: {status: 200, body: text, content_type: text/html}}
downloads: {https://media.example/scom.iso: the text}     # what win_get_url finds; {base64: ...} for bytes
pending_reboot: [component_servicing, {reason: file_renames, detail: [C:\x.tmp]}]
audit: {process_creation: true, command_line: true}
times: {reboot_down_seconds: 0.3, delayed_start_seconds: 0.5, answer_seconds: 0, task_start_seconds: 0}
faults: [...]                    # faults.py
```
An unknown word is refused by name.
"""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .clock import parse
from .directory import Directory
from .filesystem import Disk, VersionInfo
from .inventory import Event, InstalledProgram
from .operating_system import operating_system
from .registry import value_of_specification
from .services import Service

if TYPE_CHECKING:
    from .host import SimulatedHost

GIB = 1024**3
Spec = Mapping[str, Any]


class UnknownWord(ValueError):
    """A scenario says something of a host that no simulated host knows."""


def build(kind: type[SimulatedHost], world: Any, name: str, spec: Spec, directory: Directory | None) -> SimulatedHost:
    """Makes the host; nothing of it is journalled. Raises UnknownWord, ValueError, KeyError for a bad description."""
    if unknown := set(spec) - set(_READERS) - {"clock_skew"}:
        raise UnknownWord(f"{name}: unknown in a host's description: {', '.join(sorted(unknown))}")
    host = kind(world, name, directory=directory, skew_seconds=spec.get("clock_skew", 0))
    host.is_loading = True
    for word, read in _READERS.items():
        if word in spec and (spec[word] is not None or word == "dotnet_release"):
            read(host, spec[word])
    host.os.write_registry(host.registry)
    _write_dotnet(host)
    host.is_loading = False
    return host


def _os(host: SimulatedHost, spec: Any) -> None:
    host.os = operating_system(spec)


def _memory(host: SimulatedHost, spec: float) -> None:
    host.hardware.memory_bytes = int(spec * GIB)


def _cores(host: SimulatedHost, spec: int) -> None:
    host.hardware.cores, host.hardware.logical_processors = spec, 2 * spec


def _logical_processors(host: SimulatedHost, spec: int) -> None:
    host.hardware.logical_processors = spec


def _disks(host: SimulatedHost, spec: Spec) -> None:
    for letter, disk in spec.items():
        size = int(disk.get("size_gb", 127) * GIB)
        host.disks[letter.upper().rstrip("\\").rstrip(":") + ":"] = Disk(size, int(disk.get("free_gb", disk.get("size_gb", 127) / 2) * GIB))


def _uptime(host: SimulatedHost, spec: float) -> None:
    host.boot_time = host.clock.now() - timedelta(seconds=spec)


def _connection(host: SimulatedHost, spec: Spec) -> None:
    host.accounts.add(spec["user"], password=spec["password"], administrator=bool(spec.get("administrator", True)))


def _accounts(host: SimulatedHost, spec: Mapping[str, Spec]) -> None:
    for name, account in spec.items():
        facts = dict(account or {})
        if facts.get("password_expires_utc"):
            facts["password_expires"] = parse(str(facts["password_expires_utc"]))
        facts.pop("password_expires_utc", None)
        rights = tuple(facts.pop("rights", ()))
        host.accounts.add(name, administrator=bool(facts.pop("administrator", False)), rights=rights, **facts)


def _groups(host: SimulatedHost, spec: Mapping[str, list[str]]) -> None:
    for sid, members in spec.items():
        known = host.accounts.groups.setdefault(host.accounts.sid_of(sid) or sid, [])
        known += [member for member in members if member not in known]


def _rights(host: SimulatedHost, spec: Mapping[str, list[str]]) -> None:
    for right, holders in spec.items():
        for holder in holders:
            host.accounts.grant(right, holder)


def _services(host: SimulatedHost, spec: Mapping[str, Spec]) -> None:
    for name, service in spec.items():
        host.services.add(Service(name, **(service or {})))


def _registry(host: SimulatedHost, spec: Mapping[str, Spec | None]) -> None:
    for key, values in spec.items():
        host.registry.create(key)
        for name, value in (values or {}).items():
            data, kind = value_of_specification(value)
            host.registry.set(key, name, data, kind)


def _denied_keys(host: SimulatedHost, spec: list[str]) -> None:
    for key in spec:
        host.registry.create(key, denied=True)


def _files(host: SimulatedHost, spec: Mapping[str, Any]) -> None:
    for path, content in spec.items():
        if not isinstance(content, Mapping):
            host.files.write(path, "" if content is None else str(content))
            continue
        version = content.get("version")
        resource = VersionInfo(version, content.get("product_version", version), content.get("product_name")) if version else None
        facts: dict[str, Any] = {"version_info": resource, "program": content.get("program"), "size": content.get("size")}
        file = host.files.write(path, _bytes(content), **facts)
        file.locked, file.denied = bool(content.get("locked")), bool(content.get("denied"))


def _directories(host: SimulatedHost, spec: list[str]) -> None:
    for path in spec:
        host.files.make_directory(path)


def _programs(host: SimulatedHost, spec: list[Spec]) -> None:
    host.inventory.programs += [InstalledProgram(**program) for program in spec]


def _processes(host: SimulatedHost, spec: list[Spec]) -> None:
    for process in spec:
        host.processes.spawn(**process)


def _inventory(field: str) -> Any:
    def read(host: SimulatedHost, spec: Any) -> None:
        setattr(host.inventory, field, spec)

    return read


def _dotnet(host: SimulatedHost, spec: int | None) -> None:
    host.inventory.dotnet_release = spec or None


def _events(host: SimulatedHost, spec: list[Spec]) -> None:
    for event in spec:
        facts = {key: value for key, value in event.items() if key != "seconds_ago"}
        host.events.append(Event(time=host.clock.now() - timedelta(seconds=event.get("seconds_ago", 0)), **facts))


def _listeners(host: SimulatedHost, spec: list[int]) -> None:
    host.listeners |= set(spec)


def _web(host: SimulatedHost, spec: Mapping[str, Spec]) -> None:
    for path, page in spec.items():
        host.inventory.web[path] = (page.get("status", 200), str(page.get("body", "")).encode(), page.get("content_type", "text/html"))


def _downloads(host: SimulatedHost, spec: Mapping[str, Any]) -> None:
    host.downloads |= {url: _bytes(content) if isinstance(content, Mapping) else str(content).encode() for url, content in spec.items()}


def _pending_reboot(host: SimulatedHost, spec: list[Any]) -> None:
    for one in spec:
        reason, detail = (one["reason"], one.get("detail", [])) if isinstance(one, Mapping) else (str(one), [])
        host.pending_reboot.add(reason, *detail)


def _audit(host: SimulatedHost, spec: Spec) -> None:
    host.inventory.process_creation_audited = spec.get("process_creation")
    host.inventory.command_line_audited = bool(spec.get("command_line"))


def _times(host: SimulatedHost, spec: Spec) -> None:
    host.times = dataclasses.replace(host.times, **spec)


def _faults(host: SimulatedHost, spec: list[Spec]) -> None:
    for fault in spec:
        host.faults.add(fault)


_READERS: dict[str, Any] = {  # in the order they are read: disks before files, accounts before who is in which group
    "os": _os,
    "memory_gb": _memory,
    "cores": _cores,
    "logical_processors": _logical_processors,
    "disks": _disks,
    "uptime_seconds": _uptime,
    "times": _times,
    "connection": _connection,
    "accounts": _accounts,
    "groups": _groups,
    "rights": _rights,
    "services": _services,
    "registry": _registry,
    "denied_keys": _denied_keys,
    "directories": _directories,
    "files": _files,
    "programs": _programs,
    "processes": _processes,
    "features": _inventory("features"),
    "dotnet_release": _dotnet,
    "dotnet_35": _inventory("has_dotnet_35"),
    "vc_runtimes": _inventory("vc_runtimes"),
    "certificates": _inventory("certificates"),
    "scheduled_tasks": _inventory("scheduled_tasks"),
    "events": _events,
    "listeners": _listeners,
    "web": _web,
    "downloads": _downloads,
    "pending_reboot": _pending_reboot,
    "audit": _audit,
    "faults": _faults,
}


def _bytes(content: Mapping[str, Any]) -> bytes:
    if "base64" in content:
        return base64.b64decode(content["base64"])
    return str(content.get("text", "")).encode()


def _write_dotnet(host: SimulatedHost) -> None:
    """Setups read .NET's presence from the registry (powershell-probes 1.11-1.16 D)."""
    frameworks = r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP"
    if host.inventory.dotnet_release:
        host.registry.set(rf"{frameworks}\v4\Full", "Release", host.inventory.dotnet_release)
    if host.inventory.has_dotnet_35:
        host.registry.set(rf"{frameworks}\v3.5", "Install", 1)
