# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of servers: registry, database, Data Access service and inventory each write them in their own way."""

from __future__ import annotations


def same_host(one: str, other: str) -> bool:
    """Whether two names mean one host: case does not matter, and a name without a domain is compared by its first label.

    >>> same_host("MS1.contoso.lab", "ms1"), same_host("ms1.contoso.lab", "ms1.fabrikam.lab")
    (True, False)
    """
    left, right = one.casefold().rstrip("."), other.casefold().rstrip(".")
    if "." in left and "." in right:
        return left == right
    return left.partition(".")[0] == right.partition(".")[0]
