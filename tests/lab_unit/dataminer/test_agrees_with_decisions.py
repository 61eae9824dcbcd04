"""The simulated system, written without this knowledge, is read and decided about by it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.policy import Policy
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.failover.roles import Role
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.files.silence import Silence
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.node import detect
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.outcome import baseline, phases, proof
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.package.package import read_package
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.prerequisites import Attestation, Options
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system import stored_packages, web_api
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.goal import Goal
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.observation import NodeView, Observation, Wanted
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.system.reasons import Kind, Start
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.upgrade.decide import next_step
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility import command
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.utility.upgrade_info import write_upgrade_info
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer.versions.versions import parse
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.questions import Answers
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.steps import Done, Refused

from tests.lab.products.dataminer.web import Request
from tests.lab_unit.dataminer.builders import INFO, USER, a_system, package_path, play, rules_broken, start
from tests.lab_unit.windows.builders import hand

PAIRS = [{"name": "dma1", "partner": "dma1b"}, {"name": "dma2", "partner": "dma2b", "online": "partner"}, "dma3"]


class Seen:
    """A simulated system through our own eyes: its hosts by host_probe, its web API by our calls."""

    def __init__(self, built) -> None:
        self.built = built
        self.nodes = {name.partition(".")[0]: node for name, node in built.dataminer.system.nodes.items() if node.cluster == "labx"}
        package = read_package(io.BytesIO(built.dataminer.system.packages[0].content), built.dataminer.system.packages[0].file_name)
        self.wanted = Wanted(Goal.of(package, "ab" * 32), known_source=parse(built.dataminer.system.spec.version))
        self.answers: dict[str, Answers] = {}

    async def probe(self, name, questions):
        result = await hand(self.nodes[name].host, "host_probe", user=self.built.scenario.accounts["operator"].name, questions=questions)
        return Answers.from_result(result["answers"])

    def call(self, name, call, *, bypass=False):
        target = call.path + (web_api.BYPASS if bypass else "")
        reply = self.built.dataminer.web.answer(self.nodes[name], Request("POST", target, call.body))
        return web_api.result(reply.status, reply.body)

    async def look(self):
        views = {}
        for name, node in self.nodes.items():
            asked = {**detect.questions(node.name), **prerequisites.questions(Options(self.wanted))}
            answers = await self.probe(name, asked)
            installation = detect.read(answers)
            stored = stored_packages.read(
                installation.package_folders, await self.probe(name, stored_packages.questions(installation.package_folders))
            )
            web = Fact.known(web_api.read_web_version(self.call(name, web_api.WEB_VERSION, bypass=True)))
            views[name] = NodeView(name, installation, packages=stored, web=web)
            self.answers[name] = answers
        return Observation(views, Fact.known(web_api.read_agents(self.in_session(web_api.AGENTS))))

    def in_session(self, method):
        online = next(name for name, node in self.nodes.items() if node.is_online)
        account = self.built.scenario.accounts["dataminer"]
        session = web_api.read_session(self.call(online, web_api.connect(account.name, account.password)))
        return self.call(online, web_api.of_session(method, session.connection))

    def judged(self, observation):
        options = Options(self.wanted, Attestation("Ann", next(iter(observation.reached.values())).host.utc_now))
        seen = prerequisites.read(observation, self.answers, options, login=Fact.known(""))
        return observation.judged(prerequisites.judge(seen))

    def api(self):
        return proof.ApiAfter(
            logged_in=Fact.known(True),
            version=Fact.known(self.wanted.goal.target),
            counts=Fact.known(web_api.read_counts(self.in_session(web_api.STATISTICS))),
            alarms=Fact.known(web_api.read_alarms(self.in_session(web_api.ALARMS))),
        )


def test_a_simulated_system_with_pairs_may_be_upgraded():
    async def whole():
        seen = Seen(a_system(agents=PAIRS))
        observation = seen.judged(await seen.look())
        roles = {name: observation.node_role(name).role for name in ("dma1", "dma1b", "dma2", "dma2b")}
        assert roles == {"dma1": Role.ONLINE, "dma1b": Role.OFFLINE, "dma2": Role.OFFLINE, "dma2b": Role.ONLINE}
        step = next_step(observation, seen.wanted)
        assert isinstance(step, Start), step.text()
        assert step.orchestrator == "dma3"
        assert len(step.upgrade_info.agents) == 3

    play(whole)


UNCERTAIN = [
    {},
    {"utility_folder": "64bit"},
    {"self_replacement": "survives", "exit_code": 3},
    {"is_cluster": "listed_only"},
    {"pair_entry": "shared_address"},
    {"history_line": "cu"},
    {"version_text": "date"},
    {"progress_lines": "full", "progress_tail": "finished"},
    {"results_kept": "nothing", "result_shape": "nested"},
    {"gateway_shape": "map"},
    {"gateway_shape": "object"},
    {"gateway_shape": "lower_case", "gateway_null_version": True},
    {"reverse_proxy": "shared_name_only"},
    {"dms_namespace": False, "session_error": 401},
]


async def upgraded_and_proven(seen):
    """Decides, starts the utility with our file and our command, follows it to the end; returns the start and the proof."""
    observation = seen.judged(await seen.look())
    step = next_step(observation, seen.wanted)
    assert isinstance(step, Start), step.text()
    counts = Fact.known(web_api.read_counts(seen.in_session(web_api.STATISTICS)))
    before = baseline.take(observation, step.online_afterwards, counts, Fact.known(12))
    made = command.upgrade(observation.reached[step.orchestrator].utilities.value[0], package_path(seen.built), INFO)
    process = start(seen.built, step.orchestrator, addresses=step.upgrade_info.agents, arguments=made.arguments, user=USER)
    seen.nodes[step.orchestrator].host.files.write(INFO, write_upgrade_info(step.upgrade_info))
    await process.task
    await seen.built.dataminer.system.operations[-1].task
    after = await seen.look()
    fared = phases.look(after, seen.wanted, step.nodes, before, utility_runs=False)
    assert fared.is_over
    return step, after, proof.of(after, seen.api(), seen.wanted, step.nodes, before, fared)


@pytest.mark.parametrize("uncertain", UNCERTAIN, ids=str)
def test_our_command_and_file_upgrade_the_simulated_system_and_prove_it(uncertain):
    async def whole():
        seen = Seen(a_system(agents=PAIRS, uncertain=uncertain))
        _unused, after, found = await upgraded_and_proven(seen)
        assert found.proven, found.text()
        assert isinstance(next_step(after, seen.wanted), Done)
        assert rules_broken(seen.built) == []

    play(whole)


@pytest.mark.parametrize("addressing", ["virtual_ip", "shared_name"])
@pytest.mark.parametrize(
    ("policy", "online"), [(Policy.SIMULTANEOUSLY, "dma1"), (Policy.BACKUP_FIRST, "dma1b"), (Policy.BACKUP_FIRST_WITH_SWITCHBACK, "dma1")]
)
def test_every_policy_ends_with_the_roles_it_promises(policy, online, addressing):
    async def whole():
        seen = Seen(a_system(agents=[{"name": "dma1", "partner": "dma1b", "addressing": addressing}, "dma2"]))
        seen.wanted = replace(seen.wanted, policy=policy, legacy_policy_acknowledged=True)
        step, after, found = await upgraded_and_proven(seen)
        assert step.online_afterwards == {701: online}
        assert [pair.online for pair in after.pairs] == [online]
        assert found.proven, found.text()

    play(whole)


async def operated(seen):
    """What was to be started, what was kept of the system before, and the system once the operation has ended."""
    observation = seen.judged(await seen.look())
    step = next_step(observation, seen.wanted)
    before = baseline.take(observation, {}, Fact.unread("x", "x"), Fact.unread("x", "x"))
    await start(seen.built, step.orchestrator, addresses=step.upgrade_info.agents).task
    await seen.built.dataminer.system.operations[0].task
    return step, before, await seen.look()


def test_a_simulated_failure_is_told_with_its_first_cause():
    async def whole():
        built = a_system(agents=3, nodes={"dma2": {"upgrade": {"outcome": "fails"}}})
        seen = Seen(built)
        step, before, after = await operated(seen)
        fared = phases.look(after, seen.wanted, step.nodes, before, utility_runs=False)
        assert fared.is_over
        assert [one.name for one in fared.failed] == ["dma2"]
        assert "dcomConfig.exe" in fared.first_cause
        half = next_step(after, seen.wanted)
        assert isinstance(half, Start), half.text()
        assert half.nodes == ("dma2",)
        assert not half.upgrade_info.is_cluster

    play(whole)


@pytest.mark.parametrize("log", ["told", "silent"])
def test_a_simulated_upload_that_fails_at_one_of_three_nodes_is_seen_to_have_failed(log):
    """Whether the log of the one that started it says so is uncertain (9.1 U): with a word it is over at once, without one later."""

    async def whole():
        built = a_system(agents=3, nodes={"dma3": {"upgrade": {"receives": False}}}, uncertain={"upload_failure": log})
        seen = Seen(built)
        step, before, after = await operated(seen)
        silence = Silence() if log == "told" else Silence(stalled=-1)
        fared = phases.look(after, seen.wanted, step.nodes, before, utility_runs=False, silence=silence)
        assert fared.is_over and fared.failed
        assert fared.not_arrived == ("dma3",)
        assert not any(one.phase is phases.Phase.DONE for one in fared.nodes.values())

    play(whole)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"stored": [{"state": "Completed"}]}, Kind.USED),
        ({"nodes": {"dma2": {"asp_net": [6]}}}, Kind.BLOCKED),
        ({"version": "10.5.0 CU6", "target": "10.7.0 CU0"}, Kind.BLOCKED),
        ({"nodes": {"dma2": {"running": False}}}, Kind.BLOCKED),
    ],
)
def test_what_is_wrong_with_a_simulated_system_is_found(changes, kind):
    async def whole():
        built = a_system(**changes)
        seen = Seen(built)
        step = next_step(seen.judged(await seen.look()), seen.wanted)
        assert isinstance(step, Refused), step.text()
        assert step.kind is kind, step.text()

    play(whole)
