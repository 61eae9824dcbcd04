# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""XML that DataMiner keeps its state in: namespaces come and go, so that all is read by local names (log-shapes 10)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

from .text_lines import decoded

# Far above any of these files.
_LARGEST = 16 * 1024 * 1024


class NotReadable(ValueError):
    """A file that is not what it should be: cut, no XML, or another kind of file."""


def read_xml(data: bytes, root: str = "") -> ET.Element:
    """The root element, whose local name must be ``root`` where one is given. Raises NotReadable.

    A file that declares a document type is refused: none of them has one, and entities can be made to fill the memory.
    """
    kind = f"{root or 'state'} file"
    if len(data) > _LARGEST:
        raise NotReadable(f"{len(data):,} bytes are no {kind}")
    text = decoded(data)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise NotReadable(f"a {kind} declares no document type")
    try:
        element = ET.fromstring(text)
    except (ET.ParseError, ValueError) as error:
        raise NotReadable(f"no readable {kind}: {error}") from error
    if root and local_name(element) != root:
        raise NotReadable(f"a {root} file begins with <{root}>, this one with <{local_name(element)[:50]}>")
    return element


def local_name(element: ET.Element) -> str:
    """The name of an element without its namespace; '' for comments and instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: ET.Element, name: str) -> Iterator[ET.Element]:
    """The direct children of that local name."""
    return (child for child in element if local_name(child) == name)


def child(element: ET.Element | None, *path: str) -> ET.Element | None:
    """The first element under a path of local names; None when there is none."""
    for name in path:
        element = next(children(element, name), None) if element is not None else None
    return element


def child_text(element: ET.Element | None, *path: str) -> str | None:
    """The text under a path of local names, without blanks around it; None when there is no such element."""
    found = child(element, *path)
    return None if found is None else (found.text or "").strip()


def attribute(element: ET.Element, name: str) -> str | None:
    """An attribute by its local name, in any letter case; None when absent."""
    return next((value for key, value in element.items() if key.rpartition("}")[2].casefold() == name.casefold()), None)
