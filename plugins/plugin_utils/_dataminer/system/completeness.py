# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a whole system was given and could be asked: DataMiner is never upgraded in parts that nobody knows of (0.3, 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..._upgrade.rules import Finding
from ..._upgrade.steps import Refused
from ..package.names import PackageKind
from . import cluster
from .observation import Observation, Wanted
from .reasons import Kind

_WHOLE = ("agents_given", "pairs_whole", "members_given", "strangers", "one_id_for_each")
NOTHING = "nothing was started"


def unseen(seen: Observation) -> Refused | None:
    """The refusal when no host was given, one could not be asked, or has no DataMiner."""
    if not seen.nodes:
        return Refused(
            Kind.PARTIAL, seen.name, "no host was given", "none", "every node of the system", f"fill the group dataminer_agents; {NOTHING}"
        )
    silent = {name: view.unreachable or "no answer" for name, view in seen.nodes.items() if view.installation is None}
    if silent:
        return _unreachable(seen, silent)
    without = [name for name, node in seen.reached.items() if not node.is_installed]
    if not without:
        return None
    return seen.refused(
        Kind.NOT_DATAMINER,
        "DataMiner is not installed on every host given",
        f"no C:\\Skyline DataMiner on {', '.join(without)}",
        "nodes of DataMiner only",
        f"take them out of dataminer_agents; {NOTHING}",
    )


def _unreachable(seen: Observation, silent: Mapping[str, str]) -> Refused:
    """Without the findings of rules: what they say of half a system is about those that were not seen."""
    refusing = [name for name, view in seen.nodes.items() if view.refused_logon]
    mend = "make them reachable"
    if refusing:
        mend = f"check the account of the connection to {', '.join(refusing)}, its password and that it is not locked"
    reasons = "; ".join(f"{name}: {why}" for name, why in silent.items())
    return Refused(
        Kind.UNREACHABLE,
        seen.name,
        f"not all of its nodes could be asked{', and an upgrade goes on' if seen.moving else ''}",
        f"{reasons}; meanwhile {seen.moving}" if seen.moving else reasons,
        "an answer from every node, the offline ones of Failover pairs too",
        f"{mend}, then run the same command again: it attaches to what was started before; {NOTHING}",
    )


def nameless(seen: Observation, wanted: Wanted) -> Refused | None:
    """The refusal for a package whose name does not say what it installs."""
    goal = wanted.goal
    if goal.is_helper or (goal.version is not None and goal.kind is not PackageKind.UNKNOWN):
        return None
    want = "a name such as DataMiner 10.5.4.0-15588 Full Upgrade.dmupgrade"
    then = f"take the package under the name the vendor gave it; {NOTHING}"
    return seen.refused(Kind.PACKAGE, "the package's name does not say what it installs", goal.file, want, then)


def not_whole(seen: Observation, wanted: Wanted) -> Refused | None:
    """Every node of the cluster has to be here, and by the cluster's own word."""
    if not seen.agents.is_known:
        stopped = [name for name, node in seen.reached.items() if node.running.is_known and not node.running.value]
        mend = "mend the access to the web API"
        if len(stopped) == len(seen.reached):
            mend = f"start DataMiner on {', '.join(stopped)}: it does not run there, and only one that runs knows the cluster"
        return seen.refused(
            Kind.CLUSTER_UNREAD,
            "its own list of agents could not be read",
            seen.agents.unread_reason,
            "an answer of the web API (GetDataMinerAgentsInfo) from an agent that is online",
            f"{mend}, then run again; {NOTHING}",
        )
    whole = seen.cluster(wanted)
    found = [one for name in _WHOLE for one in cluster.RULES[f"dataminer.cluster.{name}"](whole) if not one.unknown]
    if not seen.agents.value or found:
        return seen.refused(
            Kind.PARTIAL,
            "the hosts given and the cluster do not agree",
            told(found) or "the web API lists no agent",
            "exactly the nodes of one cluster",
            f"correct the group dataminer_agents, both nodes of each Failover pair in it; {NOTHING}",
        )
    return None


def told(findings: Iterable[Finding]) -> str:
    """What findings have seen, in one line."""
    return "; ".join(f"{one.subject}: {one.seen}" if one.subject else one.seen for one in findings)
