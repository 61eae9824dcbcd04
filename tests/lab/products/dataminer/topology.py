"""Which agents and nodes a scenario describes, and what is wrong with the description."""

from __future__ import annotations

from tests.lab.products.dataminer.plan import AgentSpec, DataMinerSpec, UpgradePlan
from tests.lab.products.dataminer.versions import version_of
from tests.lab.strict import ScenarioError, read

ACCOUNTS = {  # by role, in the shape of the scenario's other accounts
    "dataminer": {"name": "svc-dataminer", "password": "CANARY-dataminer-Lm39", "rights": ["SeServiceLogonRight", "SeBatchLogonRight"]},
    "dataminer_api": {"name": "svc-dataminer-api", "password": "CANARY-dmapi-Tz71", "local_admin": False},
}


def agents_of(spec: DataMinerSpec) -> list[AgentSpec]:
    """The agents of the cluster in the order of the scenario.

    >>> [one.name for one in agents_of(DataMinerSpec("10.5.0", agents=2))]
    ['dma1', 'dma2']
    """
    listed = spec.agents
    named = [AgentSpec(f"dma{number}") for number in range(1, listed + 1)] if isinstance(listed, int) else listed
    return [AgentSpec(one) if isinstance(one, str) else one for one in named]


def node_names(spec: DataMinerSpec | None) -> list[str]:
    """Every node by the name the scenario gives it: both of a pair, and the agents of no cluster last."""
    if spec is None:
        return []
    own = [name for agent in agents_of(spec) for name in (agent.name, agent.partner) if name]
    return own + list(spec.external)


def check(spec: DataMinerSpec) -> None:
    """Raises ScenarioError for what only the whole description shows."""
    packages = [spec.package, *spec.further_packages]
    versions = {"dataminer.version": spec.version, "dataminer.target": spec.target}
    versions |= {f"dataminer.packages[{number}].version": one.version for number, one in enumerate(packages)}
    versions |= {f"dataminer.history[{number}]": one for number, one in enumerate(spec.history)}
    names = node_names(spec)
    for name, node in spec.nodes.items():
        where = f"dataminer.nodes.{name}"
        if name not in names:
            raise ScenarioError(where, f"no node is called so; nodes: {', '.join(names)}")
        versions[f"{where}.version"] = node.version
        plain = {key: value for key, value in node.upgrade.items() if key != "runs"}
        read(UpgradePlan, plain, f"{where}.upgrade")
        for number, run in enumerate(node.upgrade.get("runs") or []):
            read(UpgradePlan, run, f"{where}.upgrade.runs[{number}]")
    for where, title in versions.items():
        if title is None:
            continue
        try:
            version_of(title)
        except LookupError as error:
            raise ScenarioError(where, str(error.args[0])) from error
