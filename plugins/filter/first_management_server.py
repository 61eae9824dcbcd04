# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from collections.abc import Callable, Mapping

from ..plugin_utils._scom.management_server.order import first_management_server


class FilterModule:
    """The choice of the modules, for plays that have to make it. Documented in filter/first_management_server.yml."""

    def filters(self) -> Mapping[str, Callable[..., object]]:
        """Called by Ansible."""
        return {"first_management_server": first_management_server}
