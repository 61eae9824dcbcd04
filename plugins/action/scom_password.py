# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ..plugin_utils._upgrade.accounts import Account
from ..plugin_utils._windows.upgrade_action import Stop, UpgradeAction


class ActionModule(UpgradeAction):
    """Makes sure that a password may be used. Documented in modules/scom_password.yml."""

    MODULE = "scom_password"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        try:
            account = Account.from_option(options["account"])
        except ValueError as error:
            raise Stop(f"account: {error}; nothing was tried") from error
        with self.host.logging_on(account):
            return {"changed": False}
