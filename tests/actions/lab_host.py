"""The collection's own `Host`, whose connection ends in the lab of the same process.

A module's call skips what ansible-core builds for PowerShell, and brings everything else: its arguments as JSON, check mode, become,
environment. Ansible's own action plugins (win_copy, win_reboot) run as they are, and what they send is read as the front end reads it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.host import Host

from tests.actions.line import Line
from tests.actions.run import current_run
from tests.lab.winrm.machine import Result
from tests.lab.winrm.manifest import MODULE_WRAPPER, Action, ExecManifest

PAYLOAD = 1 << 19


class LabHost(Host):
    """Made in the place of `Host` by the action that a test runs."""

    def __init__(self, name: str, action: Any, connection: Any, task_vars: Mapping[str, Any]) -> None:
        super().__init__(name, action, connection, task_vars)
        self._wire = Wire(connection)

    def _execute(self, module: str, arguments: dict[str, Any]) -> dict[str, Any]:
        with self._told_as_lost():
            result = self._wire.of_the_plugin(self._wire.manifest)(self._manifest(module, arguments))
        return {**json.loads(result.output[-1]), "_ansible_parsed": True}

    def _manifest(self, module: str, arguments: dict[str, Any]) -> ExecManifest:
        given, environment = dict(arguments), {}
        self._action._update_module_args(module, given, self._task_vars)
        self._action._compute_environment_string(environment)
        collection, _unused, name = module.rpartition(".")
        params = {
            "Script": f"ansible_collections.{collection}.plugins.modules.{name}.ps1",
            "ForModule": True,
            "Variables": [{"Name": "complex_args", "Value": json.loads(json.dumps(given))}],
            "Environment": environment,
        }
        return ExecManifest((*_become(self._connection.become), Action(MODULE_WRAPPER, params, {})), {}, {})


class Wire:
    """Takes the place of psrp's way to a host: the methods of the plugin that would open a socket, and no others."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        run = current_run()
        assert run, "an action asks only while it runs"
        self._run = run
        self._line: Line = run.world.line(connection)
        for name in ("_connect", "close", "reset", "_exec_psrp_script", "put_file", "fetch_file"):
            setattr(connection, name, self.of_the_plugin(getattr(self, name.lstrip("_"))))

    def of_the_plugin(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """The method behind a frame of the plugin's module: an error of the line is told by where it was raised."""
        return partial(FunctionType(_call.__code__, {"__name__": type(self._connection).__module__}), method)

    def manifest(self, manifest: ExecManifest, lines: Iterable[str] = ()) -> Result:
        self.connect()
        result: Result = self._run.ask(self._line.manifest(manifest, list(lines)))
        return result

    def connect(self) -> Any:
        self._connection._build_kwargs()
        self._run.ask(self._line.open())
        self._connection._connected = True
        # What the plugin asks it for before it sends anything.
        self._connection.runspace = SimpleNamespace(connection=SimpleNamespace(max_payload_size=PAYLOAD), state=None)
        return self._connection

    def close(self) -> None:
        self._line.close()
        self._connection._connected = False

    def reset(self) -> None:
        self.close()
        self.connect()

    def exec_psrp_script(
        self,
        script: str,
        input_data: Iterable[Any] | bytes | str | None = None,
        use_local_scope: bool = True,
        arguments: Iterable[Any] | None = None,
    ) -> tuple[int, bytes, bytes]:
        # ansible-core before 2.19 gives one text, later ones its lines.
        whole = input_data.decode() if isinstance(input_data, bytes) else input_data
        lines = [whole] if isinstance(whole, str) else [str(line) for line in whole or ()]
        result: Result = self._run.ask(self._line.script(script, [str(one) for one in arguments or ()], lines))
        code = result.code or int(result.had_errors)
        return code, "\r\n".join(result.output).encode(), "\r\n".join(result.errors).encode()

    def put_file(self, in_path: str, out_path: str) -> None:
        content = base64.b64encode(Path(in_path).read_bytes()).decode()
        self._transfer("psrp_put_file.ps1", {"Path": self._unquoted(out_path)}, [content])

    def fetch_file(self, in_path: str, out_path: str) -> None:
        result = self._transfer("psrp_fetch_file.ps1", {"Path": self._unquoted(in_path), "BufferSize": PAYLOAD}, [])
        if result.output[0] == "[FILE]":
            Path(out_path).write_bytes(b"".join(base64.b64decode(piece) for piece in result.output[1:]))

    def _transfer(self, script: str, params: Mapping[str, Any], lines: list[str]) -> Result:
        result = self.manifest(ExecManifest((Action(script, params, {}),), {}, {}), lines)
        if result.had_errors or result.code:
            raise AnsibleError(f"failed to transfer file: {' '.join(result.errors)}")
        return result

    def _unquoted(self, path: str) -> str:
        return str(self._connection._shell._unquote(path))


def _call(method: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    return method(*arguments, **named)


def _become(plugin: Any) -> list[Action]:
    if plugin is None:
        return []
    password = plugin.get_option("become_pass")
    params = {"BecomeUser": plugin.get_option("become_user"), "LogonType": "Interactive"}
    return [Action("become_wrapper.ps1", params, {"BecomePassword": password} if password else {})]
