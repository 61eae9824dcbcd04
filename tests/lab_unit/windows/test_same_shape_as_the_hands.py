"""What the lab answers has the shape that the documentation of the hands promises and the other rings are held to (design 8)."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade import questions as q

from tests.lab.windows.argument_spec import MODULES
from tests.lab.world import Endpoint
from tests.powershell.shape import DATA, answer_faults

from .builders import ADMIN, ADMIN_PASSWORD, SETUP, SETUP_PASSWORD, Waiting, a_host, a_world, asynchronous, run
from .media_host import EXE, ID, REAL_LOG, START
from .test_sql_and_scom import QUERIES, Sql

CERTIFICATE = {
    "thumbprint": "AB",
    "subject": "CN=ms1",
    "issuer": "CN=CA",
    "not_before_utc": "2026-01-01T00:00:00Z",
    "not_after_utc": "2030-01-01T00:00:00Z",
    "has_private_key": True,
    "dns_names": ["ms1"],
    "enhanced_key_usages": ["1.3.6.1.5.5.7.3.1"],
}
SPEC: dict[str, Any] = {
    "registry": {r"HKLM\SOFTWARE\X\Y": {"text": "a", "number": 1, "list": ["a"], "bytes": {"type": "binary", "value": "00"}}},
    "services": {"OMSDK": {"status": "running", "delayed": True}},
    "files": {r"C:\X\a.exe": {"size": 5, "version": "1.2.3.4"}, r"C:\X\a.log": "text"},
    "processes": [{"name": "mmc", "session_id": 2}],
    "programs": [{"name": "Product", "version": "1.0", "publisher": "Vendor"}],
    "pending_reboot": ["component_servicing", "computer_rename", {"reason": "file_renames", "detail": [r"C:\x"]}],
    "features": {"Web-Server": "installed"},
    "vc_runtimes": {"x64": "14.36.32532.0"},
    "certificates": {"My": [CERTIFICATE]},
    "scheduled_tasks": {r"\Example": [{"name": "a", "state": "ready", "last_result": 0, "last_run_utc": None}]},
    "events": [{"log": "Application", "id": 7}],
    "rights": {"SeServiceLogonRight": [SETUP, "S-1-5-21-1-2-3-4"]},
    "groups": {"S-1-5-32-544": ["S-1-5-21-1-2-3-4", r"CONTOSO\SCOM Admins"]},
    "listeners": [80],
    "web": {"/": {"body": "x"}},
}
QUESTIONS: q.Questions = {
    "registry_key": q.registry_key(r"SOFTWARE\X\Y"),
    "registry_subkeys": q.registry_subkeys(r"SOFTWARE\X"),
    "services": q.services("OMSDK"),
    "file": q.file(r"C:\X\a.exe", sha256=True),
    "file_text": q.file_text(r"C:\X\a.log"),
    "directory": q.directory(r"C:\X"),
    "operating_system": q.operating_system(),
    "hardware": q.hardware(),
    "disks": q.disks(),
    "pending_reboot": q.pending_reboot(),
    "processes": q.processes("*"),
    "listening_ports": q.listening_ports(5985),
    "network_addresses": q.network_addresses(),
    "tcp": q.tcp("sql1", 1433),
    "http": q.http("http://localhost/"),
    "programs": q.programs("*"),
    "dotnet_framework": q.dotnet_framework(),
    "vc_runtimes": q.vc_runtimes(),
    "features": q.features("Web-Server"),
    "user_rights": q.user_rights("SeServiceLogonRight"),
    "local_group": q.local_group("S-1-5-32-544"),
    "account": q.account(SETUP),
    "credential": q.credential(SETUP, "setup"),
    "event_count": q.event_count("Application", "2026-01-01T00:00:00Z"),
    "scheduled_tasks": q.scheduled_tasks(r"\Example"),
    "certificates": q.certificates(),
    "audit_command_line": q.audit_command_line(),
    "session": q.session(),
}


def documented(hand: str) -> set[str]:
    """What a module's documentation says it returns always."""
    returns = yaml.safe_load((MODULES / f"{hand}.yml").read_text(encoding="utf-8"))["RETURN"]
    return {name for name, facts in returns.items() if facts["returned"] == "always"}


def test_every_kind_of_question_is_asked_here() -> None:
    assert set(QUESTIONS) == set(DATA)


@pytest.mark.parametrize("kind", QUESTIONS)
def test_the_answer_of_each_kind_is_present_and_in_shape(kind: str) -> None:
    @asynchronous
    async def whole() -> None:
        world = a_world()
        world.endpoints["sql1.contoso.lab"] = Endpoint("sql1.contoso.lab", {1433})
        host = a_host(world, **SPEC)
        secrets = f'{{"setup": "{SETUP_PASSWORD}"}}'
        arguments: dict[str, Any] = {"questions": {kind: QUESTIONS[kind]}, "secrets": secrets}
        result = await run(host, "systemcenter.upgrade.host_probe", become=(ADMIN, ADMIN_PASSWORD), **arguments)
        answer = result["answers"][kind]
        assert answer["state"] == "present", answer
        assert answer_faults(kind, answer) == []
        assert documented("host_probe") <= set(result)

    whole()


@pytest.mark.parametrize(
    "question",
    [q.registry_key("SOFTWARE\\None"), q.file("C:\\none"), q.directory("C:\\none"), q.account("none"), q.scheduled_tasks("\\None")],
    ids=lambda question: question["kind"],
)
def test_what_is_absent_has_no_data_and_says_why(question: q.Question) -> None:
    @asynchronous
    async def whole() -> None:
        result = await run(a_host(), "systemcenter.upgrade.host_probe", questions={"one": question})
        answer = result["answers"]["one"]
        assert (answer["state"], answer["data"]) == ("absent", {})
        assert answer["error"] is not None and answer_faults(question["kind"], answer) == []

    whole()


@asynchronous
async def test_a_task_is_reported_with_every_documented_field_in_every_state() -> None:
    program = Waiting()
    host = a_host(a_world(setup=program), files={EXE: {"size": 1, "program": "setup"}})
    results = [await run(host, "systemcenter.upgrade.host_task", operation="poll", id=ID)]
    results.append(await run(host, "systemcenter.upgrade.host_task", operation="start", **START))
    host.files.write(rf"{REAL_LOG}\Setup0.log", "x")
    results.append(await run(host, "systemcenter.upgrade.host_task", operation="poll", id=ID))
    program.end()
    await host.world.journal.wait_for("task.end")
    results.append(await run(host, "systemcenter.upgrade.host_task", operation="collect", id=ID))
    results.append(await run(host, "systemcenter.upgrade.host_task", operation="forget", id=ID))

    for result in results:
        assert documented("host_task") - set(result) == set()
    assert set(results[2]["logs"]["setup"]) >= {
        "file",
        "bytes",
        "offset",
        "next_offset",
        "length",
        "head_hash",
        "reset",
        "candidates",
        "error",
    }
    assert all(set(file) >= {"path", "length", "bytes", "log"} for file in results[3]["files"].values())


@asynchronous
async def test_lock_and_queries_return_what_is_documented() -> None:
    host = a_host(a_world())
    host.world.sql = Sql()
    lock = await run(host, "systemcenter.upgrade.host_lock", operation="acquire", name="a", owner="b")
    query = await run(host, "systemcenter.upgrade.sql_query", server="localhost", database="D", queries=QUERIES)
    denied = await run(host, "systemcenter.upgrade.sql_query", server="sql1", database="D", queries=QUERIES)

    assert documented("host_lock") - set(lock) == set()
    assert documented("sql_query") - set(query) == set()
    assert set(query["connection"]) == set(denied["connection"])
