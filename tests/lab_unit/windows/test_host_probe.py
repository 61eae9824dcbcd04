"""host_probe answered by a simulated host, in the shapes of plugins/modules/host_probe.yml."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.lab.windows.clock import iso
from tests.lab.world import Endpoint

from .builders import ADMIN, ADMIN_PASSWORD, SETUP, SETUP_PASSWORD, a_host, a_world, ask, asynchronous, hand, run

SETUP_KEY = r"HKLM\SOFTWARE\Vendor\Setup"


@asynchronous
async def test_one_broken_question_never_spoils_the_others() -> None:
    result = await hand(
        a_host(), "host_probe", questions={"bad": {"kind": "nonsense"}, "worse": {"kind": "file"}, "good": {"kind": "session"}}
    )

    assert {name: answer["state"] for name, answer in result["answers"].items()} == {"bad": "broken", "worse": "broken", "good": "present"}
    assert result["answers"]["bad"]["error"]["type"] == "UnknownKind"
    assert result["host"]["computer_name"] == "MS1" and result["host"]["is_admin"] is True


@asynchronous
async def test_an_absent_key_differs_from_a_denied_one() -> None:
    host = a_host(registry={SETUP_KEY: {"Version": "10.22", "Count": 7}}, denied_keys=[r"HKLM\SOFTWARE\Closed"])

    present = await ask(host, {"kind": "registry_key", "key": r"SOFTWARE\Vendor\Setup", "view": "64"})
    absent = await ask(host, {"kind": "registry_key", "key": r"SOFTWARE\Nothing", "view": "64"})
    denied = await ask(host, {"kind": "registry_key", "key": r"SOFTWARE\Closed", "view": "64"})

    assert present["data"]["values"] == {"Version": {"type": "string", "value": "10.22"}, "Count": {"type": "dword", "value": 7}}
    assert (absent["state"], absent["data"]) == ("absent", {})
    assert (denied["state"], denied["error"]["hresult"]) == ("denied", -2147024891)


@asynchronous
async def test_a_file_is_found_below_the_folder_that_the_registry_names() -> None:
    host = a_host(
        registry={SETUP_KEY: {"InstallDirectory": r"C:\Product\Server" + "\\"}},
        files={r"C:\Product\Server\a.exe": {"size": 12, "version": "10.22.10118.0", "product_name": "Product"}},
    )
    base = {"key": SETUP_KEY, "value": "InstallDirectory", "view": "64"}

    found = (await ask(host, {"kind": "file", "path": "a.exe", "base": base}))["data"]
    missing = await ask(host, {"kind": "file", "path": "a.exe", "base": {**base, "value": "Nothing"}})

    assert (found["path"], found["size"], found["file_version"]) == (r"C:\Product\Server\a.exe", 12, "10.22.10118.0")
    assert missing["state"] == "absent"


@asynchronous
async def test_the_tail_of_a_text_comes_as_bytes_with_its_offset() -> None:
    host = a_host(files={r"C:\a.log": "0123456789"})

    data = (await ask(host, {"kind": "file_text", "path": r"C:\a.log", "max_bytes": 4, "tail": True}))["data"]

    assert (data["offset"], data["length"], base64.b64decode(data["bytes"])) == (6, 10, b"6789")


@asynchronous
async def test_a_file_that_somebody_holds_is_broken_not_absent() -> None:
    host = a_host(files={r"C:\a.log": {"text": "x", "locked": True}})

    answer = await ask(host, {"kind": "file_text", "path": r"C:\a.log"})

    assert (answer["state"], answer["error"]["hresult"]) == ("broken", -2147024864)


@asynchronous
async def test_missing_services_are_simply_not_in_the_answer() -> None:
    host = a_host(services={"OMSDK": {"status": "running", "account": r"CONTOSO\das"}})

    data = (await ask(host, {"kind": "services", "names": ["omsdk", "HealthService"]}))["data"]

    assert list(data["services"]) == ["omsdk"]
    assert data["services"]["omsdk"]["status"] == "running" and data["services"]["omsdk"]["process_id"] > 0


@asynchronous
async def test_the_operating_system_tells_the_hosts_own_clock() -> None:
    host = a_host(os="2016", clock_skew=3600)

    data = (await ask(host, {"kind": "operating_system"}))["data"]

    assert (data["build"], data["product_type"], data["fqdn"]) == (14393, "ServerNT", host.name)
    assert data["utc_now"] > iso(host.clock.now())[:13]


@asynchronous
async def test_each_reason_for_a_reboot_comes_with_its_detail() -> None:
    host = a_host(pending_reboot=["component_servicing", {"reason": "file_renames", "detail": [r"\??\C:\x"]}, "configuration_manager"])

    reasons = (await ask(host, {"kind": "pending_reboot"}))["data"]["reasons"]

    assert {one["reason"]: one["detail"] for one in reasons} == {
        "component_servicing": [r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending"],
        "file_renames": [r"delete C:\x"],
        "configuration_manager": ["CCM_ClientUtilities RebootPending"],
    }


def three_hosts():
    world = a_world()
    here = a_host(world)
    there = a_host(world, "ms2.contoso.lab", listeners=[5723], web={"/page": {"body": "hello"}})
    world.endpoints["sql1.contoso.lab"] = Endpoint("sql1.contoso.lab", {1433})
    return here, there


@pytest.mark.parametrize(
    ("name", "port", "error"),
    [
        ("ms2.contoso.lab", 5723, None),
        ("ms2", 5723, None),
        ("sql1.contoso.lab", 1433, None),
        ("sql1", 9, "ConnectionRefused"),
        ("nowhere", 1, "HostNotFound"),
    ],
)
def test_reachability_is_that_of_the_world(name: str, port: int, error: str | None) -> None:
    @asynchronous
    async def whole() -> None:
        here, _unused = three_hosts()
        data = (await ask(here, {"kind": "tcp", "host": name, "port": port}))["data"]
        assert (data["connected"], data["socket_error"]) == (error is None, error)
        assert bool(data["resolved"]) is (error != "HostNotFound")

    whole()


@asynchronous
async def test_a_host_that_is_down_answers_nobody() -> None:
    here, there = three_hosts()
    there.power.go_down()

    assert (await ask(here, {"kind": "tcp", "host": "ms2", "port": 5723}))["data"]["socket_error"] == "TimedOut"


@asynchronous
async def test_a_page_and_its_absence_are_answers_but_no_server_is_broken() -> None:
    here, there = three_hosts()
    there.listeners.add(80)

    page = await ask(here, {"kind": "http", "url": "http://ms2.contoso.lab/page"})
    missing = await ask(here, {"kind": "http", "url": "http://ms2.contoso.lab/other"})
    nobody = await ask(here, {"kind": "http", "url": "http://nowhere/"})

    assert (page["data"]["status"], base64.b64decode(page["data"]["body"])) == (200, b"hello")
    assert missing["data"]["status"] == 404
    assert (nobody["state"], nobody["error"]["type"]) == ("broken", "NameResolutionFailure")


@asynchronous
async def test_a_network_logon_cannot_ask_the_directory_but_become_can() -> None:
    host = a_host()
    question = {"kind": "account", "name": SETUP}

    alone = await ask(host, question)
    become = await ask(host, question, become=(ADMIN, ADMIN_PASSWORD))

    assert (alone["state"], alone["error"]["type"]) == ("unsupported", "second_hop")
    assert become["data"]["name"] == SETUP and become["data"]["enabled"] is True and become["data"]["source"] == "directory"


@asynchronous
async def test_an_unknown_account_is_absent_and_an_unreachable_directory_is_broken() -> None:
    host = a_host()
    absent = await ask(host, {"kind": "account", "name": r"CONTOSO\nobody"})
    host.accounts.directory.is_reachable = False
    broken = await ask(host, {"kind": "account", "name": SETUP})

    assert (absent["state"], broken["state"]) == ("absent", "broken")


@asynchronous
async def test_each_wrong_password_counts_until_the_account_locks() -> None:
    host = a_host()
    host.accounts.directory.lockout_threshold = 2
    question: dict[str, Any] = {"one": {"kind": "credential", "name": SETUP, "secret": "setup"}}
    reasons = []
    for password in ("wrong", "wrong", SETUP_PASSWORD):
        result = await hand(host, "host_probe", questions=question, secrets=f'{{"setup": "{password}"}}')
        reasons.append(result["answers"]["one"]["data"]["reason"])

    assert reasons == ["wrong_password", "wrong_password", "locked"]


@asynchronous
async def test_secrets_are_not_shown_in_the_invocation() -> None:
    result = await hand(a_host(), "host_probe", questions={}, secrets='{"a": "canary"}')

    assert "canary" not in str(result)


@asynchronous
async def test_rights_name_their_direct_holders() -> None:
    host = a_host(rights={"SeServiceLogonRight": [SETUP]})

    data = (await ask(host, {"kind": "user_rights", "rights": ["SeServiceLogonRight", "SeBatchLogonRight"]}))["data"]["rights"]

    assert [holder["name"] for holder in data["SeServiceLogonRight"]] == [r"NT SERVICE\ALL SERVICES", SETUP]
    assert "S-1-5-32-544" in [holder["sid"] for holder in data["SeBatchLogonRight"]]


@asynchronous
async def test_who_is_no_administrator_may_not_read_the_policy() -> None:
    host = a_host()
    host.accounts.add(r"CONTOSO\plain", password="x")
    host.accounts.groups["S-1-5-32-580"].append(r"CONTOSO\plain")

    answer = await ask(host, {"kind": "user_rights", "rights": ["SeBatchLogonRight"]}, user=r"CONTOSO\plain")

    assert answer["state"] == "denied"


@asynchronous
async def test_events_are_counted_from_a_moment_on() -> None:
    host = a_host(
        events=[
            {"log": "Operations Manager", "id": 1210, "seconds_ago": 10},
            {"log": "Operations Manager", "id": 1210, "seconds_ago": 20},
            {"log": "Operations Manager", "id": 26319, "level": 2, "seconds_ago": 7200},
        ]
    )
    since = iso(host.events[1].time)

    data = (await ask(host, {"kind": "event_count", "log": "Operations Manager", "since_utc": since, "ids": [1210]}))["data"]

    assert (data["count"], data["by_id"], data["oldest_record_utc"]) == (2, {"1210": 2}, iso(host.events[2].time))


@asynchronous
async def test_files_of_other_machines_need_a_logon_that_goes_on() -> None:
    host = a_host(files={r"\\fs1\media\setup.exe": {"size": 5}})
    question = {"kind": "file", "path": r"\\fs1\media\setup.exe"}

    assert (await ask(host, question))["state"] == "denied"
    assert (await ask(host, question, become=(ADMIN, ADMIN_PASSWORD)))["state"] == "present"


@asynchronous
async def test_an_argument_that_the_documentation_does_not_know_is_refused() -> None:
    result = await run(a_host(), "systemcenter.upgrade.host_probe", questions={}, surprise=1)

    assert result["failed"] is True and "surprise" in result["msg"]
