"""Writes every made file anew."""

from __future__ import annotations

from pathlib import Path

from tests import conftest
from tests.judges.tree import ROOT

from . import yaml_files
from .dataminer import DATAMINER
from .scom import SCOM
from .table import table

PRODUCTS = (SCOM, DATAMINER)


def files() -> dict[Path, str]:
    """All of them, with what has to be in them."""
    made: dict[Path, str] = {}
    for product in PRODUCTS:
        made[ROOT / "plugins" / "plugin_utils" / "_actions" / product.name / "variables.py"] = table(product)
        for role in product.roles:
            folder = ROOT / "roles" / role.name
            made[folder / "meta" / "argument_specs.yml"] = yaml_files.argument_specs(product, role)
            made[folder / "defaults" / "main.yml"] = yaml_files.defaults(product, role)
            made[folder / "tasks" / "module.yml"] = yaml_files.module_task(product, role)
    return made


if __name__ == "__main__":
    conftest.pytest_configure()
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
