# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from ..plugin_utils._actions.dataminer.media import OpenPackage, Options, Place, Source, bring, on_controller, read_file
from ..plugin_utils._windows.upgrade_action import Stop, UpgradeAction


class ActionModule(UpgradeAction):
    """Tells what an upgrade package is and will do. Documented in modules/dmupgrade_info.yml."""

    MODULE = "dmupgrade_info"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        source = Source.of(options["path"], options["sha256"] or "", Options("path", "sha256"))
        found = self._read(source)
        return {"changed": False, "package": {**found.package.as_result(), "sha256": found.sha256, "refused": found.package.lacks_executor}}

    def _read(self, source: Source) -> OpenPackage:
        if source.place is Place.CONTROLLER:
            return read_file(on_controller(source), source)
        if source.place in (Place.URL, Place.SHARE):
            raise Stop(
                f"path is {source.text}: a package is read from the controller, or from the host that this task runs on; fetch it first"
            )
        with tempfile.TemporaryDirectory() as folder:
            return read_file(bring(self.host, source.text, Path(folder) / source.file), source)
