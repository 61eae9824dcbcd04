"""What ansible-core's own code sends: exec manifests, and calls through its real connection plugins."""

from __future__ import annotations

import base64
import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible.executor.powershell import module_manifest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.connection import ConnectionBase
from ansible.plugins.loader import connection_loader
from ansible.release import __version__ as core_version

from .served import Served

CORE = tuple(int(part) for part in core_version.split(".")[:2])
frames_as_since_2_19 = pytest.mark.skipif(CORE < (2, 19), reason=f"ansible-core {core_version} sends the format of before 2.19")

MODULE = b"#!powershell\n#AnsibleRequires -CSharpUtil Ansible.Basic\n$module = [Ansible.Basic.AnsibleModule]::Create($args, @{})\n"
COLLECTION_MODULES = "ansible_collections.systemcenter.upgrade.plugins.modules"
COMMAND_LINE = "PowerShell -NoProfile -NonInteractive -ExecutionPolicy Unrestricted -EncodedCommand "
USER, PASSWORD = "LAB\\boss", "B0ss"


def exec_manifest(**changes: Any) -> bytes:
    """The input of a module call, `host_probe` unless `changes` say otherwise."""
    arguments: dict[str, Any] = {
        "name": f"{COLLECTION_MODULES}.host_probe",
        "module_data": MODULE,
        "module_path": "/x/host_probe.ps1",
        "module_args": {},
        "environment": {},
        "async_timeout": 0,
        "become_plugin": None,
        "substyle": "powershell",
        "task_vars": {},
        "profile": "legacy",
    }
    data: bytes = _call(module_manifest._create_powershell_wrapper, **(arguments | changes))
    return data


def _call(function: Callable[..., Any], **known: Any) -> Any:
    """Calls with the arguments this version of ansible-core takes."""
    return function(**{name: value for name, value in known.items() if name in inspect.signature(function).parameters})


def psrp(served: Served, *, tls: bool = False, auth: str = "negotiate", **options: Any) -> ConnectionBase:
    """An unconnected `psrp` connection; HTTPS validates the lab's certificate."""
    own: dict[str, Any] = {"protocol": "https" if tls else "http", "auth": auth, "read_timeout": 5, "operation_timeout": 3}
    if auth == "basic" and not tls:
        own["message_encryption"] = "never"
    if tls:
        own["ca_cert"] = str(served.front.certificate.path) if served.front.certificate else None
    return _connection("psrp", served, tls, own | options)


def winrm(served: Served, *, tls: bool = False, transport: str = "ntlm", **options: Any) -> ConnectionBase:
    own: dict[str, Any] = {"scheme": "https" if tls else "http", "transport": [transport], "connection_timeout": 3}
    served_options = {"ansible_winrm_server_cert_validation": "ignore"} if tls else {}
    return _connection("winrm", served, tls, own | options, served_options)


def unencrypted(connect: Callable[..., ConnectionBase], served: Served, **options: Any) -> ConnectionBase:
    """A connection whose next socket can carry on where the last one was cut; message encryption is bound to its socket."""
    own = {"auth": "basic"} if connect is psrp else {"transport": "plaintext"}
    return connect(served, **own, **options)


def _connection(kind: str, served: Served, tls: bool, options: dict[str, Any], variables: dict[str, Any] | None = None) -> ConnectionBase:
    connection: ConnectionBase = connection_loader.get(kind, PlayContext(), "/dev/null")
    where = {"remote_addr": "127.0.0.1", "port": served.https if tls else served.http}
    who = {"remote_user": USER, "remote_password": PASSWORD}
    connection.set_options(direct=where | who | options, var_options={"_extras": variables or {}, **(variables or {})})
    return connection


def call_module(connection: ConnectionBase, module: bytes = MODULE, **arguments: Any) -> tuple[int, dict[str, Any]]:
    """(exit code, result) of `host_probe` called as ActionBase does it: the bootstrap script, the manifest as its input."""
    script = module_manifest._get_powershell_script("bootstrap_wrapper.ps1").decode()
    command = COMMAND_LINE + base64.b64encode(script.encode("utf-16-le")).decode()
    code, output, _errors = connection.exec_command(
        command, in_data=exec_manifest(module_data=module, module_args=arguments), sudoable=False
    )
    return code, json.loads(output)


Connect = Callable[..., ConnectionBase]
BOTH = pytest.mark.parametrize("connect", [psrp, winrm], ids=["psrp", "winrm"])
