# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the services of the other management servers must be stopped: while the first one is upgraded (6.1 D)."""

from __future__ import annotations

from ..releases.releases import is_at
from . import order
from .observation import Observation, Wanted


def has_to_hold(seen: Observation, wanted: Wanted, *, may_run: bool) -> bool:
    """Before a first setup is started, or gone on with. ``may_run``: one runs here, or may run, whoever started it.

    While the group cannot be read nothing is started, and what runs is the first one unless another server is at the target.
    """
    if not seen.peers:
        return False
    if not seen.group.is_known:
        return may_run and not order.finished(seen.peers, wanted.target)
    group = seen.group.value
    # A first setup that failed after its script leaves the database at the target, and its second try runs the script again.
    is_done = seen.me.release is wanted.target and is_at(group.database_version, wanted.target)
    return order.is_first(seen.peers, group, wanted.target) and not is_done
