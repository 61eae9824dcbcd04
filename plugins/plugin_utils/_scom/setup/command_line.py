# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The silent command line of setup.exe, built from checked options, with every secret kept apart from its text (3)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..._installer.quoting import UnquotableValue, quoted
from ..._upgrade.accounts import Account, AccountKind, kind_by_name
from ..releases.releases import Release
from .command_switches import LICENSE, SetupCommand, SetupComponent, Switch, ValueKind, Verb, setup_command

__all__ = [
    "CommandLine",
    "CommandLineError",
    "ConflictingSwitches",
    "InvalidValue",
    "MissingSwitch",
    "Secret",
    "SetupComponent",
    "UnknownSwitch",
    "Verb",
    "build",
    "managed_accounts_supported",
    "management_server_upgrade",
]

# CreateProcess takes 32,767 characters in all (windows-tasks 3.1 D); the rest is room for the quoted path of setup.exe.
LONGEST = 32_000

# What the options of an upgrade say already: a second word on it would silently lose, or win.
_DECIDED = frozenset(
    {LICENSE.name, "UseLocalSystemDASAccount", "DASAccountUser", "DASAccountPassword", "DataReaderUser", "DataReaderPassword"}
)
_SECRET_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_PLACEHOLDER = "{secret:"


class CommandLineError(ValueError):
    """Options that setup must not be started with; no message holds a secret."""


class UnknownSwitch(CommandLineError):
    """A switch the component does not have; setup would ignore it without a word."""


class MissingSwitch(CommandLineError):
    """A switch the documented command needs."""


class ConflictingSwitches(CommandLineError):
    """Two switches of which only one may be given."""


class InvalidValue(CommandLineError):
    """A value that its switch cannot take."""


@dataclass(frozen=True)
class Secret:
    """A password with the name it goes by on the way to the host; its text is in no representation."""

    name: str
    text: str = field(repr=False)


Value = str | bool | Secret


@dataclass(frozen=True)
class CommandLine:
    """What setup.exe is started with.

    ``arguments``: one string, verbatim, with ``{secret:NAME}`` where a secret goes; it may be shown and stored.
    ``secrets``: NAME -> the text to put there, quoted already; it may be neither.
    """

    arguments: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def build(component: SetupComponent, options: Mapping[str, Value], verb: Verb = Verb.UPGRADE) -> CommandLine:
    """The command line of a component from switches and their values; flags take ``True``, or ``False`` to be left out.

    Raises UnknownSwitch, MissingSwitch, ConflictingSwitches or InvalidValue, each a CommandLineError naming the switch.

    >>> build(SetupComponent.CONSOLE, {"AcceptEndUserLicenseAgreement": "1"}).arguments
    '/silent /upgrade /AcceptEndUserLicenseAgreement:1'
    """
    command = setup_command(component, verb)
    given = {name: value for name, value in options.items() if value is not False}
    for name in given:
        if command.switch(name) is None:
            raise _unknown(name, command)
    _check_together(command, given)
    secrets: dict[str, str] = {}
    words = [f"/{word}" for word in command.words]
    # In the order of the table, which is that of the documented line, whatever order the options came in.
    words += [_word(switch, given[switch.name], secrets) for switch in command.switches if switch.name in given]
    arguments = " ".join(words)
    if len(arguments) + sum(map(len, secrets.values())) > LONGEST:
        raise InvalidValue(f"the command line is longer than {LONGEST} characters")
    return CommandLine(arguments, secrets)


def management_server_upgrade(
    das: Account, data_reader: Account, *, accept_license: bool, extra: Mapping[str, Value] | None = None
) -> CommandLine:
    """The documented upgrade of a management server (3 D; a managed account without a password switch: U).

    Their passwords go by the names ``das_password`` and ``data_reader_password``.
    ``extra`` are further switches of the component. Raises CommandLineError, MissingSwitch when the licence is not accepted,
    ConflictingSwitches for one of ``extra`` that licence and accounts decide.
    """
    options: dict[str, Value] = {**(extra or {})}
    if taken := sorted(options.keys() & _DECIDED):
        raise ConflictingSwitches(f"{', '.join('/' + name for name in taken)}: given by the licence's and the accounts' own options")
    if accept_license:
        options[LICENSE.name] = "1"
    if das.kind is AccountKind.SYSTEM:
        options["UseLocalSystemDASAccount"] = True
    else:
        options |= _pair("DASAccountUser", "DASAccountPassword", das, "das_password")
    options |= _pair("DataReaderUser", "DataReaderPassword", data_reader, "data_reader_password")
    return build(SetupComponent.MANAGEMENT_SERVER, options)


def managed_accounts_supported(target: Release) -> bool:
    """Whether media of the release know group managed service accounts: they came with 2019 UR1, and media are RTM (3 D)."""
    return target >= Release.R2022


def _pair(user: str, password: str, account: Account, secret: str) -> dict[str, Value]:
    return {user: account.name, **({password: Secret(secret, account.password)} if account.password else {})}


def _is_managed(user: str) -> bool:
    return kind_by_name(user) is AccountKind.GMSA


def _unknown(name: str, command: SetupCommand) -> UnknownSwitch:
    by_folded = {switch.name.casefold(): switch.name for switch in command.switches}
    near = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.5)
    hint = f"; did you mean /{by_folded[near[0]]}?" if near else ""
    return UnknownSwitch(f"/{name} is no switch of {command.component.value} {command.verb.value}, setup would silently ignore it{hint}")


def _check_together(command: SetupCommand, given: Mapping[str, Value]) -> None:
    for alternatives in command.required:
        if not any(name in given for name in alternatives):
            raise MissingSwitch(f"{command.component.value} {command.verb.value} needs {' or '.join('/' + name for name in alternatives)}")
    for switch in command.switches:
        if switch.name not in given:
            continue
        if switch.instead_of in given:
            raise ConflictingSwitches(f"/{switch.name} is given instead of /{switch.instead_of}, not beside it")
        if switch.kind is ValueKind.ACCOUNT:
            _check_password(switch, given)
    _check_lonely_passwords(command, given)


def _check_password(switch: Switch, given: Mapping[str, Value]) -> None:
    managed = _is_managed(str(given[switch.name]))
    if managed and switch.password in given:
        raise ConflictingSwitches(f"/{switch.name} is a managed service account: /{switch.password} must not be given")
    if not managed and switch.password not in given:
        raise MissingSwitch(f"/{switch.name} needs /{switch.password}")


def _check_lonely_passwords(command: SetupCommand, given: Mapping[str, Value]) -> None:
    for switch in command.switches:
        if switch.password in given and switch.name not in given:
            raise MissingSwitch(f"/{switch.password} needs /{switch.name}")


def _word(switch: Switch, value: Value, secrets: dict[str, str]) -> str:
    if switch.kind is ValueKind.FLAG:
        if value is not True:
            raise InvalidValue(f"/{switch.name} takes no value")
        return f"/{switch.name}"
    if switch.kind is ValueKind.SECRET:
        return f"/{switch.name}:{_placeholder(switch, value, secrets)}"
    return f"/{switch.name}:{_text(switch, value)}"


def _placeholder(switch: Switch, value: Value, secrets: dict[str, str]) -> str:
    if not isinstance(value, Secret):
        raise InvalidValue(f"/{switch.name} takes a secret")
    if not _SECRET_NAME.fullmatch(value.name):
        raise InvalidValue(f"/{switch.name}: a secret's name has letters, digits and underscores only")
    text = _quoted(switch, value.text)
    if secrets.setdefault(value.name, text) != text:
        raise InvalidValue(f"/{switch.name}: another secret has the name {value.name} already")
    return f"{_PLACEHOLDER}{value.name}}}"


def _text(switch: Switch, value: Value) -> str:
    if not isinstance(value, str):
        raise InvalidValue(f"/{switch.name} takes a text")
    if switch.choices and value not in switch.choices:
        raise InvalidValue(f"/{switch.name} takes {' or '.join(switch.choices)}, not {value!r}")
    if _PLACEHOLDER in value:
        # It would be replaced by the secret on the host and end up in clear where nobody looks for one.
        raise InvalidValue(f"/{switch.name}: the value holds the mark of a secret")
    return _quoted(switch, value)


def _quoted(switch: Switch, value: str) -> str:
    try:
        return quoted(value)
    except UnquotableValue as wrong:
        raise InvalidValue(f"/{switch.name}: {wrong}") from None
