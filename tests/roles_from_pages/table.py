"""The table of a product's variables, as Python: what the check of the variables knows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .options import RoleVariable, variables
from .shape import Product

HEAD = '''\
# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The variables of the roles and playbooks of {name}. Made from the pages of the modules by `make roles`: change those, and run it."""

from __future__ import annotations

from ..._upgrade.variables.table import Option, Product, Variable

'''


def table(product: Product) -> str:
    """The file, in the order of the house."""
    rows: dict[str, list[str]] = {}
    for role in product.roles:
        for one in variables(product, role):
            rows.setdefault(_row(one, role.reasons.get(one.options[0], "")), []).append(role.name)
    listed = ",\n".join(row.replace("ROLES", repr(tuple(roles))) for row, roles in sorted(rows.items()))
    others = f"others={product.others!r}," if product.others else ""
    text = (
        HEAD.format(name=product.name)
        + f"PRODUCT = Product({product.name!r}, group={product.group!r}, members={product.members!r}, servers={product.servers!r},"
        + f"variables=({listed},), {others})\n"
    )
    ruff = Path(sys.executable).parent / "ruff"
    command = [ruff, "format", "--stdin-filename", "variables.py", "-"]
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout


def _row(one: RoleVariable, reason: str) -> str:
    required = bool(one.page.get("required")) and not one.apart.otherwise
    parts = [repr(one.name), "ROLES", _option(one.name, one.page, required)]
    parts += [f"short={one.short!r}"] if one.short else []
    parts += [] if one.own else ["has_own=False"]
    parts += [f"reason={reason!r}"] if reason else []
    parts += ["names_server=True"] if one.apart.names_server else []
    return f"Variable({', '.join(parts)})"


def _option(name: str, page: Mapping[str, Any], required: bool) -> str:
    from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.options import is_secret

    parts = [] if page.get("type", "str") == "str" else [repr(page["type"])]
    parts += [f"elements={page['elements']!r}"] if "elements" in page else []
    parts += ["required=True"] if required else []
    parts += ["secret=True"] if is_secret(name, page) else []
    parts += [f"choices={_texts(page['choices'])}"] if "choices" in page else []
    parts += [f"hashed_by={page['hashed_by']!r}"] if "hashed_by" in page else []
    inside = ", ".join(f"{key!r}: {_option(key, below, bool(below.get('required')))}" for key, below in page.get("suboptions", {}).items())
    parts += [f"keys={{{inside}}}"] if inside else []
    return f"Option({', '.join(parts)})"


def _texts(choices: Iterable[object]) -> str:
    return repr(tuple(map(str, choices)))
