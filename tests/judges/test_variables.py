"""The names of variables: what the playbooks take for misspelt has to be what nothing reads."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
import yaml

from tests.judges.tree import ROOT, tracked

ROLES = {"scom": ("management_server", "preflight"), "dataminer": ("helper_package", "preflight", "upload", "upgrade", "verify")}
# Groups, and names of modules, roles and playbooks, are no variables.
NO_VARIABLES = {"scom_management_servers", "scom_upgrade_first", "scom_upgrade_others", "dataminer_agents"}


@pytest.mark.parametrize("product", list(ROLES))
def test_names_a_playbook_knows_are_those_that_something_reads(product: str) -> None:
    check = yaml.safe_load((ROOT / "playbooks" / product / "check_inventory.yml").read_text(encoding="utf-8"))
    known = [name for play in check for task in play["tasks"] for name in task.get("vars", {}).get("known", ())]
    readers = tracked(f"roles/{product}_*/defaults/*.yml", f"roles/{product}_*/tasks/*.yml", ":(glob)playbooks/*.yml")
    read = _names(product, readers) | {f"{product}_other_variables"}
    # A module may have the name of a variable, such as dataminer_package.
    assert read - _published(product) - NO_VARIABLES <= set(known) <= read
    assert known == sorted(known)


@pytest.mark.parametrize("product", list(ROLES))
def test_names_in_the_documentation_are_those_of_something_that_is_there(product: str) -> None:
    check = (ROOT / "playbooks" / product / "check_inventory.yml").read_text(encoding="utf-8")
    known = set(re.findall(rf"\b{product}_[a-z0-9_]+\b", check)) | _published(product) | NO_VARIABLES
    named = _names(product, tracked("README.md", "docs/docsite/rst/guide_*.rst", "roles/*/README.md"))
    assert named <= known


@pytest.mark.parametrize("product", list(ROLES))
def test_names_that_begin_with_a_role_are_those_of_its_argument_specs(product: str) -> None:
    roles = [f"{product}_{role}" for role in ROLES[product]]
    assert sorted(roles) == sorted(path.name for path in (ROOT / "roles").glob(f"{product}_*"))
    names = yaml.safe_load((ROOT / "roles" / f"{product}_preflight" / "tasks" / "names.yml").read_text(encoding="utf-8"))
    assert names[0]["vars"][f"_{product}_preflight_roles"] == sorted(roles)
    options: set[str] = set()
    for role in roles:
        specs = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
        options.update(name for entry in specs.values() for name in entry["options"])
    files = tracked(f"roles/{product}_*", ":(glob)playbooks/**/*.yml", "README.md", "docs/docsite/rst/guide_*.rst")
    assert _beginning_with(roles, _all_names(product, files)) <= options | _published(product) | NO_VARIABLES


def _beginning_with(roles: Iterable[str], names: Iterable[str]) -> set[str]:
    return {name for name in names if name.startswith(tuple(f"{role}_" for role in roles))}


def _names(product: str, files: Iterable[object]) -> set[str]:
    found = _all_names(product, files)
    return found - _beginning_with([f"{product}_{role}" for role in ROLES[product]], found)


def _all_names(product: str, files: Iterable[object]) -> set[str]:
    text = "\n".join((ROOT / str(file)).read_text(encoding="utf-8") for file in files)
    return set(re.findall(rf"\b{product}_[a-z0-9_]*[a-z0-9]\b", text))


def _published(product: str) -> set[str]:
    files = tracked(f"plugins/modules/{product}_*", f"roles/{product}_*/meta/*", f"playbooks/{product}_*.yml")
    return {part for file in files for part in (file.stem, *file.parts) if part.startswith(f"{product}_")}
