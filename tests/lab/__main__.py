"""`python -m tests.lab SCENARIO.yml --dir DIR [-- COMMAND...]`: a world of simulated Windows hosts (design section 7).

With a COMMAND: starts the world, runs the command with the world's inventory, stops, returns the command's exit code.
Without: serves until it is interrupted (or told to stop over the control channel), after a line `ready DIR/inventory.yml`.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.lab import scenario as scenarios
from tests.lab.environment import OtherCheckout, environment, link_checkout
from tests.lab.scenario import Scenario
from tests.lab.serving import Serving
from tests.lab.strict import ScenarioError

SCENARIOS = Path(__file__).parent / "scenarios"
BAD_SCENARIO = 2


def main(arguments: Sequence[str]) -> int:
    """Runs the command line; returns the exit code."""
    options, command = _read(arguments)
    try:
        scenario = _changed(scenarios.load(find(options.scenario)), options)
        if command:
            link_checkout()
        serving = Serving(scenario, options.dir.resolve())
    except OtherCheckout as taken:
        print(taken, file=sys.stderr)
        return BAD_SCENARIO
    except ScenarioError as error:
        print(f"{options.scenario}: {error}", file=sys.stderr)
        return BAD_SCENARIO
    return asyncio.run(_serve(serving, command))


def find(name: str) -> Path:
    """A scenario by its path, or by the name of one that comes with the lab."""
    path = Path(name)
    return path if path.exists() or path.suffix else SCENARIOS / f"{name}.yml"


def _read(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    own, command = (list(arguments), []) if "--" not in arguments else _split(list(arguments))
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description="A world of simulated Windows hosts.")
    parser.add_argument("scenario", help="a scenario file, or the name of one in tests/lab/scenarios")
    parser.add_argument("--dir", type=Path, required=True, help="where inventory.yml, journal.jsonl and world.json go")
    parser.add_argument("--connection", choices=["psrp", "winrm"], help="instead of the scenario's")
    parser.add_argument("--protocol", choices=["http", "https"], help="instead of the scenario's")
    parser.add_argument("--auth", choices=["basic", "ntlm"], help="instead of the scenario's")
    return parser.parse_args(own), command


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def _changed(scenario: Scenario, options: argparse.Namespace) -> Scenario:
    given = {"plugin": options.connection, "protocol": options.protocol, "auth": options.auth}
    changes = {key: value for key, value in given.items() if value}
    return dataclasses.replace(scenario, connection=dataclasses.replace(scenario.connection, **changes))


async def _serve(serving: Serving, command: list[str]) -> int:
    async with serving:
        if command:
            return await _run(serving, command)
        _on_signals(serving.control.stopped.set)
        print(f"ready {serving.inventory}", flush=True)
        await serving.control.stopped.wait()
        return 0


async def _run(serving: Serving, command: list[str]) -> int:
    """An interrupt reaches the command by itself, as it is of the same terminal; it decides what to make of it."""
    more = environment(serving.inventory)
    try:
        process = await asyncio.create_subprocess_exec(*command, env=more)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        return 127
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    loop.add_signal_handler(signal.SIGTERM, process.terminate)
    code = await process.wait()
    return code if code >= 0 else 128 - code


def _on_signals(stop: object) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
