"""The checks of a package: in an upgrade on every node, and run alone by an executor (dataminer 3.3, 8)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.lab.products.dataminer import package, prerequisites, state_files
from tests.lab.products.dataminer.installation import EXECUTOR
from tests.lab.products.dataminer.versions import version_of
from tests.lab_unit.dataminer.builders import PAIR_AND_ONE, USER, a_system, history, node, play, progress, upgrade, versions

FOLDER = r"C:\Staging\checks"


def failures(built: Any, name: str, target: str) -> list[str]:
    version = version_of(target)
    results = [prerequisites.run(node(built, name), check, version) for check in prerequisites.checks_of(version)]
    return [one.check for one in results if not one.passed]


def test_a_check_that_fails_on_an_offline_node_refuses_the_whole_upgrade() -> None:
    built = a_system(version="10.4.0 CU12", agents=PAIR_AND_ONE, nodes={"dma1b": {"asp_net": [6]}})
    play(lambda: upgrade(built, "dma2"))
    assert history(built).events("upgrade.start") == [] and set(versions(built).values()) == {"10.4.0 CU12"}
    assert history(built).events("prerequisite.run", "dma1b.contoso.lab")[0].get("failed") == ["VerifyDotNetVersion.dll"]
    lines = progress(built, "dma1b").splitlines()
    assert lines[-3:] == [
        "error|DataMiner Agent: 2 error(s) and 0 notice(s)",
        "    - Prerequisite VerifyDotNetVersion.dll failed: ASP.NET Core Hosting Bundle 8 is not installed",
        "- One or more prerequisites failed",
    ]
    folder = node(built, "dma1b").host.files.entries(state_files.PACKAGES)[0].path
    assert "PreRequisite-Result-VerifyDotNetVersion.dll.json" in node(built, "dma1b").host.files.list(folder)


def test_a_package_without_executor_cannot_verify() -> None:
    built = a_system(package={"executor": False})
    play(lambda: upgrade(built))
    assert progress(built, "dma2").endswith("error|Failed to verify prerequisites: the BPA executor could not be found\r\n")
    assert history(built).events("upgrade.start") == []


@pytest.mark.parametrize(
    ("facts", "target", "failing"),
    [
        ({}, "10.5.0 CU12", []),
        ({"asp_net": [8]}, "10.5.0 CU12", ["VerifyDotNetVersion.dll"]),
        ({"asp_net": [8]}, "10.5.0 CU9", []),
        ({}, "10.6.0 CU1", ["VerifyBrokerGatewayMigration.dll"]),
        ({"broker_gateway": True}, "10.6.0 CU1", []),
        ({"broker_gateway": True, "soft_launch": {"LegacyAnnotations": True}}, "10.6.0 CU1", ["VerifyNoAnnotations.dll"]),
        ({"broker_gateway": True, "remoting_port": 8010}, "10.6.0 CU1", ["VerifyGRPCConnection.dll"]),
        ({"broker_gateway": True, "connection_settings": "type=RemotingConnection\r\n"}, "10.6.0 CU1", ["VerifyGRPCConnection.dll"]),
        ({"broker_gateway": True, "redirects": ["http://x:8004/SLNetService"]}, "10.6.0 CU1", ["VerifyGRPCConnection.dll"]),
        (
            {"broker_gateway": True, "remoting_port": 8010, "maintenance": {"EnableDotNetRemoting": True}},
            "10.6.0 CU1",
            [],
        ),
        ({"legacy_files": [r"C:\Skyline DataMiner\ResourceManager\Resources.xml"]}, "10.5.0 CU12", ["VerifyElasticStorageType.dll"]),
        ({"failing_checks": {"VerifyNatsCluster.dll": "invented"}}, "10.5.0 CU12", ["VerifyNatsCluster.dll"]),
        ({"unexecutable_checks": ["VerifyNatsCluster.dll"]}, "10.5.0 CU12", ["VerifyNatsCluster.dll"]),
    ],
)
def test_checks_look_at_the_node(facts: dict[str, Any], target: str, failing: list[str]) -> None:
    assert failures(a_system(nodes={"dma1": facts}), "dma1", target) == failing


def test_an_old_windows_and_a_stopped_nats_are_found() -> None:
    built = a_system(nodes={"dma1": {"broker_gateway": True}}, hosts={"dma1": {"os": 9600}})
    node(built, "dma1").host.services.stop("nats-server")
    expected = ["VerifyNatsCluster.dll", "VerifyOSVersion.dll", "VerifyBrokerGatewayMigration.dll"]
    assert failures(built, "dma1", "10.6.0 CU1") == expected


def test_legacy_reports_count_only_before_their_end() -> None:
    legacy = {"legacy_files": [r"C:\Skyline DataMiner\Webpages\Reports\Templates\Templates.xml"]}
    assert failures(a_system(version="10.3.0 CU12", nodes={"dma1": legacy}), "dma1", "10.4.0") == ["VerifyNoLegacyReportsDashboards.dll"]
    assert failures(a_system(version="10.4.0 CU1", nodes={"dma1": legacy}), "dma1", "10.4.0 CU12") == []


@pytest.mark.parametrize("shape", ["object", "array", "nested"])
def test_result_files_come_in_several_shapes(shape: str) -> None:
    built = a_system(
        uncertain={"result_shape": shape},
        nodes={"dma1": {"failing_checks": {"VerifyNatsCluster.dll": "invented"}, "unexecutable_checks": ["VerifyDotNetVersion.dll"]}},
    )
    play(lambda: upgrade(built))
    folder = node(built, "dma1").host.files.entries(state_files.PACKAGES)[0].path
    texts = {name: node(built, "dma1").text(rf"{folder}\{name}") for name in node(built, "dma1").host.files.list(folder)}
    assert '"Outcome": "IssuesDetected"' in texts["PreRequisite-Result-VerifyNatsCluster.dll.json"]
    assert '"TestExecuted": false' in texts["PreRequisite-Result-VerifyDotNetVersion.dll.json"]
    assert isinstance(json.loads(texts["PreRequisite-Result-VerifyNatsCluster.dll.json"]), list if shape == "array" else dict)


def run_executor(built: Any, exe: str, checks: list[str], options: str = "") -> tuple[int, Any]:
    """Starts an executor as the documentation says: `-f "<out>.json" --"<dll1>" "<dll2>"`."""
    host = node(built, "dma1").host
    for check in checks:
        host.files.write(rf"{FOLDER}\{check}", package.check_content(check))
    quoted = " ".join(f'"{FOLDER}\\{check}"' for check in checks)
    line = f'"{exe}" {options}-f "C:\\Staging\\out.json" --{quoted}'

    async def work() -> int:
        program = built.world.program_of(host.files.file(exe))
        return int(await host.processes.run(program, "StandaloneBpaExecutor", command_line=line, user=USER, executable=exe).task)

    code = play(work)
    return code, json.loads(host.files.read("C:\\Staging\\out.json"))


def test_an_old_executor_always_ends_with_0_and_its_file_tells_the_truth() -> None:
    built = a_system(nodes={"dma1": {"asp_net": [6]}})
    code, results = run_executor(built, EXECUTOR, ["VerifyNatsCluster.dll", "VerifyDotNetVersion.dll"])
    assert code == 0 and [one["Outcome"] for one in results] == ["NoIssues", "IssuesDetected"]


@pytest.mark.parametrize(("facts", "code"), [({}, 0), ({"asp_net": [8]}, 2), ({"unexecutable_checks": ["VerifyDotNetVersion.dll"]}, 1)])
def test_the_executor_inside_a_new_package_has_real_exit_codes(facts: dict[str, Any], code: int) -> None:
    built = a_system(target="10.6.7", nodes={"dma1": facts})
    exe = r"C:\Staging\StandaloneBpaExecutor.exe"
    node(built, "dma1").host.files.write(exe, package.executor_content(version_of("10.6.7")))
    assert run_executor(built, exe, ["VerifyDotNetVersion.dll"])[0] == code


def test_a_check_that_nobody_signed_is_not_executed() -> None:
    built = a_system()
    node(built, "dma1").host.files.write(rf"{FOLDER}\Own.dll", "MZ")
    _unused, results = run_executor(built, EXECUTOR, ["VerifyNatsCluster.dll"], f'"{FOLDER}\\Own.dll" ')
    assert [one["TestExecuted"] for one in results] == [False, True]


def test_a_wrong_login_executes_nothing() -> None:
    built = a_system()
    _unused, results = run_executor(built, EXECUTOR, ["VerifyNatsCluster.dll"], f"-u {USER} -p wrong ")
    assert results[0]["TestExecuted"] is False and "Authentication failed" in results[0]["ResultMessage"]
