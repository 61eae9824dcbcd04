"""StandaloneBpaExecutor.exe: runs checks by their files, and writes what they found as JSON (dataminer 3.3, 8)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.lab.products.dataminer import prerequisites
from tests.lab.products.dataminer.package import check_content
from tests.lab.products.dataminer.users import login
from tests.lab.products.dataminer.versions import is_at_least, version_of

PROGRAM = "dataminer_executor"
_EXIT_CODES_SINCE = "10.7.0 / 10.6.7"  # before, the exit code is always 0 (RN 45433)


class BpaExecutor:
    """The program behind every executor: the agent's own, and those that come out of a package."""

    def __init__(self, system: Any) -> None:
        self._system = system

    async def run(self, process: Any) -> int:
        """Runs to the exit code: 0 none, 1 unexpected error, 2 issues; always 0 in old versions."""
        node = self._system.nodes.get(process.host.name)
        options, files = _read(process.arguments)
        honest = is_at_least(_version(process), _EXIT_CODES_SINCE)
        if node is None or not files or "-f" not in options:
            return 1 if honest else 0
        results = [self._check(node, path, options) for path in files]
        process.host.files.write(options["-f"], json.dumps([json.loads(one.as_json("object")) for one in results]))
        failed = [one.check for one in results if not one.passed]
        process.host.write("prerequisite.run", by="executor", checks=len(results), failed=failed, user=process.user)
        code = 1 if any(not one.executed for one in results) else 2 if failed else 0
        return code if honest else 0

    def _check(self, node: Any, path: str, options: dict[str, str]) -> prerequisites.CheckResult:
        name = path.rpartition("\\")[2]
        files = node.host.files
        if not files.is_file(path) or files.read(path) != check_content(name):
            return prerequisites.CheckResult(name, "Exception during test execution: the file is no signed test", executed=False)
        if "-u" in options and (refused := login(self._system, node.host, options["-u"], options.get("-p", ""))):
            return prerequisites.CheckResult(name, f"Exception during test execution: {refused}", executed=False)
        target = next((one.installs for one in self._system.packages if name in one.checks), None)
        return prerequisites.run(node, name, target)


def _read(arguments: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Options with a value, and the files behind `--`."""
    options: dict[str, str] = {}
    files: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word.startswith("--"):
            files.append(word[2:])
        elif word in ("-u", "-p", "-f") and rest:
            options[word] = rest.pop(0)
        else:
            files.append(word)
    return options, [one for one in files if one]


def _version(process: Any) -> Any:
    content = process.host.files.read(process.executable).decode()
    return version_of(content.rpartition("Executor ")[2])
