# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an operator wrote, in the terms of the product and of the host. Wrong input ends here, before any host is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PureWindowsPath
from typing import Any

from ..._scom.management_server.decide import wanted_release
from ..._scom.management_server.observation import Wanted
from ..._scom.management_server.order import first_management_server
from ..._scom.management_server.prerequisites import ALL_RULES
from ..._scom.management_server.prerequisites.options import MediaWanted, Options
from ..._scom.releases.releases import Release
from ..._scom.setup import command_line
from ..._upgrade.accounts import Account, AccountKind, kind_by_name
from ..._upgrade.logons import given_two_passwords
from ..._upgrade.rules import UnusableName, waived_and_raised
from ..._upgrade.steps import Refused
from ..._upgrade.texts import NOTHING_STARTED
from ..._windows.upgrade_action import Stop
from .variables import PRODUCT

DAS_KINDS = {"user": AccountKind.PASSWORD, "gmsa": AccountKind.GMSA}


def wanted_target(options: Mapping[str, Any], host: str) -> Release:
    """The release an operator named. Ends the action when there is none of that name."""
    release = wanted_release(options["target"], host)
    if isinstance(release, Refused):
        raise Stop(release.text(), step="refused", refusal=release.as_result())
    return release


def wanted(options: Mapping[str, Any], target: Release) -> Wanted:
    """What is wanted of the server. Options that a module has not keep their defaults."""
    named = options["first_management_server"]
    return Wanted(
        target,
        first_management_server(options["management_servers"], named),
        restart_lost=bool(options.get("restart_lost")),
        first_was_named=bool(named),
        may_restart=bool(options.get("reboot", True)),
    )


def setup_account(options: Mapping[str, Any]) -> Account:
    """The account that setup and the questions to SQL Server run under."""
    try:
        return Account.from_option(options["setup_account"])
    except ValueError as error:
        raise Stop(f"{PRODUCT.named('setup_account')}: {error}; {NOTHING_STARTED}") from error


def judged_options(options: Mapping[str, Any], target: Release) -> Options:
    """The options of the prerequisites' rules."""
    given = passwords(options)
    names = {role: options[f"{role}_account"].get("name") or "" for role in given}
    if told := given_two_passwords({PRODUCT.named(f"{role}_account"): (names[role], password) for role, password in given.items()}):
        raise Stop(f"{told}: one of them is wrong, and a wrong one counts against its lockout. Neither was tried; {NOTHING_STARTED}.")
    return Options(
        target=target,
        media=_media(options["media"]),
        setup=Account.named(options["setup_account"]["name"]),
        das=_das(options["das_account"]),
        data_reader=Account.named(options["data_reader_account"]["name"]),
        backup_max_age_hours=options["backup_max_age_hours"],
    )


def passwords(options: Mapping[str, Any]) -> dict[str, str]:
    """The passwords given, by the role of their account in the upgrade."""
    given = {role: options[f"{role}_account"].get("password") for role in ("setup", "das", "data_reader")}
    return {role: password for role, password in given.items() if password}


def know_rules(options: Mapping[str, Any]) -> None:
    """Ends the action when a rule that is waived or raised does not exist, is both, or cannot be waived."""
    try:
        waived_and_raised(ALL_RULES, options["waive"], options["raise"])
    except UnusableName as error:
        raise Stop(f"{PRODUCT.named('waive')} or {PRODUCT.named('raise')}: {error}; {NOTHING_STARTED}") from error


def setup_command(options: Mapping[str, Any]) -> command_line.CommandLine:
    """The command line of setup. Ends the action when a switch is unknown, missing or has a value it cannot take."""
    if not options["accept_license"]:
        raise Stop(
            f"{PRODUCT.named('accept_license')} is not true: setup is started only for somebody "
            "who accepts the licence terms of the target release. Read them, set it to true and run again; nothing was started."
        )
    return _accepted_command(options)


def foresee_setup_command(options: Mapping[str, Any]) -> list[str]:
    """Ends the action for accounts and switches that setup cannot be started with. Returns what to warn of: a licence has time still."""
    _accepted_command(options)
    if options["accept_license"] is not False:
        return []
    return [
        f"{PRODUCT.named('accept_license')} is not true: the upgrade starts nothing before somebody "
        "accepts the licence terms of the target release. Read them, and set it to true before the window."
    ]


def _accepted_command(options: Mapping[str, Any]) -> command_line.CommandLine:
    das, data_reader = options["das_account"], options["data_reader_account"]
    try:
        return command_line.management_server_upgrade(
            _with_password(_das(das), das),
            _with_password(Account(data_reader["name"]), data_reader),
            accept_license=True,
            extra={name: _switch_value(value) for name, value in options["switches"].items()},
        )
    except command_line.CommandLineError as error:
        options_at_fault = " or ".join(map(PRODUCT.named, ("switches", "das_account", "data_reader_account")))
        raise Stop(f"setup cannot be started like this: {error}. Correct {options_at_fault} and run again; {NOTHING_STARTED}.") from error


def setup_path(options: Mapping[str, Any]) -> str:
    """Absolute path of setup.exe on the host."""
    return _media(options["media"]).setup


def _media(media: Mapping[str, Any]) -> MediaWanted:
    # Windows takes both slashes, setup's command line does not.
    folder = str(PureWindowsPath(media["path"]))
    if not PureWindowsPath(folder).is_absolute() or folder.startswith("\\\\"):
        raise Stop(
            f"{PRODUCT.named('media.path')} is {media['path']}: setup is run from a local folder of the server "
            "only, such as D:\\media\\SCOM2025. Give the share or URL as scom_media.source to have it copied there. Nothing was started."
        )
    return MediaWanted(folder, (media.get("sha256") or "").lower(), bool(media.get("may_be_missing")))


def _das(das: Mapping[str, Any]) -> Account:
    if das["type"] == "local_system":
        return Account("LocalSystem", AccountKind.SYSTEM)
    name = das.get("name")
    if not name:
        raise Stop(f"{PRODUCT.named('das_account')}: a name is needed for the type {das['type']}; {NOTHING_STARTED}")
    if das["type"] == "gmsa" and kind_by_name(name) is not AccountKind.GMSA:
        raise Stop(f"{PRODUCT.named('das_account')}: {name} is no group managed service account, whose name ends with $; {NOTHING_STARTED}")
    return Account(name, DAS_KINDS[das["type"]])


def _with_password(account: Account, option: Mapping[str, Any]) -> Account:
    return replace(account, password=option.get("password")) if account.kind is AccountKind.PASSWORD else account


def _switch_value(value: Any) -> str | bool:
    return value if isinstance(value, bool) else str(value)
