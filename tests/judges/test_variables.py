"""The names of variables: those that are known are those that something reads, and an option is written by hand in three places at most."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import pytest
import yaml
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.variables import PRODUCT as DATAMINER
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.scom.variables import PRODUCT as SCOM
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.variables.table import Product

from tests.judges.tree import ROOT, tracked
from tests.roles_from_pages.__main__ import files

PRODUCTS = pytest.mark.parametrize("product", [SCOM, DATAMINER], ids=lambda product: product.name)
# Groups that the playbooks make, and names of modules, roles and playbooks, are no variables.
NO_VARIABLES = {"scom_upgrade_first", "scom_upgrade_others"}
# An option is documented on one page and used by the code behind it; guides are the third place. In playbooks and tasks that are written by
# hand stand only those that a play itself has to know: the media that it brings, and the server that it tells from the others.
OF_PLAYS = {"scom_media", "scom_management_server_first", "scom_first_management_server"}
OF_PLAYS_INSIDE = {"_scom_management_server_media", "_scom_management_server_setup_account"}


def made() -> dict[Path, str]:
    return files()


def test_made_files_are_those_that_the_pages_of_the_modules_make() -> None:
    """When they are not: `make roles`."""
    differing = [str(path.relative_to(ROOT)) for path, text in made().items() if not path.is_file() or path.read_text() != text]
    assert differing == []


def test_every_role_is_made_from_the_page_of_its_module() -> None:
    roles = {path.parts[1] for path in tracked("roles")}
    assert roles == {path.parent.parent.name for path in made() if path.name == "argument_specs.yml"} == SCOM.roles | DATAMINER.roles


@PRODUCTS
def test_every_module_page_documents_an_option_once(product: Product) -> None:
    """What two modules share stands in one fragment."""
    pages = tracked(f"plugins/modules/{product.name}_*.yml")
    written = [text for page in pages for text in _long_descriptions(yaml.safe_load((ROOT / page).read_text())["DOCUMENTATION"])]
    assert written
    assert sorted({text for text in written if written.count(text) > 1}) == []


@PRODUCTS
def test_no_hand_writes_an_option_into_a_role_or_a_playbook_but_those_that_plays_have_to_know(product: Product) -> None:
    by_hand = [file for file in tracked("roles/*.yml", "playbooks/*.yml") if ROOT / file not in made() and "meta" not in file.parts]
    assert by_hand
    known = _options_of(product)
    assert {name for name in _names(product, by_hand) if name in known} - OF_PLAYS == set()
    assert {name for name in _names(product, by_hand, "_") if name.removeprefix("_") in known} - OF_PLAYS_INSIDE == set()


@PRODUCTS
def test_names_that_are_known_are_those_that_something_reads(product: Product) -> None:
    readers = tracked(f"roles/{product.name}_*/defaults/*.yml", f"roles/{product.name}_*/tasks/*.yml", ":(glob)playbooks/*.yml")
    read = _names(product, readers) | {product.of_somebody_else}
    # A module may have the name of a variable, such as dataminer_package.
    assert read - _published(product) - NO_VARIABLES - {product.group} <= product.names <= read


@PRODUCTS
def test_names_in_the_documentation_are_those_of_something_that_is_there(product: Product) -> None:
    named = _names(product, tracked("README.md", "docs/docsite/rst/guide_*.rst", "roles/*/README.md"))
    assert named
    assert named <= product.names | _published(product) | NO_VARIABLES | {product.group}


@PRODUCTS
def test_names_that_begin_with_a_role_are_those_of_its_argument_specs(product: Product) -> None:
    options: set[str] = set()
    for role in product.roles:
        specs = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
        options.update(name for entry in specs.values() for name in entry["options"])
    assert options <= product.names
    assert {name for name in product.names if name.startswith(tuple(f"{role}_" for role in product.roles))} <= options | {
        variable.short for variable in product.variables
    }


def _options_of(product: Product) -> set[str]:
    return {name.partition(".")[0] for name in product.names} - {product.of_somebody_else, *product.others}


def _long_descriptions(page: dict[str, object]) -> list[str]:
    found: list[str] = []
    for option in dict(page.get("options") or {}).values():
        said = option["description"]
        found += [text for text in ([said] if isinstance(said, str) else said) if len(text) > 60]
        found += _long_descriptions({"options": option.get("suboptions")})
    return found


def _names(product: Product, files: Iterable[PurePosixPath], prefix: str = "") -> set[str]:
    """The names in files that begin as the variables of a product do."""
    text = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in files)
    return set(re.findall(rf"(?<![\w.]){prefix}{product.name}_[a-z0-9_]*[a-z0-9]\b", text))


def _published(product: Product) -> set[str]:
    files = tracked(f"plugins/modules/{product.name}_*", f"roles/{product.name}_*/meta/*", f"playbooks/{product.name}_*.yml")
    return {part for file in files for part in (file.stem, *file.parts) if part.startswith(f"{product.name}_")}
