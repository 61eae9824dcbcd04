# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a system was before an upgrade; kept beside the upgrade itself, so that any controller can prove it afterwards."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._upgrade.facts import Fact
from ..files.history import VersionHistory, read_history
from ..files.state_xml import NotReadable
from ..files.text_lines import decoded
from ..system.cluster import ApiAgent
from ..system.observation import Observation
from ..system.web_api import AgentCounts

FORM = 1


@dataclass(frozen=True)
class NodeBaseline:
    """One node before. ``services``: those that ran. ``packages``: ids of the entries below Upgrades\\Packages.

    ``boot_time_utc``: when Windows was started, '' when it is not known. ``gateway_read``: whether its APIGateway's page could be read.
    """

    history: VersionHistory
    services: frozenset[str]
    packages: frozenset[str]
    boot_time_utc: str = ""
    gateway_read: bool = False


@dataclass(frozen=True)
class Baseline:
    """A system before. ``taken_utc``: by the clock of the node that keeps the lock. ``online``: by DataMiner ID of each pair, the host.

    ``promised``: by DataMiner ID, the host that the policy promises to be online afterwards. Counts and alarms are unread where the web
    API did not tell them. ``started_with``: what the upgrade was started with, as plain data for the evidence of whoever ends it.
    """

    taken_utc: str
    nodes: Mapping[str, NodeBaseline]
    agents: frozenset[int]
    online: Mapping[int, str]
    promised: Mapping[int, str]
    counts: Fact[Mapping[int, AgentCounts]]
    alarms: Fact[int]
    acknowledged: tuple[str, ...] = field(default=())
    started_with: Mapping[str, Any] = field(default_factory=dict)


def take(
    seen: Observation,
    promised: Mapping[int, str],
    counts: Fact[Mapping[int, AgentCounts]],
    alarms: Fact[int],
    acknowledged: tuple[str, ...] = (),
    started_with: Mapping[str, Any] | None = None,
) -> Baseline:
    """The baseline of what was seen; nodes whose history could not be read have an empty one, which proves nothing later."""
    nodes = {
        name: NodeBaseline(
            history=node.history.value if node.history.is_known else VersionHistory(),
            services=node.running_services.value if node.running_services.is_known else frozenset(),
            packages=_packages(seen, name),
            boot_time_utc=node.host.boot_time_utc,
            gateway_read=node.modules.is_known,
        )
        for name, node in seen.reached.items()
    }
    agents: tuple[ApiAgent, ...] = seen.agents.value if seen.agents.is_known else ()
    return Baseline(
        taken_utc=next((node.host.utc_now for node in seen.reached.values()), ""),
        nodes=nodes,
        agents=frozenset(agent.id for agent in agents),
        online={pair.id: pair.online for pair in seen.pairs if pair.online},
        promised=dict(promised),
        counts=counts,
        alarms=alarms,
        acknowledged=acknowledged,
        started_with=dict(started_with or {}),
    )


def _packages(seen: Observation, name: str) -> frozenset[str]:
    stored = seen.nodes[name].packages
    return frozenset(one.id for one in stored.value) if stored.is_known else frozenset()


def write(baseline: Baseline) -> bytes:
    """The baseline as a JSON file."""
    return json.dumps(document(baseline), indent=1).encode()


def document(baseline: Baseline) -> dict[str, Any]:
    """The baseline as plain data."""
    counts = baseline.counts.value if baseline.counts.is_known else None
    return {
        "form": FORM,
        "taken_utc": baseline.taken_utc,
        "nodes": {
            name: {
                "history": base64.b64encode("\n".join(f"{one.time};{one.raw}" for one in node.history.entries).encode()).decode(),
                "services": sorted(node.services),
                "packages": sorted(node.packages),
                "boot_time_utc": node.boot_time_utc,
                "gateway_read": node.gateway_read,
            }
            for name, node in baseline.nodes.items()
        },
        "agents": sorted(baseline.agents),
        "online": {str(number): host for number, host in baseline.online.items()},
        "promised": {str(number): host for number, host in baseline.promised.items()},
        "counts": None if counts is None else {str(number): vars(one) for number, one in counts.items()},
        "alarms": baseline.alarms.value if baseline.alarms.is_known else None,
        "acknowledged": list(baseline.acknowledged),
        "started_with": dict(baseline.started_with),
    }


def read(data: bytes) -> Baseline:
    """What `write` wrote. Raises NotReadable for anything else."""
    try:
        found: dict[str, Any] = json.loads(decoded(data))
        if found["form"] != FORM:
            raise NotReadable("it was written by another version of this collection")
        counts = found["counts"]
        return Baseline(
            taken_utc=str(found["taken_utc"]),
            nodes={name: _node(raw) for name, raw in found["nodes"].items()},
            agents=frozenset(int(one) for one in found["agents"]),
            online={int(number): str(host) for number, host in found["online"].items()},
            promised={int(number): str(host) for number, host in found["promised"].items()},
            counts=_fact(
                {int(number): AgentCounts(**one) for number, one in counts.items()} if counts is not None else None, "the counts before"
            ),
            alarms=_fact(found["alarms"], "the number of alarms before"),
            acknowledged=tuple(str(one) for one in found["acknowledged"]),
            started_with=dict(found.get("started_with") or {}),
        )
    except NotReadable:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotReadable(f"it is no baseline: {error}") from error


def _node(raw: Mapping[str, Any]) -> NodeBaseline:
    return NodeBaseline(
        read_history(base64.b64decode(raw["history"])),
        frozenset(map(str, raw["services"])),
        frozenset(map(str, raw["packages"])),
        str(raw.get("boot_time_utc") or ""),
        bool(raw.get("gateway_read")),
    )


def _fact(value: Any, what: str) -> Fact[Any]:
    return Fact.unread(what, "the web API did not report it then") if value is None else Fact.known(value)
