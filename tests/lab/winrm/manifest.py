"""Reads what ansible-core sends to PowerShell on a host: the exec manifest, and the command line that starts it.

Two wire formats exist (reference 1.1, 1.3). Since ansible-core 2.19: a JSON line with exec_wrapper.ps1, a line of four NULs, a JSON line
with scripts and actions, and where the action takes input another line of NULs and that input. Until 2.18: the text of the wrapper,
four NULs and a flat JSON object. Neither is a public interface: `tests/lab_unit/winrm/test_manifest_contract.py` asks ansible-core itself.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from xml.etree import ElementTree

MARK = "\0\0\0\0"
MARK_IN_POWERSHELL = "`0`0`0`0"
MODULE_WRAPPER = "module_wrapper.ps1"
_ENCODED_AGAIN = re.compile(r"powershell(?:\.exe)? [-\w ]+ -EncodedCommand [\w+/=]+", re.IGNORECASE)
_COLLECTION_MODULE = re.compile(r"ansible_collections\.(\w+\.\w+)\.plugins\.modules\.(.+)")
_CORE_MODULE = re.compile(r"ansible\.(?:modules|legacy)\.(.+)")


class UnreadableManifest(ValueError):
    """The input of a bootstrap script is no exec manifest of a known format."""


@dataclass(frozen=True)
class Action:
    """One script of a manifest with its parameters, such as `become_wrapper.ps1` or `psrp_put_file.ps1`."""

    name: str
    params: Mapping[str, Any]
    secure_params: Mapping[str, str]


@dataclass(frozen=True)
class Become:
    """Who a module is to run as. `password` is None where Windows needs none (SYSTEM, a gMSA)."""

    user: str
    password: str | None
    logon_type: str


@dataclass(frozen=True)
class ExecManifest:
    """Everything one call carries: scripts by name (text in base64) and actions, the outermost first."""

    actions: tuple[Action, ...]
    scripts: Mapping[str, Mapping[str, str]]
    wrapper_params: Mapping[str, Any]

    @property
    def entry(self) -> Action:
        """The last action: what runs once all wrappers have done their part."""
        return self.actions[-1]

    def action(self, name: str) -> Action | None:
        return next((action for action in self.actions if action.name == name), None)

    def script_text(self, name: str) -> str:
        """The text of a carried script. Raises KeyError when it is not carried."""
        return base64.b64decode(self.scripts[name]["script"]).decode()

    @property
    def is_module(self) -> bool:
        """Whether a module runs; False for file transfer and the like, and for the text of `ansible.builtin.script`."""
        return self.entry.name == MODULE_WRAPPER and bool(self.entry.params.get("ForModule"))

    @property
    def is_script_text(self) -> bool:
        """Whether the entry is free PowerShell text, as `ansible.builtin.script` sends it; see `entry_text`."""
        return self.entry.name == MODULE_WRAPPER and not self.entry.params.get("ForModule")

    @property
    def entry_text(self) -> str:
        """The PowerShell text of the module or script that the entry runs."""
        return self.script_text(self.entry.params["Script"] if self.entry.name == MODULE_WRAPPER else self.entry.name)

    @property
    def module_name(self) -> str:
        """The fully qualified name of the module; one of ansible-core is `ansible.builtin.X`, however it was called.

        Raises UnreadableManifest when no module wrapper is the entry.
        """
        if self.entry.name != MODULE_WRAPPER:
            raise UnreadableManifest(f"{self.entry.name} is no module")
        name = str(self.entry.params["Script"]).removesuffix(".ps1")
        if match := _COLLECTION_MODULE.fullmatch(name):
            return f"{match[1]}.{match[2]}"
        if match := _CORE_MODULE.fullmatch(name):
            return f"ansible.builtin.{match[1]}"
        return name

    @property
    def arguments(self) -> Mapping[str, Any]:
        """The module's arguments as sent: the user's and Ansible's own (`_ansible_*`). May hold secrets in clear."""
        for variable in self.entry.params.get("Variables") or ():
            if variable.get("Name") == "complex_args":
                value: Mapping[str, Any] = variable["Value"]
                return value
        return {}

    @property
    def module_args(self) -> dict[str, Any]:
        """The user's arguments alone."""
        return {name: value for name, value in self.arguments.items() if not name.startswith("_ansible_")}

    @property
    def check_mode(self) -> bool:
        return bool(self.arguments.get("_ansible_check_mode"))

    @property
    def diff_mode(self) -> bool:
        return bool(self.arguments.get("_ansible_diff"))

    @property
    def environment(self) -> Mapping[str, str]:
        """The task's `environment:`."""
        return self.entry.params.get("Environment") or {}

    @property
    def become(self) -> Become | None:
        action = self.action("become_wrapper.ps1")
        if action is None:
            return None
        user = str(action.params.get("BecomeUser") or "SYSTEM")
        return Become(user, action.secure_params.get("BecomePassword"), str(action.params.get("LogonType") or "Interactive"))


def parse_v2(wrapper_line: str, manifest_line: str) -> ExecManifest:
    """The format of ansible-core 2.19 and later."""
    wrapper, manifest = json.loads(wrapper_line), json.loads(manifest_line)
    actions = tuple(Action(one["name"], one.get("params") or {}, one.get("secure_params") or {}) for one in manifest["actions"])
    return ExecManifest(actions, manifest["scripts"], wrapper.get("params") or {})


class _Part(Enum):
    WRAPPER = auto()
    MANIFEST = auto()
    INPUT = auto()


class ManifestReader:
    """Takes the input of a bootstrap script line by line.

    `feed` returns True for a line that is the action's own input; `end` is called after the last line. `manifest` is None until a line
    of NULs, or the end, has shown it to be whole. Both methods raise UnreadableManifest.
    """

    def __init__(self) -> None:
        self.manifest: ExecManifest | None = None
        self._part = _Part.WRAPPER
        self._wrapper: list[str] = []
        self._manifest: list[str] = []

    def feed(self, line: str) -> bool:
        if self._part is _Part.INPUT:
            return True
        if line == MARK:
            self._next_part()
        elif self._part is _Part.WRAPPER:
            self._wrapper.append(line)
        else:
            self._manifest.append(line)
        return False

    def end(self) -> ExecManifest:
        if self.manifest is None:
            self.manifest = self._parse()
        return self.manifest

    def _next_part(self) -> None:
        if self._part is _Part.WRAPPER:
            self._part = _Part.MANIFEST
        else:
            self.manifest = self._parse()
            self._part = _Part.INPUT

    def _parse(self) -> ExecManifest:
        from .manifest_v1 import parse_v1  # here, because it builds on this file

        wrapper = "\n".join(self._wrapper)
        try:
            if self._manifest and wrapper.startswith("{"):
                return parse_v2(wrapper, "\n".join(self._manifest))
            if MARK in wrapper:
                return parse_v1(wrapper)
        except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
            raise UnreadableManifest(f"cannot read the exec manifest: {type(error).__name__}") from error
        raise UnreadableManifest("the input holds no exec manifest")


def is_bootstrap(script: str) -> bool:
    """Whether a script reads an exec manifest from its input (bootstrap_wrapper.ps1 of either format)."""
    return MARK_IN_POWERSHELL in script


def decode_encoded_command(command_line: str) -> tuple[str, list[str]] | None:
    """(script, arguments) of `powershell ... -EncodedCommand X [-EncodedArguments Y]`; None for any other command line.

    A script that is nothing but such a command line again, as `winrm` of ansible-core 2.17 and 2.18 sends it, is opened too.

    >>> decode_encoded_command("powershell -NoProfile -EncodedCommand MQA=")
    ('1', [])
    """
    words = command_line.replace('"', "").split()
    lower = [word.lower() for word in words]
    flag = next((flag for flag in ("-encodedcommand", "-enc", "-e") if flag in lower[:-1]), None)
    if flag is None:
        return None
    script = _utf16(words[lower.index(flag) + 1])
    if _ENCODED_AGAIN.fullmatch(script.strip()):
        return decode_encoded_command(script)
    if "-encodedarguments" not in lower[:-1]:
        return script, []
    arguments = _utf16(words[lower.index("-encodedarguments") + 1])
    return script, _strings_of_clixml(arguments)


def _utf16(word: str) -> str:
    return base64.b64decode(word).decode("utf-16-le")


def _strings_of_clixml(text: str) -> list[str]:
    """The strings of a serialized list; `_x000A_` stands for a character that XML cannot hold."""
    strings = (element.text or "" for element in ElementTree.fromstring(text).iter() if element.tag.endswith("}S"))
    return [re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), one) for one in strings]
