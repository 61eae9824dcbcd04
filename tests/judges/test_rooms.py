"""Who may know whom: the table of the design, read from the import statements of every file."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import pytest

from tests.judges.tree import ROOT, tracked

COLLECTION = "ansible_collections.systemcenter.upgrade"
UTILS = f"{COLLECTION}.plugins.plugin_utils"
VOCABULARY = (f"{UTILS}._upgrade", f"{UTILS}._installer")
PURE_ROOMS = ("_upgrade", "_installer", "_scom", "_dataminer")
# The rooms inside a product: each may import from those before it, and from itself.
SUB_ROOMS = {
    "_scom": ("releases", "host", "group", "setup", "setup/logs", "management_server/prerequisites", "management_server"),
    "_dataminer": ("versions", "files", "package", "failover", "utility", "node", "system", "upgrade", "outcome", "prerequisites"),
}
# What a decision must not look at by itself: clocks, paths, sockets, processes, chance.
IMPURE = {
    "asyncio", "ftplib", "glob", "http", "io", "multiprocessing", "os", "pathlib", "platform", "random", "secrets", "select",
    "shutil", "signal", "smtplib", "socket", "socketserver", "ssl", "subprocess", "tempfile", "threading", "time", "urllib",
}  # fmt: skip
CLOCKS = re.compile(r"\b(datetime|date|dt)\.(now|utcnow|today)$")
# A way to spell a path or an URL, without a file system or a network behind it.
PURE_PATHS = {"pathlib.PureWindowsPath", "pathlib.PurePosixPath", "urllib.parse"}


@dataclass(frozen=True)
class Import:
    """One module that a file imports, by its absolute name."""

    file: PurePosixPath
    line: int
    module: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.module}"

    @property
    def top(self) -> str:
        return self.module.split(".")[0]

    def inside(self, *packages: str) -> bool:
        return any(self.module == package or self.module.startswith(f"{package}.") for package in packages)


def imports_of(file: PurePosixPath) -> Iterator[Import]:
    """Every import of a file, also those inside functions; relative ones are resolved to where they lead."""
    here = [*COLLECTION.split("."), *file.with_suffix("").parts]
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(file, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = here[: -node.level] if node.level else []
            named = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            # `from ..plugin_utils import _scom` names the room only in the alias, `from pathlib import PureWindowsPath` what is taken.
            spelt_out = not node.module or named in {UTILS, "pathlib"}
            yield from (Import(file, node.lineno, f"{named}.{alias.name}" if spelt_out else named) for alias in node.names)


def is_standard(found: Import) -> bool:
    return found.top in sys.stdlib_module_names


def is_pure_standard(found: Import) -> bool:
    return found.module in PURE_PATHS or (is_standard(found) and found.top not in IMPURE)


def is_public_ansible(found: Import) -> bool:
    return found.top == "ansible" and not any(part.startswith("_") for part in found.module.split("."))


def knowledge_of(product: str) -> Callable[[Import], bool]:
    return lambda found: is_pure_standard(found) or found.inside(f"{UTILS}.{product}", *VOCABULARY)


def way_to_a_host(found: Import) -> bool:
    """PyYAML comes with ansible-core; options are read from the documentation with it."""
    return is_standard(found) or found.top == "yaml" or is_public_ansible(found) or found.inside(f"{UTILS}._windows", f"{UTILS}._upgrade")


def meeting_place(found: Import) -> bool:
    return is_standard(found) or is_public_ansible(found) or found.inside(UTILS, f"{COLLECTION}.plugins.action")


def double(found: Import) -> bool:
    """The lab may read documentation as data (yaml, and core's validator of arguments); it imports nothing that it tests."""
    return (
        is_standard(found)
        or found.top in {"psrpcore", "spnego", "cryptography", "yaml"}
        or found.inside("tests.lab", f"{COLLECTION}.tests.lab", "ansible.module_utils.common.arg_spec")
    )


ROOMS: dict[str, Callable[[Import], bool]] = {
    "plugins/plugin_utils/_upgrade": lambda found: is_pure_standard(found) or found.inside(f"{UTILS}._upgrade"),
    # A log of Windows Installer is decoded and redacted as every log is.
    "plugins/plugin_utils/_installer": lambda found: is_pure_standard(found) or found.inside(*VOCABULARY),
    "plugins/plugin_utils/_scom": knowledge_of("_scom"),
    "plugins/plugin_utils/_dataminer": knowledge_of("_dataminer"),
    "plugins/plugin_utils/_windows": way_to_a_host,
    # The parts of an action that several actions share: product and host meet here too.
    "plugins/plugin_utils/_actions": meeting_place,
    "plugins/action": meeting_place,
    # A filter gives plays a decision as it is.
    "plugins/filter": lambda found: is_pure_standard(found) or found.inside(f"{UTILS}._scom", f"{UTILS}._upgrade"),
    "plugins/modules": lambda found: found.module == "__future__",
    "tests/lab": double,
}


def python_files(room: str) -> list[PurePosixPath]:
    return [file for file in tracked(room) if file.suffix == ".py"]


@pytest.mark.parametrize("room", ROOMS)
def test_room_imports_only_what_the_design_lets_it_know(room: str) -> None:
    strangers = [str(found) for file in python_files(room) for found in imports_of(file) if not ROOMS[room](found)]
    assert not strangers, "\n".join(strangers)


@pytest.mark.parametrize("room", [f"plugins/plugin_utils/{room}" for room in PURE_ROOMS])
def test_knowledge_asks_no_clock_and_opens_no_file(room: str) -> None:
    asked = [
        f"{file}:{node.lineno}: {ast.unparse(node.func)}()"
        for file in python_files(room)
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id in {"open", "print", "input"})
            or (isinstance(node.func, ast.Attribute) and CLOCKS.search(ast.unparse(node.func)))
        )
    ]
    assert not asked, "\n".join(asked)


def test_every_python_file_of_the_plugins_stands_in_a_room() -> None:
    """A new folder must be given its line in the table above."""
    known = [*ROOMS, "plugins/doc_fragments", "plugins/plugin_utils/__init__.py"]
    homeless = [str(file) for file in python_files("plugins") if not any(str(file).startswith(room) for room in known)]
    assert not homeless, homeless


def sub_room(product: str, path: tuple[str, ...]) -> str:
    """The room of a product that a module's path leads into: the longest of its names that begins the path."""
    return max((room for room in SUB_ROOMS[product] if path[: room.count("/") + 1] == tuple(room.split("/"))), key=len, default="")


@pytest.mark.parametrize("product", SUB_ROOMS)
def test_rooms_inside_a_product_import_only_from_those_before_them(product: str) -> None:
    """No circle, no arrow back: what decides never reaches up to what uses it."""
    place = f"plugins/plugin_utils/{product}"
    prefix = f"{UTILS}.{product}."
    order = SUB_ROOMS[product]
    back = []
    for file in python_files(place):
        here = sub_room(product, file.relative_to(place).parts)
        assert here or file.name == "__init__.py", f"{file} is in no room of {product}"
        back += [
            str(found)
            for found in imports_of(file)
            if found.module.startswith(prefix)
            and order.index(sub_room(product, tuple(found.module.removeprefix(prefix).split(".")))) > order.index(here)
        ]
    assert not back, "\n".join(back)
