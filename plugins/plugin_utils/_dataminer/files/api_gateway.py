# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The version page of a node's APIGateway: where to ask, and the modules it names (0.8, 9, log-shapes 10)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .state_xml import NotReadable
from .text_lines import decoded

SLNET = "SLNet"
_DEEPEST = 50
_LARGEST = 4 * 1024 * 1024


def version_url(address: str, *, in_pair: bool) -> str:
    """Where a node tells its modules.

    The web server of an offline Failover node passes requests on to its partner, and the wrong node would be looked at, unless the
    query ends with ``bypassProxy=true`` (0.8 D, the exception by a screenshot). It is given to both nodes: roles may change.

    >>> version_url("10.20.0.12", in_pair=True)
    'https://10.20.0.12/APIGateway/api/version?bypassProxy=true'
    """
    host = f"[{address}]" if ":" in address else address
    return f"https://{host}/APIGateway/api/version" + ("?bypassProxy=true" if in_pair else "")


def read_modules(body: bytes) -> dict[str, str | None]:
    """Modules by name with their versions, None where the page gives none. Raises NotReadable when it is no JSON or names no module.

    Its exact form is not published (10 U): every object with a name and a version counts, at any depth and in any letter case, and so
    does a plain map from names to versions.

    >>> read_modules(b'[{"Name":"SLNet","Version":"10.3.2317.354","Endpoint":"x"}]')
    {'SLNet': '10.3.2317.354'}
    """
    if len(body) > _LARGEST:
        raise NotReadable(f"{len(body):,} bytes are no version page")
    try:
        value = json.loads(decoded(body))
    except (ValueError, RecursionError) as error:
        raise NotReadable(f"the version page is no JSON: {error}") from error
    modules = dict(_modules(value)) or _plain_map(value)
    if not modules:
        raise NotReadable("the version page names no module")
    return modules


def version_of(modules: dict[str, str | None], name: str) -> str | None:
    """The version of a module, whatever the letter case of its name; None when it is not there or has none."""
    return next((version for module, version in modules.items() if module.casefold() == name.casefold()), None)


def _modules(value: Any) -> Iterator[tuple[str, str | None]]:
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        if isinstance(one, dict):
            lowered = {str(key).casefold(): inner for key, inner in one.items()}
            name, version = lowered.get("name"), lowered.get("version")
            if isinstance(name, str) and "version" in lowered:
                yield name, version if isinstance(version, str) and version else None
        inners = list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []
        if depth < _DEEPEST:
            waiting.extend((inner, depth + 1) for inner in reversed(inners))


def _plain_map(value: Any) -> dict[str, str | None]:
    if not isinstance(value, dict) or not all(inner is None or isinstance(inner, str) for inner in value.values()):
        return {}
    return {str(name): version or None for name, version in value.items()}
