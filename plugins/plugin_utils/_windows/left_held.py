# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What stays held on hosts when an error ends an action: whoever leaves it says so on the error, and it is told with the error."""

from __future__ import annotations


def leave_held(error: BaseException, what: str) -> None:
    """Says on an error what it leaves held, where, and how it is restored. Nothing is said for ''."""
    if what and what not in left_held(error):
        vars(error)["left_held"] = (*left_held(error), what)


def left_held(error: BaseException) -> tuple[str, ...]:
    """What was said to be left held."""
    found: tuple[str, ...] = vars(error).get("left_held", ())
    return found
