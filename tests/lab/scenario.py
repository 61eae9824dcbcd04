"""A scenario: the description of a world as people write it in YAML. `README.md` beside this file explains every key.

Reading is strict: a key nobody knows, a value of the wrong type, a name that is nowhere defined are refused with their path.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from tests.lab.products.dataminer import topology
from tests.lab.products.dataminer.plan import DataMinerSpec
from tests.lab.products.scom.builds import BUILDS, build_of
from tests.lab.products.scom.plan import ScomSpec, ServerSpec, SetupPlan, SetupSpec, Uncertain
from tests.lab.strict import ScenarioError, read, refuse_unknown

SUCCESSOR = {"2012 R2": "2016", "2016": "2019", "1801": "2019", "1807": "2019", "2019": "2022", "2022": "2025", "2025": "2025"}


@dataclass(frozen=True)
class ConnectionSpec:
    """How the inventory reaches the hosts, and how patient it is (seconds)."""

    plugin: Literal["psrp", "winrm"] = "psrp"
    protocol: Literal["http", "https"] = "http"
    auth: Literal["basic", "ntlm"] = "basic"
    operation_timeout: int = 20
    read_timeout: int = 30


@dataclass(frozen=True)
class AccountSpec:
    """One Windows account, known on every host.

    `given_password` and `given_name` are what the inventory says when that differs from the truth. `rights` are held on every host;
    `not_admin_on` and `without_rights_on` list hosts that are exceptions.
    """

    name: str = ""
    password: str = ""
    given_name: str | None = None
    given_password: str | None = None
    kind: Literal["user", "gmsa", "local_system"] = "user"
    exists: bool = True
    local_admin: bool = True
    sysadmin: bool = False
    operations_manager_administrator: bool = False
    rights: list[str] = field(default_factory=list)
    not_admin_on: list[str] = field(default_factory=list)
    without_rights_on: list[str] = field(default_factory=list)
    enabled: bool = True
    locked: bool = False
    password_expired: bool = False
    must_change: bool = False
    bad_passwords: int = 0
    encryption_types: int | None = 24


_RIGHTS = ["SeServiceLogonRight", "SeBatchLogonRight"]
_DEFAULT_ACCOUNTS: dict[str, dict[str, Any]] = {
    "operator": {"name": "ansible", "password": "CANARY-operator-Kx81", "sysadmin": True, "operations_manager_administrator": True},
    "setup": {
        "name": "svc-scom-setup",
        "password": "CANARY-setup-Vq27",
        "sysadmin": True,
        "operations_manager_administrator": True,
        "rights": _RIGHTS,
    },
    "das": {"name": "svc-scom-das", "password": "CANARY-das-Zr53", "rights": _RIGHTS},
    "data_reader": {"name": "svc-scom-reader", "password": "CANARY-reader-Hn64", "local_admin": False, "rights": _RIGHTS},
}


@dataclass(frozen=True)
class TimeSpec:
    """Seconds of real time. `poll_interval` and `expected_minutes` go to the inventory."""

    poll_interval: float = 0.5
    expected_minutes: int = 1
    reboot_seconds: float = 0.5
    delayed_start_seconds: float = 0.2


@dataclass(frozen=True)
class HostSpec:
    """What differs on one host. Keys not listed here go to the simulated Windows (`windows`)."""

    setup: dict[str, Any] = field(default_factory=dict)
    in_inventory: bool = True
    groups: list[str] = field(default_factory=list)
    variables: Mapping[str, Any] = field(default_factory=dict)
    windows: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """One world to be. Build it with `load` or `from_data`."""

    name: str = "unnamed"
    description: str = ""
    domain: str = "contoso.lab"
    connection: ConnectionSpec = field(default_factory=ConnectionSpec)
    accounts: Mapping[str, AccountSpec] = field(default_factory=dict)
    time: TimeSpec = field(default_factory=TimeSpec)
    scom: ScomSpec | None = None
    dataminer: DataMinerSpec | None = None
    setup: SetupSpec = field(default_factory=SetupSpec)
    uncertain: Uncertain = field(default_factory=Uncertain)
    hosts: Mapping[str, HostSpec] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    inventory: Mapping[str, Any] = field(default_factory=dict)

    @property
    def netbios(self) -> str:
        return self.domain.split(".", 1)[0].upper()

    @property
    def target(self) -> str:
        """The release the inventory asks for."""
        assert self.scom
        return self.scom.target or SUCCESSOR[build_of(self.scom.release).release]

    @property
    def servers(self) -> tuple[ServerSpec, ...]:
        """The management servers, fully named, in the order of the scenario."""
        if self.scom is None:
            return ()
        listed = self.scom.servers
        named = [ServerSpec(f"ms{number}") for number in range(1, listed + 1)] if isinstance(listed, int) else listed
        specs = [ServerSpec(one) if isinstance(one, str) else one for one in named]
        return tuple(dataclasses.replace(one, name=self.full_name(one.name)) for one in specs)

    def full_name(self, name: str) -> str:
        """A host's FQDN in lower case."""
        return (name if "." in name else f"{name}.{self.domain}").lower()

    def full_account(self, name: str) -> str:
        """An account with its domain."""
        return name if "\\" in name or "@" in name else f"{self.netbios}\\{name}"

    def host_names(self) -> tuple[str, ...]:
        """Every simulated host: the management servers first, then DataMiner's nodes, then the others that `hosts` lists."""
        nodes = [self.full_name(name) for name in topology.node_names(self.dataminer)]
        return tuple(dict.fromkeys([*(server.name for server in self.servers), *nodes, *self.hosts]))

    def host(self, name: str) -> HostSpec:
        return self.hosts.get(self.full_name(name), HostSpec())

    def plan(self, host: str, run: int) -> SetupPlan:
        """How the run-th start of setup (from 0) goes on a host: `setup`, changed by `hosts.<name>.setup`, changed by its `runs`."""
        changes = dict(self.host(host).setup)
        runs = changes.pop("runs", None) or self.setup.runs
        base = {one.name: getattr(self.setup, one.name) for one in dataclasses.fields(SetupPlan)}
        single = runs[min(run, len(runs) - 1)] if runs else {}
        return SetupPlan(**{**base, **changes, **single})


def load(path: Path) -> Scenario:
    """Reads a scenario file. Raises ScenarioError (also for text that is no YAML)."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ScenarioError("", f"{path.name} is no YAML: {error}") from error
    except OSError as error:
        raise ScenarioError("", f"{path} cannot be read: {error.strerror}") from error
    scenario = from_data(data or {})
    return scenario if scenario.name != "unnamed" else dataclasses.replace(scenario, name=path.stem)


def from_data(data: Any) -> Scenario:
    """Builds a scenario from plain data.

    >>> from_data({"scom": {"release": "2022 UR3", "servers": 3}}).servers[2].name
    'ms3.contoso.lab'
    """
    if not isinstance(data, Mapping):
        raise ScenarioError("", "a scenario is a mapping with keys such as 'scom' and 'hosts'")
    known = [one.name for one in dataclasses.fields(Scenario)]
    refuse_unknown(data, known, "")
    rest = {key: value for key, value in data.items() if key not in ("hosts", "accounts", "setup")}
    scenario = read(Scenario, rest)
    scenario = dataclasses.replace(
        scenario,
        setup=read(SetupSpec, data.get("setup") or {}, "setup"),
        accounts=_accounts(scenario, data.get("accounts") or {}),
        hosts=_hosts(scenario, data.get("hosts") or {}),
    )
    _check(scenario)
    return scenario


def _accounts(scenario: Scenario, data: Any) -> dict[str, AccountSpec]:
    if not isinstance(data, Mapping):
        raise ScenarioError("accounts", "expected a mapping of roles (operator, setup, das, data_reader, or any further name)")
    found = {}
    defaults = _DEFAULT_ACCOUNTS | (topology.ACCOUNTS if scenario.dataminer else {})
    for role in dict.fromkeys([*defaults, *data]):
        default = defaults.get(role, {"name": role, "password": f"CANARY-{role}-Wb90", "local_admin": False})
        spec = read(AccountSpec, {**default, **(data.get(role) or {})}, f"accounts.{role}")
        found[role] = dataclasses.replace(spec, name=scenario.full_account(spec.name))
    return found


def _hosts(scenario: Scenario, data: Any) -> dict[str, HostSpec]:
    if not isinstance(data, Mapping):
        raise ScenarioError("hosts", "expected a mapping of host names")
    own = [one.name for one in dataclasses.fields(HostSpec) if one.name != "windows"]
    found = {}
    for name, given in data.items():
        where = f"hosts.{name}"
        if not isinstance(given or {}, Mapping):
            raise ScenarioError(where, "expected a mapping with keys")
        values = {key: value for key, value in (given or {}).items() if key in own}
        windows = {key: value for key, value in (given or {}).items() if key not in own}
        spec = read(HostSpec, values, where)
        _check_plan(spec.setup, f"{where}.setup")
        found[scenario.full_name(str(name))] = dataclasses.replace(spec, windows=windows)
    return found


def _check_plan(plan: Mapping[str, Any], where: str) -> None:
    read(SetupSpec, plan, where)
    for index, run in enumerate(plan.get("runs") or []):
        read(SetupPlan, run, f"{where}.runs[{index}]")


def _check(scenario: Scenario) -> None:
    for index, run in enumerate(scenario.setup.runs):
        read(SetupPlan, run, f"setup.runs[{index}]")
    if scenario.dataminer:
        topology.check(scenario.dataminer)
    if scenario.scom:
        _check_release(scenario.scom.release, "scom.release")
        _check_release(scenario.scom.database_release, "scom.database_release")
        _check_release(scenario.scom.media.release, "scom.media.release")
        for index, server in enumerate(scenario.servers):
            _check_release(server.release, f"scom.servers[{index}].release")


def _check_release(title: str | None, where: str) -> None:
    if title is None:
        return
    try:
        build_of(title)
    except LookupError as error:
        known = ", ".join(build.title for build in BUILDS)
        raise ScenarioError(where, f"no published build {title!r}; known: {known}") from error
