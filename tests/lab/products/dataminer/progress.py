"""progress.log of one package on one node (dataminer 9; log-shapes 9.1). Only fragments are public, the rest is the lab's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.lab.products.dataminer import state_files
from tests.lab.products.dataminer.prerequisites import CheckResult


class ProgressLog:
    """Appends lines; a blind one stays silent until the end, while the work goes on."""

    def __init__(self, node: Any, folder: str, *, is_blind: bool = False) -> None:
        self._node, self.folder, self._is_blind = node, folder, is_blind

    def line(self, kind: str, text: str) -> None:
        if self._is_blind:
            return
        self._append(f"{self._prefix(kind)}|{text}")

    def blind(self, other: Any) -> None:
        """The watcher gets nothing from an agent any more; the upgrade goes on (1.1, RN 43172)."""
        url = f"http://{other.address}:8004/UpgradeService"
        self._append(f"{self._prefix('notice')}|Failed getting progress from {url}: Unable to connect to the remote server")

    def prerequisites(self, results: Iterable[CheckResult]) -> None:
        """The block of a refused upgrade (log-shapes 9.1)."""
        failed = [one for one in results if not one.passed]
        self._append(f"{self._prefix('error')}|DataMiner Agent: {len(failed) + 1} error(s) and 0 notice(s)")
        for one in failed:
            self._append(f"    - Prerequisite {one.check} failed: {one.reason}")
        self._append("- One or more prerequisites failed")

    def failed(self, cause: str) -> None:
        """The failure's fixed order (log-shapes 9.1)."""
        self.line("notice", cause)
        self.line("step", "Executing on-failure steps due to failure...")
        self._append(f"{self._prefix('error')}|Upgrade failed: Execute failed: {cause}")

    def prune(self, *, keep_results: bool) -> None:
        """Success keeps progress.log alone, failure also the results of the checks (2 D); some keep nothing (log-shapes 11)."""
        files, keeps_nothing = self._node.host.files, self._node.system.uncertain.results_kept == "nothing" and not keep_results
        kept = ("\0",) if keeps_nothing else ("progress", "prerequisite-result") if keep_results else ("progress",)
        for entry in files.entries(self.folder):
            if not entry.name.lower().startswith(kept):
                files.delete(entry.path)

    def _prefix(self, kind: str) -> str:
        if self._node.system.uncertain.progress_lines == "bare":
            return kind
        return f"{self._node.address}|{self._node.host.clock.now():%Y-%m-%d %H:%M:%S}|{kind}"

    def _append(self, text: str) -> None:
        self._node.host.files.append(rf"{self.folder}\progress.log", text + "\r\n")


def folder_of(file_name: str, id: str) -> str:
    return rf"{state_files.PACKAGES}\{file_name}-{id}"
