"""What must not be in any tracked file, and what must stand together."""

from __future__ import annotations

import re

import yaml

from tests.judges.tree import ROOT, tracked

# Written in pieces, so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(r"(^|[^\w.$}<>*-])/(" + "|".join(("wor" + "k", "roo" + "t", "hom" + "e/[a-z]", "Use" + "rs/[a-z]")) + r")(/|\b)")
REGISTRY = re.compile(
    "|".join(("pypi" + r"\.org", "pythonhosted" + r"\.org", "npmjs" + r"\.org", "--(extra-)?index" + "-url", "deb" + r"\.debian\.org"))
)
UNFINISHED = re.compile("|".join((r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bXX" + r"X\b", "# no" + "qa", "type: ig" + "nore")))
# Lines of a file of Python: what is longer holds more than one subject.
LONGEST = 300
LICENCE = "# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)"


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{file}:{number}: {line.strip()[:160]}"
        for file in tracked()
        if str(file) != "LICENSE"
        for number, line in enumerate((ROOT / file).read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_path_of_one_machine() -> None:
    assert not (found := lines_with(MACHINE_PATH)), "\n".join(found)


def test_no_file_names_a_package_registry() -> None:
    assert not (found := lines_with(REGISTRY)), "\n".join(found)


def test_nothing_is_left_unfinished_or_silenced() -> None:
    assert not (found := lines_with(UNFINISHED)), "\n".join(found)


def test_every_plugin_and_its_documentation_carries_the_licence() -> None:
    bare = [
        str(file)
        for file in tracked("plugins")
        if file.suffix in {".py", ".yml", ".ps1", ".psm1"}
        and (text := (ROOT / file).read_text(encoding="utf-8"))
        and LICENCE not in text.splitlines()[:10]
    ]
    assert not bare, "\n".join(bare)


def test_action_groups_hold_exactly_the_public_modules_and_their_documentation_says_so() -> None:
    """Otherwise module_defaults for the group silently miss a module."""
    groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]
    documented = {
        file.stem: yaml.safe_load((ROOT / file).read_text())["DOCUMENTATION"]["extends_documentation_fragment"]
        for file in tracked("plugins/modules/*.yml")
        if not (ROOT / file).with_suffix(".ps1").is_file()
    }
    # The options of what checks variables are no module's: defaults for a group would be none of it.
    documented.pop("upgrade_variables")
    said = {
        group: {name for name, used in documented.items() if any(each.endswith(f".action_group_{group}") for each in used)}
        for group in groups
    }
    assert said == {group: set(names) for group, names in groups.items()}
    assert set(documented) == {name for names in groups.values() for name in names}


def test_every_role_has_argument_specs_for_every_entry_point_and_a_readme() -> None:
    roles = {file.parts[1] for file in tracked("roles")}
    lacking = []
    for role in sorted(roles):
        folder = ROOT / "roles" / role
        specs = yaml.safe_load((folder / "meta" / "argument_specs.yml").read_text())["argument_specs"]
        if not (folder / "README.md").is_file():
            lacking.append(f"{role}: README.md")
        if "main" not in specs:
            lacking.append(f"{role}: argument spec of main")
    assert not lacking, lacking


def test_no_file_of_python_is_too_long_to_be_read_at_once() -> None:
    long = [f"{file}: {lines} lines" for file in tracked("*.py") if (lines := len((ROOT / file).read_text().splitlines())) > LONGEST]
    assert not long, "\n".join(long)
