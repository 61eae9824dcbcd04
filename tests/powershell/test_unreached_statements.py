# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which statements of the hands that look no engine test comes to: only calls of Windows, and the list of them is kept.

Runs behind all other tests of this room. What is listed runs on Wine hosts and on Windows alone; a statement that joins the list needs a
test or a reason, one that is reached leaves it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.powershell.engine import IS_WINDOWS, PLUGINS, reached, required_utilities, statements

LIST = Path(__file__).with_name("unreached_statements.txt")
HANDS = ("host_probe", "sql_query", "scom_command")


def scripts() -> list[Path]:
    hands = [PLUGINS / "modules" / f"{hand}.ps1" for hand in HANDS]
    return sorted({each for hand in hands for each in [hand, *required_utilities(hand)]})


def test_unreached_statements_are_calls_of_windows_and_listed(whole_room: bool) -> None:
    if IS_WINDOWS:
        pytest.skip("the list is that of an engine without Windows, here its calls are reached")
    if not whole_room:
        pytest.skip("only some tests of this room ran in this process, the others reach more statements")
    unreached = {f"{script.stem}: {text}" for script in scripts() for place, text in statements(script).items() if place not in reached}
    listed = {line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")}
    assert unreached == listed, "\n".join(["not listed:", *sorted(unreached - listed), "reached after all:", *sorted(listed - unreached)])
