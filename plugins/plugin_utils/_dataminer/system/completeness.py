# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Are all nodes of the cluster given and reachable? DataMiner is only ever upgraded as a whole (0.3, 6)."""

from __future__ import annotations

from collections.abc import Mapping

from ..._upgrade.judgement import Judgement, judge
from ..._upgrade.rules import RuleBook
from ..._upgrade.steps import Refused
from ..._upgrade.texts import NOTHING_STARTED, RUN_AGAIN
from . import cluster
from .observation import Observation, Wanted
from .reasons import Kind
from .refusals import RULED, found
from .situation import Situation


def unreachable(seen: Observation) -> Refused | None:
    """The refusal when no host was given, one could not be asked, or has no DataMiner."""
    if not seen.nodes:
        return Refused(
            Kind.PARTIAL,
            seen.name,
            "no host was given",
            "none",
            "every node of the system",
            f"fill the group dataminer_agents; {NOTHING_STARTED}",
        )
    silent = {name: view.unreachable or "no answer" for name, view in seen.nodes.items() if view.installation is None}
    if silent:
        return _not_asked(seen, silent)
    without = [name for name, node in seen.reached.items() if not node.is_installed]
    if not without:
        return None
    return seen.refused(
        Kind.NOT_DATAMINER,
        "DataMiner is not installed on every host given",
        f"no C:\\Skyline DataMiner on {', '.join(without)}",
        "nodes of DataMiner only",
        f"take them out of dataminer_agents; {NOTHING_STARTED}",
    )


def _not_asked(seen: Observation, silent: Mapping[str, str]) -> Refused:
    """Without the findings of rules: what they say of half a system is about those that were not seen."""
    refusing = [name for name, view in seen.nodes.items() if view.refused_logon]
    fix = "make them reachable"
    if refusing:
        fix = f"check the account of the connection to {', '.join(refusing)}, its password and that it is not locked"
    reasons = "; ".join(f"{name}: {why}" for name, why in silent.items())
    return Refused(
        Kind.UNREACHABLE,
        seen.name,
        f"not all of its nodes could be asked{', and an upgrade runs' if seen.moving else ''}",
        f"{reasons}; meanwhile {seen.moving}" if seen.moving else reasons,
        "an answer from every node, the offline ones of Failover pairs too",
        f"{fix}, then {RUN_AGAIN}: it attaches to what was started before; {NOTHING_STARTED}",
    )


def package_unnamed(seen: Observation) -> Refused | None:
    """The refusal for a package whose name does not say what it installs."""
    return seen.refused_by_rule(Kind.PACKAGE)


def incomplete(seen: Observation) -> Refused | None:
    """Every node of a judged cluster has to be here, and by the cluster's own word."""
    if not seen.agents.is_known:
        stopped = [name for name, node in seen.reached.items() if node.running.is_known and not node.running.value]
        fix = "fix the access to the web API"
        if len(stopped) == len(seen.reached):
            fix = f"start DataMiner on {', '.join(stopped)}: it does not run there, and only one that runs knows the cluster"
        return seen.refused(
            Kind.CLUSTER_UNREAD,
            "its own list of agents could not be read",
            seen.agents.unread_reason,
            "an answer of the web API (GetDataMinerAgentsInfo) from an agent that is online",
            f"{fix}, then run again; {NOTHING_STARTED}",
        )
    wanted, then = "exactly the nodes of one cluster", "correct the group dataminer_agents, both nodes of each Failover pair in it"
    if not seen.agents.value:
        headline = RULED[Kind.PARTIAL].headline
        return seen.refused(Kind.PARTIAL, headline, "the web API lists no agent", wanted, f"{then}; {NOTHING_STARTED}")
    return seen.refused_by_rule(Kind.PARTIAL, wanted, then)


def judged_as_a_whole(seen: Observation, wanted: Wanted) -> Observation:
    """The same with what `incomplete` tells, for whom nothing else is to be judged."""
    book = RuleBook(cluster.RULES[name] for name in RULED[Kind.PARTIAL].rules)
    judged = seen.judged(judge(book, Situation(seen, wanted).cluster, host=seen.name))
    return seen.judged(Judgement(found(judged.judgement, Kind.PARTIAL)))
