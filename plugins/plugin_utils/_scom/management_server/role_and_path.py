# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a host is a management server, and one that an upgrade leads from to the target (2.1 D, 5 W)."""

from __future__ import annotations

from ..._upgrade.steps import Refused
from ..group.server import Member
from ..releases.releases import Release
from ..releases.upgrade_path import path_advice
from . import order
from .observation import Observation, Wanted
from .reasons import Kind


def not_a_management_server(me: Member, target: Release) -> Refused | None:
    """The refusal for a host that is none, or none any more after a setup of ours; None when it is one."""
    if me.installation.management_server is not None:
        return None
    roles = ", ".join(role.value.replace("_", " ") for role in me.installation.roles) or "no role of Operations Manager"
    headline, then = "it is no management server", "take it out of scom_management_servers; nothing was started"
    if order.has_begun(me, target):
        headline = f"it is no management server any more since a setup to {target} failed on it"
        then = "restore it, or recover the group without it, by the evidence of that setup; then run again; nothing was started"
    return Refused(Kind.NOT_A_MANAGEMENT_SERVER, me.name, headline, roles, "a management server", then)


def no_way(seen: Observation, wanted: Wanted) -> Refused | None:
    """The refusal for a release that no upgrade by media takes to the target; None for one that it does."""
    if seen.me.release is None:
        unknown = f"server version {seen.me.version or 'not recorded'}"
        return seen.refused(Kind.WRONG_PATH, "its release is not known", unknown, "a published version", "install a published build")
    advice = path_advice(seen.me.release, wanted.target)
    if advice is None:
        return None
    headline = f"no upgrade leads from {seen.me.release} to {wanted.target}"
    return seen.refused(Kind.WRONG_PATH, headline, advice.seen, advice.wanted, advice.fix)
