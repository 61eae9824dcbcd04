# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One whole upgrade of a DataMiner Agent on an almost-Windows host, through Ansible's own connection, judged by what is on the host."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lab.products.dataminer import prerequisites, state_files
from tests.lab.products.dataminer.package import FULL_ACTIONS
from tests.wine import dataminer_agent as agent
from tests.wine.dataminer_agent import SOURCE, TARGET
from tests.wine.dataminer_web import AgentWeb
from tests.wine.served_hosts import ServedHosts
from tests.wine.wine_host import WineHost, until

UPGRADE_PASSWORD, API_PASSWORD = 'CANARY a "b" c\\ %TEMP% ^&!$`é\\', "CANARY-reader"
READER = "automation-reader"
STAGING = r"C:\ProgramData\systemcenter.upgrade\dataminer"
# An upgrade is some fifty calls of the host, which a busy machine answers slowly.
LONGEST_SECONDS = 1800

# 1.2: every element of the vendor's sample, with System Center's defaults and the policy that the vendor wants.
UPGRADE_INFO = """\
<UpgradeInfo>
  <Agents>
    <IP>{address}</IP>
  </Agents>
  <IsCluster>true</IsCluster>
  <ExtractAllFiles>true</ExtractAllFiles>
  <DelayedStart>true</DelayedStart>
  <AutomaticStartServices>true</AutomaticStartServices>
  <StopSNMP>true</StopSNMP>
  <RebootAfterUpgrade>false</RebootAfterUpgrade>
  <FailoverPolicy>Simultaneously</FailoverPolicy>
</UpgradeInfo>
"""


@dataclass(frozen=True)
class Told:
    """What one run of the module told: its result, and everything it showed meanwhile."""

    result: dict[str, Any]
    shown: str


@pytest.fixture(scope="module")
def served(wine_host: WineHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHosts]:
    """The file's host, as `dma1` of an inventory."""
    with ServedHosts(tmp_path_factory.mktemp("served"), {"dma1": wine_host}) as hosts:
        yield hosts


@pytest.fixture(scope="module")
def package(wine_host: WineHost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return agent.make_package(tmp_path_factory.mktemp("media"), wine_host.tools.actor)


@pytest.fixture
def web(wine_host: WineHost, served: ServedHosts, tmp_path: Path) -> Iterator[AgentWeb]:
    accounts = {wine_host.user: UPGRADE_PASSWORD, READER: API_PASSWORD}
    with AgentWeb(wine_host, _address(wine_host), accounts, tmp_path) as web:
        served.machines["dma1"].answer = web.answer
        yield web


def test_a_package_lying_on_a_host_is_told_and_left_as_it_is(wine_host: WineHost, served: ServedHosts, package: Path) -> None:
    path = rf"C:\Media\{package.name}"
    there = wine_host.path(path)
    there.parent.mkdir()
    shutil.copyfile(package, there)

    told = served.module("dma1", "psrp", "systemcenter.upgrade.dmupgrade_info", {"path": path, "sha256": _sha256(package)})

    assert "package" in told, told
    found = told["package"]
    assert (told["changed"], found["kind"], found["sha256"]) == (False, "full", _sha256(package))
    assert (found["version"], found["restarts_dataminer"]) == (f"10.5.9 (build {TARGET.build})", True)
    assert there.read_bytes() == package.read_bytes()
    assert [one.name for one in there.parent.iterdir()] == [package.name]


def test_an_agent_is_upgraded_proved_and_left_alone_the_second_time(
    wine_host: WineHost, served: ServedHosts, package: Path, web: AgentWeb, tmp_path: Path
) -> None:
    agent.install(wine_host, web.address)

    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(_upgrade, served, package, web, tmp_path)
        until(lambda: run.done() or wine_host.path(agent.ENDED).exists(), LONGEST_SECONDS)
        assert not run.done(), run.result().shown
        # The utility was replaced and has ended; the upgrade goes on without it, and is followed: two whole looks, for the first finds the
        # folder whose log the second reads.
        looks = _probes(served)
        until(lambda: run.done() or _probes(served) > looks + 2, LONGEST_SECONDS)
        assert not run.done(), run.result().shown
        down = _services(wine_host)
        wine_host.write(agent.GO, "")
        first = run.result()
    logins = list(web.logins)
    second = _upgrade(served, package, web, tmp_path)

    done, again = first.result, second.result
    assert (done.get("step"), done.get("changed"), done.get("exit_code")) == ("started", True, agent.MEANINGLESS), done.get("msg", done)
    assert done["waived"] == []
    assert (again.get("step"), again.get("changed")) == ("done", False), again.get("msg", again)
    assert down == dict.fromkeys(agent.SERVICES, "Running") | dict.fromkeys((*agent.DATAMINER, "W3SVC"), "Stopped")
    assert logins.count(wine_host.user) == 1
    _host_was_upgraded(wine_host)
    _utility_was_started_once_with_every_option(wine_host, package, web.address)
    _log_was_followed_while_it_grew(wine_host, first.shown, tmp_path / "evidence")
    _passwords_are_nowhere(wine_host, tmp_path, first.shown + second.shown)


def _host_was_upgraded(host: WineHost) -> None:
    history = host.path(state_files.HISTORY).read_text(encoding="utf-8").splitlines()
    assert [line.partition(";")[2] for line in history] == [SOURCE.installed, TARGET.installed]
    assert host.path(rf"{agent.ROOT}\Files\SLNet.exe").read_text(encoding="utf-8") == f"MZ SLNet {TARGET.title}"
    assert _services(host) == dict.fromkeys(agent.SERVICES, "Running")
    assert host.path(agent.UTILITY).read_bytes().endswith(agent.NEW_UTILITY)
    assert not host.path(f"{agent.UTILITY}.old").read_bytes().endswith(agent.NEW_UTILITY)


def _utility_was_started_once_with_every_option(host: WineHost, package: Path, address: str) -> None:
    folder = rf"{STAGING}\{_sha256(package)[:16]}"
    starts = host.path(agent.STARTS).read_text(encoding="utf-8-sig").splitlines()
    assert starts == [rf'"{agent.UTILITY}" -upgrade "{folder}\{package.name}" "{folder}\UpgradeInfo.xml"']
    assert host.path(agent.OPTIONS).read_text(encoding="ascii") == UPGRADE_INFO.format(address=address)
    assert host.path(rf"{folder}\{package.name}").read_bytes() == package.read_bytes()
    checks = host.path(agent.CHECKED).read_text(encoding="utf-8-sig").split()
    assert sorted(f"{name}.dll" for name in checks) == sorted(prerequisites.checks_of(TARGET))
    registered = host.path(r"C:\windows\eventlog\tasks.journal.jsonl").read_text(encoding="utf-8").splitlines()
    tasks = [str(json.loads(line)["path"]) for line in registered]
    ours = [path.rpartition("\\")[2] for path in tasks if path.startswith("\\systemcenter.upgrade")]
    assert ours == [f"dm-checks-{_sha256(package)[:16]}", f"dataminer-full-{TARGET.four}-{TARGET.build}"]


def _log_was_followed_while_it_grew(host: WineHost, shown: str, evidence: Path) -> None:
    (log,) = host.path(state_files.PACKAGES).glob("*/*")
    (kept,) = evidence.rglob("dma1-progress.log")
    assert (log.name, log.read_bytes()) == ("progress.log", kept.read_bytes())
    told = re.findall(r"dma1 .*min  (?:Executing action: )?(.+)", shown)
    held = FULL_ACTIONS.index("UpgradeSLTaskbarUtility") + 1
    assert [one for one in told if one in FULL_ACTIONS] == list(FULL_ACTIONS)
    # What the node is at is told between the pieces of its log: it was not read in one go.
    assert told.index("being upgraded") == told.index(FULL_ACTIONS[held - 1]) + 1


def _passwords_are_nowhere(host: WineHost, evidence: Path, shown: str) -> None:
    assert "CANARY" not in shown
    for root in (host.prefix, evidence):
        for path in root.rglob("*"):
            if path.is_file() and not path.is_symlink():
                content = path.read_bytes()
                assert b"CANARY" not in content, path
                assert "CANARY".encode("utf-16-le") not in content, path


def _upgrade(served: ServedHosts, package: Path, web: AgentWeb, directory: Path) -> Told:
    options = {
        "nodes": ["dma1"],
        "package": {"source": str(package), "sha256": _sha256(package)},
        "package_cache": str(directory / "cache"),
        "upgrade_account": {"name": web.host.user, "password": UPGRADE_PASSWORD},
        "api_account": {"name": READER, "password": API_PASSWORD},
        "api_urls": {"dma1": web.url},
        "api_allow_http": True,
        "poll_interval_seconds": 0.5,
        "evidence_directory": str(directory / "evidence"),
    }
    ansible = [sys.executable, str(Path(sys.executable).with_name("ansible")), "-i", str(served.inventory("psrp")), "dma1"]
    command = [*ansible, "-m", "systemcenter.upgrade.dataminer_upgrade", "-a", json.dumps(options)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=LONGEST_SECONDS, env=served.environment)
    found = re.search(r"=> (\{.*\})", done.stdout, re.DOTALL)
    assert found, done.stdout + done.stderr
    return Told(json.loads(found.group(1)), done.stdout + done.stderr)


def _address(host: WineHost) -> str:
    """An address by which others know the host: not one of the loopback, over which progress is lost."""
    answers = host.hand("host_probe", {"questions": {"cards": {"kind": "network_addresses"}}})["answers"]
    found = [str(one["address"]) for one in answers["cards"]["data"]["addresses"]]
    return next((one for one in found if ipaddress.ip_address(one).version == 4), host.user.partition("\\")[0])


def _services(host: WineHost) -> dict[str, str]:
    """Status by name, by the service control manager."""
    names = "','".join(agent.SERVICES)
    shown = host.powershell(f"foreach ($one in Get-Service '{names}') {{ $one.Name + '=' + $one.Status }}")
    return dict(line.split("=") for line in shown.splitlines() if line)


def _probes(served: ServedHosts) -> int:
    """How often the host was looked at so far."""
    return sum(str(event["what"]).endswith("host_probe") for _name, event in served.requests)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
