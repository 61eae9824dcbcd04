# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Everything that comes before a change of a DataMiner System: the system opened, read and checked, its package read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..._dataminer.prerequisites import Checks, Options
from ..._dataminer.system.goal import Goal
from ..._dataminer.system.observation import Observation, Wanted
from ..._upgrade.findings import Finding
from ..._upgrade.judgement import Judgement
from ..._windows.explanation import explain
from ..._windows.following import Limits
from ..._windows.upgrade_action import Stop, UpgradeAction
from . import options as dataminer_options
from .checks import PackageChecks
from .media import Place, Source, by_name
from .staging import Staging
from .system import DataMinerSystem, Seen


class Preparation:
    """One action's view of the system and its package. Wrong input ends the action here, before any host is asked."""

    def __init__(self, action: UpgradeAction, options: Mapping[str, Any]) -> None:
        self.options = options
        dataminer_options.check(options, action.task_vars["hostvars"])
        self.runs_as = dataminer_options.account(options)
        self.source = Source.of(options["package"]["source"], options["package"]["sha256"])
        self.system = DataMinerSystem(action, options["nodes"], dataminer_options.web_api(options, options["nodes"]))
        self.staging = Staging(self.source, options, self.system.hosts, self.runs_as)
        self._goes_by_name = False
        self._content: Goal | None = None

    def go_by_name(self) -> None:
        """Decides by the package's file name until `read_package`: enough to re-attach, and needs no node.

        A file on the controller is read at once: no node is needed to see that it is not the package that was meant.
        """
        if self.source.place is Place.CONTROLLER:
            self.staging.at_hand()
        self._goes_by_name = True

    def read_package(self) -> None:
        """Decides by the package's content, as soon as it can be read."""
        self._goes_by_name, self._content = False, None

    def wanted(self) -> Wanted:
        """What is wanted, by the package as far as it could be read."""
        return dataminer_options.wanted(self.options, self._goal())

    def _goal(self) -> Goal:
        if self._goes_by_name and self.source.place is not Place.CONTROLLER:
            return by_name(self.source.file, self.source.sha256, self.options["package"].get("cumulative_update"))
        if self._content is None:
            # Where nobody has the package yet, every node is asked for it: once for each look, not for each question.
            self._content = self.staging.goal()
        return self._content

    def look(self, of_checks: Mapping[str, Checks] | None = None) -> Seen:
        """The system as it is now, with everything that blocks an upgrade."""
        self._content = None
        judged = self._judged()
        seen = self.system.observe(judged.wanted, judged)
        if not any(view.has_task for view in seen.observation.nodes.values()):
            self.system.try_login(self.runs_as, seen)
        return self.judge(seen, of_checks)

    def judge(self, seen: Seen, of_checks: Mapping[str, Checks] | None) -> Seen:
        """The same, judged with what the package's own checks found."""
        self._content = self._content if of_checks is None else None
        names = {"waive": self.options["waive"], "raise": self.options["raise"]}
        judgement = self.system.judge(seen, self._judged(), names, of_checks)
        return replace(seen, observation=seen.observation.judged(_naming_nodes(judgement, set(self.system.hosts))))

    def run_checks(self, names: list[str], renew: Callable[[], None] = lambda: None) -> dict[str, Checks]:
        """Runs the package's own checks on nodes."""
        interval = self.options["poll_interval_seconds"]
        limits = Limits(give_up_seconds=self.options["check_timeout_minutes"] * 60, interval_seconds=interval)
        return PackageChecks(self.system, self.staging, self.runs_as, limits, renew).run(self.staging.goal(), names)

    def _judged(self) -> Options:
        return dataminer_options.judged(self.options, self.wanted(), self.staging.paths.package)


def _naming_nodes(judgement: Judgement, nodes: set[str]) -> Judgement:
    """The same, with the node in the subject of every finding that was made on one: a check's name alone does not say where to go."""

    def named(one: Finding) -> Finding:
        is_untold = one.host in nodes and one.host not in one.subject
        return replace(one, subject=": ".join(filter(None, (one.host, one.subject)))) if is_untold else one

    findings = tuple(named(one) for one in judgement.findings)
    return replace(judgement, findings=findings, waived=tuple(named(one) for one in judgement.waived))


def not_on_all(trouble: Exception, file: str, name: str, there: Sequence[str], missing: Sequence[str], changed: bool) -> Stop:
    """The end of an upload that failed on one node: which have the package, which have not, and that the same command continues."""
    why, facts = (trouble.text, trouble.facts) if isinstance(trouble, Stop) else (explain(trouble, name), {})
    told = f"{why}\n  package  {file} is on {', '.join(there) or 'no node'}; not on {', '.join(missing)}; nothing was installed"
    if "\n  next " not in why:
        told += "\n  next     fix this, then run the same command again: nodes that have the package are not sent it again"
    return Stop(told, **{"changed": changed, **facts})


def packages_of(seen: Observation) -> dict[str, list[dict[str, Any]] | None]:
    """By node, the packages it lists, with the vendor's words for their status; None where they could not be read."""
    return {name: [one.as_result() for one in view.packages.value] if view.packages.is_known else None for name, view in seen.nodes.items()}
