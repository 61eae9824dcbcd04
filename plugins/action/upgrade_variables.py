# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from typing import Any

from ansible.module_utils.common import validation

from ..plugin_utils._actions.dataminer.variables import PRODUCT as DATAMINER
from ..plugin_utils._actions.scom.variables import PRODUCT as SCOM
from ..plugin_utils._upgrade.redaction import Secrets
from ..plugin_utils._upgrade.variables.mistakes import mistakes, secrets_in, told
from ..plugin_utils._upgrade.variables.table import Given, Product
from ..plugin_utils._windows.host_variables import rendered
from ..plugin_utils._windows.upgrade_action import Stop, UpgradeAction

# As Ansible converts the options of modules.
CONVERSIONS = {
    "bool": validation.check_type_bool,
    "dict": validation.check_type_dict,
    "float": validation.check_type_float,
    "int": validation.check_type_int,
    "list": validation.check_type_list,
    "path": validation.check_type_str,
    "raw": validation.check_type_raw,
    "str": validation.check_type_str,
}


class ActionModule(UpgradeAction):
    """Checks the variables of roles without asking any host. Documented in modules/upgrade_variables.yml."""

    MODULE = "upgrade_variables"

    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        product = _product(options["roles"])
        _know(product, options)
        hosts = tuple(self.task_vars["groups"].get(product.group, ()))
        if options["group_only"] and hosts and self.host.name not in hosts:
            return {"changed": False}
        values, broken = rendered(self, f"{product.name}_")
        seen = Given(values, broken, hosts)
        self.secrets = Secrets(secrets_in(product, seen))
        if found := mistakes(product, options["roles"], seen, CONVERSIONS, options["options"]):
            raise Stop(told(self.host.name, found), variables=[one.variable for one in found])
        return {"changed": False}


def _product(roles: list[str]) -> Product:
    """Whose roles these are."""
    for product in (SCOM, DATAMINER):
        if roles and product.roles.issuperset(roles):
            return product
    known = ", ".join(sorted(SCOM.roles | DATAMINER.roles))
    raise Stop(f"roles is {', '.join(roles) or 'empty'}: wanted are roles of one product, out of {known}; nothing was checked")


def _know(product: Product, options: dict[str, Any]) -> None:
    """Ends the action for an option that none of the roles has: the check would look at nothing, and find nothing wrong."""
    known = {variable.name for role in options["roles"] for variable in product.of_role(role)}
    if strange := sorted({*options["options"]} - known):
        raise Stop(f"options is {', '.join(strange)}: wanted are some of {', '.join(sorted(known))}; nothing was checked")
