# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._actions.dataminer_checks import as_result
from ..plugin_utils._actions.dataminer_media import Place
from ..plugin_utils._actions.dataminer_preparation import Preparation, packages_of
from ..plugin_utils._actions.dataminer_system import Seen
from ..plugin_utils._dataminer.packages import PackageStatus
from ..plugin_utils._dataminer.step import Done, Refused
from ..plugin_utils._dataminer.upload import next_upload
from ..plugin_utils._rules import findings_text
from ..plugin_utils._windows.progress import Progress
from ..plugin_utils._windows.upgrade_action import Stop, UpgradeAction


class ActionModule(UpgradeAction):
    """Brings a package to the nodes of a system, upload only, or takes it away. Documented in modules/dataminer_package.yml."""

    MODULE = "dataminer_package"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        prepared = Preparation(self, options)
        try:
            return self._remove(prepared) if options["state"] == "absent" else self._bring(prepared, options["state"])
        finally:
            prepared.system.close()

    def _remove(self, prepared: Preparation) -> dict[str, Any]:
        removed = [name for name in prepared.system.hosts if prepared.staging.remove_from(name)]
        return {"changed": bool(removed), "removed_from": removed}

    def _bring(self, prepared: Preparation, state: str) -> dict[str, Any]:
        seen = prepared.look()
        step = next_upload(seen.observation, prepared.wanted(), prepared.staging.has_copy(seen.answers))
        if isinstance(step, Refused):
            raise Stop(step.text(), refusal=step.as_result(), packages=packages_of(seen.observation))
        copies = () if isinstance(step, Done) else step.copies_to
        if self.check_mode:
            return {"changed": bool(copies), "msg": step.text(), "packages": packages_of(seen.observation)}
        for name in copies:
            Progress(name).line(f"bringing {prepared.source.file}")
            prepared.staging.copy_to(name)
        checked = self._check(prepared, seen) if state == "uploaded" else {}
        return {"changed": bool(copies), "copied_to": list(copies), "packages": packages_of(seen.observation), **checked}

    @staticmethod
    def _check(prepared: Preparation, seen: Seen) -> dict[str, Any]:
        """Runs the package's checks on every node. A node that fails one refuses the package for the whole system (2 D)."""
        checks = prepared.run_checks(list(seen.observation.reached))
        judged = prepared.judge(seen, checks).observation.judgement
        refusing = [one for one in judged.blockers if one.rule.startswith("dataminer.checks.")]
        status = PackageStatus.FAILED if refusing else PackageStatus.UPLOADED
        result = {"status": status.value, "checks": as_result(checks), **judged.as_result()}
        if refusing:
            raise Stop(
                f"{seen.observation.name}: {prepared.source.file} is uploaded and refused: not every node passes its checks.\n"
                f"{findings_text(refusing)}\n"
                "  next     mend what the checks name, then run the same command again; nothing was installed",
                **result,
            )
        where = "lies ready on" if prepared.source.place is not Place.NODE else "is on"
        Progress(seen.observation.name).show(f"{prepared.source.file} {where} {seen.observation.every_node}: {judged.headline()}")
        return result
