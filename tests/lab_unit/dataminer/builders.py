"""Small systems, and SLTaskbarUtility started in them as a scheduled task would start it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from tests.lab import scenario as scenarios
from tests.lab.building import BuiltWorld, build
from tests.lab.history import History
from tests.lab.products.dataminer.installation import utility_path
from tests.lab.products.dataminer.node import Node
from tests.lab.windows.processes import Process
from tests.lab.windows.profiles import environment_of

USER = "CONTOSO\\svc-dataminer"
INFO = "C:\\Staging\\UpgradeInfo.xml"
PAIR_AND_ONE = [{"name": "dma1", "partner": "dma1b"}, "dma2"]
QUICK = {"seconds": 0.02, "upload_seconds": 0.0, "prerequisite_seconds": 0.0, "start_seconds": 0.01}


def a_system(*, hosts: dict[str, Any] | None = None, accounts: dict[str, Any] | None = None, **changes: Any) -> BuiltWorld:
    """Two agents of 10.5.0 CU6, with the package of CU12 in C:\\Staging, whose upgrade is over in no time."""
    quick = QUICK | changes.pop("upgrade", {})
    package = {"place": "nodes"} | changes.pop("package", {})
    spec = {"version": "10.5.0 CU6", "target": "10.5.0 CU12", "agents": 2, "switch_seconds": 0.01, **changes}
    data = {"dataminer": {**spec, "upgrade": quick, "package": package}, "hosts": hosts or {}, "accounts": accounts or {}}
    return build(scenarios.from_data({**data, "time": {"reboot_seconds": 0.02, "delayed_start_seconds": 0.01}}))


def node(built: BuiltWorld, name: str) -> Node:
    return built.dataminer.system.nodes[f"{name}.contoso.lab"]


def package_path(built: BuiltWorld, number: int = 0) -> str:
    return f"C:\\Staging\\{built.dataminer.system.packages[number].file_name}"


def upgrade_info(addresses: Iterable[str], **elements: str) -> str:
    """The whole file, every element written, with the policy that the vendor recommends."""
    options = {
        "IsCluster": "true",
        "ExtractAllFiles": "true",
        "DelayedStart": "true",
        "AutomaticStartServices": "true",
        "StopSNMP": "true",
        "RebootAfterUpgrade": "false",
        "FailoverPolicy": "Simultaneously",
        **elements,
    }
    agents = "".join(f"<IP>{one}</IP>" for one in addresses)
    return f"<UpgradeInfo><Agents>{agents}</Agents>{''.join(f'<{name}>{text}</{name}>' for name, text in options.items())}</UpgradeInfo>"


def all_addresses(built: BuiltWorld) -> list[str]:
    return list(dict.fromkeys(one.agent_address for one in built.dataminer.system.nodes.values()))


def start(
    built: BuiltWorld,
    on: str = "dma1",
    *,
    addresses: Iterable[str] | None = None,
    arguments: str | None = None,
    user: str = USER,
    package: str | None = None,
    **elements: str,
) -> Process:
    """Starts the utility; the process's `task` ends with the exit code. `arguments` replaces the whole rest of the command line."""
    host = node(built, on).host
    host.files.write(INFO, upgrade_info(all_addresses(built) if addresses is None else addresses, **elements))
    exe = utility_path(node(built, on))
    rest = arguments if arguments is not None else f'-upgrade "{package or package_path(built)}" {INFO}'
    facts = {"command_line": f'"{exe}" {rest}', "user": user, "executable": exe, "environment": environment_of(host.accounts, user)}
    return host.processes.run(built.world.programs["dataminer_utility"], "SLTaskbarUtility", **facts)


async def upgrade(built: BuiltWorld, on: str = "dma1", **facts: Any) -> int:
    """Runs the utility, and waits for the operation it has begun, if it has."""
    process = start(built, on, **facts)
    assert process.task
    code = await process.task
    operations = built.dataminer.system.operations
    if operations and operations[-1].task:
        await asyncio.wait({operations[-1].task})
    return code


def play(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Runs a test's coroutine; a test that hangs is a failure, not a wait."""
    return asyncio.run(asyncio.wait_for(work(), 10))


def history(built: BuiltWorld) -> History:
    return History(built.world.journal.entries)


def rules_broken(built: BuiltWorld) -> list[str]:
    return [one.get("rule") for one in history(built).violations]


def versions(built: BuiltWorld) -> dict[str, str]:
    return {one.short_name: one.started_version.title for one in built.dataminer.system.nodes.values()}


def progress(built: BuiltWorld, name: str) -> str:
    """progress.log of the newest package folder of a node."""
    files = [file for file in node(built, name).host.files.walk() if file.path.endswith("progress.log")]
    return max(files, key=lambda file: file.modified).content.decode()
