"""What SLTaskbarUtility refuses, and its traps by version (dataminer 1.1, 1.2)."""

from __future__ import annotations

import pytest

from tests.lab.products.dataminer.upgrade_info import BadUpgradeInfo, read
from tests.lab_unit.dataminer.builders import INFO, a_system, history, node, package_path, play, rules_broken, start, upgrade, versions


def refusal(built: object) -> str:
    return str(history(built).events("utility.refused")[0].get("reason"))


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        ("NT AUTHORITY\\SYSTEM", "is no DataMiner user"),
        ("CONTOSO\\ansible", "is no DataMiner user"),
        ("CONTOSO\\svc-dataminer-api", "has no right to upgrade agents"),
    ],
)
def test_the_login_is_that_of_the_windows_user(user: str, reason: str) -> None:
    built = a_system()
    assert play(lambda: upgrade(built, user=user)) == 1
    assert reason in refusal(built) and history(built).events("upload.start") == []


def test_an_expired_dataminer_user_cannot_upgrade_though_windows_lets_it_log_on() -> None:
    built = a_system(users={"dataminer": {"administrator": True, "expired": True}})
    play(lambda: upgrade(built))
    assert "has expired" in refusal(built)
    assert 'expired="true"' in node(built, "dma2").text(r"C:\Skyline DataMiner\Security.xml")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("", "no_command"),
        ("-help", "unknown_command"),
        ("-upgrade", "unknown_command"),
        (r"-upgrade C:\none.dmupgrade", "package_missing"),
        (r"-upgrade C:\Windows\System32\drivers\etc\services", "BadPackage"),
    ],
)
def test_a_command_it_cannot_use(arguments: str, reason: str) -> None:
    built = a_system()
    assert play(lambda: upgrade(built, arguments=arguments)) == 1
    assert refusal(built).startswith(reason)


def test_an_upgrade_info_that_is_not_there() -> None:
    built = a_system()
    play(lambda: upgrade(built, arguments=f'-upgrade "{package_path(built)}" C:\\none.xml'))
    assert refusal(built) == "upgrade_info_missing"


def test_an_address_nobody_has() -> None:
    built = a_system()
    play(lambda: upgrade(built, addresses=["192.0.2.1"]))
    assert refusal(built) == "no agent at 192.0.2.1"


@pytest.mark.parametrize(
    "text", ["no xml", "<Other/>", "<UpgradeInfo/>", "<UpgradeInfo><Agents><IP>a</IP></Agents><IsCluster>1</IsCluster></UpgradeInfo>"]
)
def test_an_upgrade_info_that_is_wrong(text: str) -> None:
    with pytest.raises(BadUpgradeInfo):
        read(text.encode())


def test_an_unknown_policy_is_refused() -> None:
    built = a_system()
    play(lambda: upgrade(built, FailoverPolicy="Sometimes"))
    assert refusal(built).startswith("BadUpgradeInfo")


@pytest.mark.parametrize(("bug", "rules"), [("ignores_file", ["rolling_run"]), ("does_nothing", [])])
def test_an_old_utility_misreads_its_arguments_when_no_instance_runs(bug: str, rules: list[str]) -> None:
    facts = {"version": "10.3.0 CU10", "target": "10.4.0 CU12", "tray_instance": False, "uncertain": {"argument_bug": bug}}
    built = a_system(**facts)
    play(lambda: upgrade(built))
    assert history(built).events("utility.misread") and rules_broken(built) == rules + (["mixed_versions"] if rules else [])


@pytest.mark.parametrize("facts", [{"tray_instance": True}, {"version": "10.3.0 CU11", "tray_instance": False}])
def test_a_running_instance_or_a_newer_version_reads_them_well(facts: dict[str, object]) -> None:
    built = a_system(**{"version": "10.3.0 CU10", "target": "10.4.0 CU12", **facts})
    play(lambda: upgrade(built))
    assert set(versions(built).values()) == {"10.4.0 CU12"} and rules_broken(built) == []


def test_an_old_utility_shows_a_window_and_waits_when_the_agent_does_not_run() -> None:
    built = a_system(version="10.4.0 CU12", nodes={"dma1": {"running": False}})

    async def work() -> bool:
        process = start(built)
        await built.world.journal.wait_for("utility.popup")
        assert process.task
        waits = not process.task.done()
        node(built, "dma1").host.processes.kill(process)
        return waits

    assert play(work) and rules_broken(built) == []


@pytest.mark.parametrize("version", ["10.4.0 CU13", "10.5.0 CU1", "10.5.4"])
def test_a_newer_one_says_so(version: str) -> None:
    built = a_system(version=version, target="10.6.3", nodes={"dma1": {"running": False}})
    play(lambda: upgrade(built))
    assert refusal(built) == "agent_not_running"


@pytest.mark.parametrize(("switch", "upgraded"), [("adds_all", {"dma1", "dma2"}), ("listed_only", {"dma1"})])
def test_how_the_list_and_is_cluster_go_together_is_uncertain(switch: str, upgraded: set[str]) -> None:
    built = a_system(uncertain={"is_cluster": switch})
    play(lambda: upgrade(built, addresses=[node(built, "dma1").address]))
    assert {name for name, version in versions(built).items() if version == "10.5.0 CU12"} == upgraded


@pytest.mark.parametrize(("folder", "path"), [("x86", "Program Files (x86)"), ("64bit", "Program Files")])
def test_the_utility_lies_in_one_of_two_folders(folder: str, path: str) -> None:
    built = a_system(uncertain={"utility_folder": folder})
    exe = rf"C:\{path}\Skyline Communications\Skyline Taskbar Utility\SLTaskbarUtility.exe"
    assert node(built, "dma1").host.files.file(exe).program == "dataminer_utility"
    assert built.world.find_host("dma1").files.is_file(INFO) is False


def test_stop_and_start_act_on_the_local_agent() -> None:
    built = a_system()

    async def work() -> None:
        assert await upgrade(built, arguments="-stop") == 0
        assert node(built, "dma1").state.value == "Disconnected" and node(built, "dma2").state.value == "Running"
        await upgrade(built, arguments="-restart")
        await built.world.journal.wait_for("dataminer.state", "dma1.contoso.lab", state="Running")

    play(work)
