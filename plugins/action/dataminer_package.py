# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._actions.dataminer import options as dataminer_options
from ..plugin_utils._actions.dataminer.checks import as_result
from ..plugin_utils._actions.dataminer.media import Place
from ..plugin_utils._actions.dataminer.preparation import Preparation, not_on_all, packages_of
from ..plugin_utils._actions.dataminer.staging import why_not_run
from ..plugin_utils._actions.dataminer.system import Seen
from ..plugin_utils._dataminer.system.reasons import Upload
from ..plugin_utils._dataminer.system.stored_packages import PackageStatus
from ..plugin_utils._dataminer.upgrade.upload import next_upload, refusing, removal
from ..plugin_utils._upgrade.findings import findings_text
from ..plugin_utils._upgrade.steps import Done, Refused
from ..plugin_utils._windows.host import TROUBLE
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

    @staticmethod
    def _remove(prepared: Preparation) -> dict[str, Any]:
        """What lies beside the package belongs to its upgrade: it is needed until that is proved."""
        wanted = dataminer_options.wanted(prepared.options, prepared.staging.goal_by_name())
        refused = removal(prepared.system.observe(wanted).observation, wanted)
        if refused is not None:
            raise Stop(f"{prepared.source.file}: not removed from any node.\n{refused.text()}", refusal=refused.as_result())
        removed = [name for name in prepared.system.hosts if prepared.staging.remove_from(name)]
        return {"changed": bool(removed), "removed_from": removed}

    def _bring(self, prepared: Preparation, state: str) -> dict[str, Any]:
        seen = prepared.look()
        step = self._decide(prepared, seen)
        copies = () if isinstance(step, Done) else step.copies_to
        if self.check_mode:
            return {"changed": bool(copies), "msg": step.text(), "packages": packages_of(seen.observation)}
        seen = self._copy(prepared, seen, copies)
        checked = self._check(prepared, seen, copies) if state == "uploaded" else {}
        return {"changed": bool(copies), "copied_to": list(copies), "packages": packages_of(seen.observation), **checked}

    @staticmethod
    def _decide(prepared: Preparation, seen: Seen, there: str = "") -> Done | Upload:
        """The next step; a refusal ends the action. ``there``: the node that has got the package meanwhile."""
        step = next_upload(seen.observation, prepared.wanted(), prepared.staging.has_copy(seen.answers))
        if isinstance(step, Refused):
            told = f"\n  running  nothing; the copy on {there} stays there and is not used; state: absent removes it" if there else ""
            refusal, packages = step.as_result(), packages_of(seen.observation)
            raise Stop(f"{step.text()}{told}", refusal=refusal, packages=packages, changed=bool(there))
        return step

    def _copy(self, prepared: Preparation, seen: Seen, copies: tuple[str, ...]) -> Seen:
        """Brings the package to nodes. Where it could not be read before, the first copy tells what it is before the next is made."""
        for number, name in enumerate(copies):
            self.progress(name).line(f"bringing {prepared.source.file}")
            was_known = prepared.staging.at_hand() is not None
            try:
                prepared.staging.copy_to(name)
            except (Stop, *TROUBLE) as trouble:
                there = [one for one in prepared.system.hosts if one not in copies[number:]]
                raise not_on_all(trouble, prepared.source.file, name, there, copies[number:], changed=number > 0) from trouble
            if not was_known:
                seen = prepared.judge(seen, {})
                self._decide(prepared, seen, name)
        return seen

    def _check(self, prepared: Preparation, seen: Seen, copies: tuple[str, ...]) -> dict[str, Any]:
        """Runs the package's checks on every node. A node that fails one refuses the package for the whole system (2 D)."""
        checks = prepared.run_checks(list(seen.observation.reached))
        judged = prepared.judge(seen, checks).observation.judgement
        against = refusing(judged)
        status = PackageStatus.FAILED if against else PackageStatus.UPLOADED
        not_run = [] if checks else list(filter(None, [why_not_run(prepared.staging)]))
        result = {"status": status.value, "checks": as_result(checks), "warnings": not_run, **judged.as_result()}
        if against:
            raise Stop(
                f"{seen.observation.name}: {prepared.source.file} is uploaded and refused.\n"
                f"{findings_text(against)}\n"
                "  next     fix what is named above, then run the same command again; nothing was installed",
                changed=bool(copies),
                **result,
            )
        where = "lies ready on" if prepared.source.place is not Place.NODE else "is on"
        told = f"{prepared.source.file} {where} {seen.observation.every_node}: {judged.headline()}"
        later = f"; to be fixed before the upgrade, which they block:\n{findings_text(judged.blockers)}" if judged.blockers else ""
        self.progress(seen.observation.name).show(f"{told}{later}")
        return {**result, "msg": f"{told}{later}"}
