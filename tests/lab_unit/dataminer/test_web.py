"""What nodes answer over HTTP (dataminer 9, 10; log-shapes 10), to a host that asks and to a controller on a real socket."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.client import ServedWorld
from tests.lab.products.dataminer.web import Reply, Request
from tests.lab.windows.hands import host_probe
from tests.lab.windows.module_call import Call
from tests.lab.windows.session import Session
from tests.lab_unit.dataminer.builders import PAIR_AND_ONE, a_system, history, node, play, start, upgrade

API_USER = {"login": "CONTOSO\\svc-dataminer-api", "password": "CANARY-dmapi-Tz71", "clientComputerName": "test"}


def post(built: Any, name: str, method: str, **arguments: Any) -> tuple[int, Any]:
    request = Request("POST", f"/API/v1/Json.asmx/{method}", json.dumps(arguments).encode())
    reply: Reply = built.dataminer.web.answer(node(built, name), request)
    return reply.status, json.loads(reply.body)


def connect(built: Any, name: str) -> str:
    status, answer = post(built, name, "ConnectApp", **API_USER)
    assert status == 200
    return str(answer["d"])


def probe(built: Any, on: str, **questions: dict[str, Any]) -> dict[str, Any]:
    """Puts questions to the host_probe of a host."""
    host = built.world.find_host(on)
    session = Session(host, "CONTOSO\\ansible", is_network_logon=True)

    async def work() -> dict[str, Any]:
        return await host_probe.answer(Call(session, {"questions": questions}, False, False, {}))

    return play(work)["answers"]


def gateway(built: Any, name: str) -> Any:
    reply = built.dataminer.web.answer(node(built, name), Request("GET", "/APIGateway/api/version?bypassProxy=true"))
    return json.loads(reply.body)


def test_agents_come_with_state_and_a_pair_is_one_row() -> None:
    built = a_system(agents=PAIR_AND_ONE)
    status, answer = post(built, "dma2", "GetDataMinerAgentsInfo", connection=connect(built, "dma2"))
    rows = [(one["ID"], one["Status"], one["IsFailOver"]) for one in answer["d"]]
    assert status == 200 and rows == [(701, "Running", True), (702, "Running", False)]
    assert answer["d"][0]["__type"].endswith(".DMAInfo") and "Version" not in answer["d"][0]


@pytest.mark.parametrize(
    ("switch", "text"), [("plain", "10.5.0.0-16128"), ("cu", "10.5.0.0-16128-CU6"), ("date", "10.5.0.0-16128-20250820-release")]
)
def test_connect_and_info_tells_the_version_of_the_answering_agent(switch: str, text: str) -> None:
    built = a_system(uncertain={"version_text": switch})
    _unused, answer = post(built, "dma1", "ConnectAppAndInfo", **API_USER)
    assert answer["d"]["DMAVersion"] == text and answer["d"]["Connection"] and answer["d"]["MessageType"] == ""


@pytest.mark.parametrize("wrong", [{"password": "no"}, {"login": "CONTOSO\\ansible"}])
def test_a_wrong_login_is_told_in_the_message(wrong: dict[str, str]) -> None:
    built = a_system()
    assert post(built, "dma1", "ConnectApp", **{**API_USER, **wrong})[0] == 500
    status, answer = post(built, "dma1", "ConnectAppAndInfo", **{**API_USER, **wrong})
    assert status == 200 and answer["d"]["Connection"] is None and answer["d"]["DMAVersion"] is None and answer["d"]["Message"]


def test_a_wrong_password_counts_against_the_lockout() -> None:
    built = a_system()
    for name in ("dma1", "dma1"):
        post(built, name, "ConnectAppAndInfo", **{**API_USER, "password": "no"})
    assert history(built).refused == [(API_USER["login"], "api")] * 2
    assert [entry.get("rule") for entry in history(built).violations] == ["wrong_password_tried_again"]
    assert built.world.snapshot()["accounts"][API_USER["login"]] == {"bad_passwords": 2, "locked": False}


def test_client_computer_name_must_be_there() -> None:
    built = a_system()
    arguments = {key: value for key, value in API_USER.items() if key != "clientComputerName"}
    assert post(built, "dma1", "ConnectApp", **arguments)[0] == 500


@pytest.mark.parametrize("status", [500, 401, 403])
def test_a_stale_session_has_a_type_and_one_of_several_statuses(status: int) -> None:
    built = a_system(uncertain={"session_error": status})
    connection = connect(built, "dma1")
    assert post(built, "dma1", "GetActiveAlarmsCount", connection=connection) == (200, {"d": 12})
    assert post(built, "dma1", "LogOut", connection=connection) == (200, {"d": None})
    code, answer = post(built, "dma1", "GetActiveAlarmsCount", connection=connection)
    assert code == status and answer["ExceptionType"].endswith("NoConnectionWebApiException")
    assert post(built, "dma1", "IsConnectionAlive", connection=connection) == (200, {"d": False})


def test_counts_name_and_api_version() -> None:
    built = a_system(nodes={"dma2": {"elements": 7}})
    connection = connect(built, "dma1")
    counts = {
        one["ID"]: one["AmountElements"] for one in post(built, "dma1", "GetDataMinerAgentsStatistics", connection=connection)[1]["d"]
    }
    assert counts == {701: 40, 702: 7}
    assert post(built, "dma1", "GetDataMinerClusterName") == (200, {"d": "labx"})
    assert post(built, "dma1", "GetDataMinerAPIVersion") == (200, {"d": "10.5.0.0"})
    assert post(built, "dma1", "UpgradeEverything", connection=connection)[0] == 500


def test_a_get_of_a_method_is_not_understood() -> None:
    built = a_system()
    assert built.dataminer.web.answer(node(built, "dma1"), Request("GET", "/API/v1/Json.asmx/ConnectApp")).status == 500


def test_nobody_logs_in_to_an_offline_or_stopped_agent() -> None:
    built = a_system(agents=PAIR_AND_ONE)
    request = Request("POST", "/API/v1/Json.asmx/ConnectApp?bypassProxy=true", json.dumps(API_USER).encode())
    assert built.dataminer.web.answer(node(built, "dma1b"), request).status == 500
    node(built, "dma2").host.is_loading = True  # as if it had been stopped before the world began
    node(built, "dma2").host.services.stop("SLDataMiner")
    node(built, "dma2").watch()
    assert post(built, "dma2", "ConnectApp", **API_USER)[0] == 500


def test_the_orchestrator_answers_last() -> None:
    built = a_system(nodes={"dma2": {"upgrade": {"start_seconds": 0.2}}})

    async def work() -> tuple[int, int]:
        await start(built).task
        await built.world.journal.wait_for("dataminer.state", "dma1.contoso.lab", state="Running")
        during = post(built, "dma1", "ConnectApp", **API_USER)[0]
        await built.world.journal.wait_for("upgrade.end")
        await built.world.sleep(0)
        return during, post(built, "dma1", "ConnectApp", **API_USER)[0]

    assert play(work) == (500, 200)


def test_new_versions_open_the_orchestrator_too() -> None:
    built = a_system(target="10.6.6", nodes={"dma2": {"upgrade": {"start_seconds": 0.2}}}, package={"place": "nodes", "checks": []})

    async def work() -> int:
        await start(built).task
        await built.world.journal.wait_for("dataminer.state", "dma1.contoso.lab", state="Running")
        return post(built, "dma1", "ConnectApp", **API_USER)[0]

    assert play(work) == 200


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("array", list), ("object", dict), ("map", dict), ("lower_case", list)],
)
def test_the_version_page_comes_in_several_shapes(shape: str, expected: type) -> None:
    built = a_system(uncertain={"gateway_shape": shape})
    page = gateway(built, "dma1")
    assert isinstance(page, expected) and "10.5.2534.128" in json.dumps(page)


@pytest.mark.parametrize(("version", "is_null"), [("10.5.0 CU6", True), ("10.5.0 CU14", False)])
def test_old_versions_may_tell_no_version(version: str, is_null: bool) -> None:
    built = a_system(version=version, target="10.5.0 CU16", uncertain={"gateway_null_version": True})
    assert (gateway(built, "dma1")[1]["Version"] is None) is is_null


def test_hosts_ask_each_other_by_name_and_address() -> None:
    built = a_system(agents=PAIR_AND_ONE)
    vip = built.dataminer.system.pairs[0].address
    answers = probe(
        built,
        "dma2",
        name={"kind": "http", "url": "https://dma1.contoso.lab/APIGateway/api/version"},
        address={"kind": "http", "url": f"https://{node(built, 'dma1').address}/APIGateway/api/version"},
        virtual={"kind": "http", "url": f"https://{vip}/EndPoints.txt"},
        slnet={"kind": "http", "url": "http://dma1:8004/SLNetService"},
        nobody={"kind": "http", "url": "https://192.0.2.9/"},
        port={"kind": "tcp", "host": node(built, "dma1").address, "port": 8004},
    )
    assert [answers[name]["data"]["status"] for name in ("name", "address", "virtual", "slnet")] == [200, 200, 200, 500]
    assert b"SLNet" in base64.b64decode(answers["address"]["data"]["body"])
    assert answers["nobody"]["error"]["type"] == "NameResolutionFailure"
    assert answers["port"]["data"]["connected"] and answers["port"]["data"]["resolved"] == [node(built, "dma1").address]


def test_a_stopped_web_server_refuses_and_a_virtual_address_of_nobody_is_silent() -> None:
    built = a_system(agents=PAIR_AND_ONE, failover="manual")
    vip = built.dataminer.system.pairs[0].address

    async def stop() -> None:
        node(built, "dma1").stop_services()
        node(built, "dma1").host.services.stop("W3SVC")

    play(stop)
    answers = probe(built, "dma2", web={"kind": "http", "url": "https://dma1/"}, virtual={"kind": "tcp", "host": vip, "port": 443})
    assert answers["web"]["error"]["type"] == "ConnectFailure"
    assert answers["virtual"]["data"]["socket_error"] == "TimedOut"


def test_the_page_moves_with_the_upgrade() -> None:
    built = a_system()
    before = gateway(built, "dma2")[1]["Version"]
    play(lambda: upgrade(built))
    assert before == "10.5.2534.128" and gateway(built, "dma2")[1]["Version"] == "10.5.2608.806"
    assert history(built).defects == []


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> ServedWorld:
    with ServedWorld("dataminer_cluster_with_pairs", tmp_path_factory.mktemp("dataminer")) as world:
        yield world


def urls(world: ServedWorld) -> dict[str, str]:
    hosts = yaml.safe_load(world.inventory.read_text(encoding="utf-8"))["all"]["hosts"]
    return {name: facts["dataminer_api_url"] for name, facts in hosts.items()}


def fetch(world: ServedWorld, url: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Over TLS, with the world's certificate as the authority."""
    context = ssl.create_default_context(cafile=str(world.directory / "web" / "winrm-certificate.pem"))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    try:
        with opener.open(request, timeout=10) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_the_inventory_has_every_node_and_what_the_playbooks_need(served: ServedWorld) -> None:
    names = {f"{one}.contoso.lab" for one in ("dma1", "dma1b", "dma2", "dma2b", "dma3", "dma4")}
    assert set(urls(served)) == names
    variables = served.variables
    assert set(variables["dataminer_package"]) == {"source", "sha256"} and Path(variables["dataminer_package"]["source"]).is_file()
    assert variables["dataminer_accounts"]["upgrade"]["name"] == "CONTOSO\\svc-dataminer"
    assert variables["dataminer_accounts"]["api"]["name"] == "CONTOSO\\svc-dataminer-api"


def test_a_controller_reaches_every_node_over_https(served: ServedWorld) -> None:
    for url in urls(served).values():
        assert fetch(served, f"{url}/APIGateway/api/version")[0] == 200


def test_a_controller_logs_in_and_counts_the_agents(served: ServedWorld) -> None:
    base = f"{urls(served)['dma3.contoso.lab']}/API/v1/Json.asmx"
    _unused, body = fetch(served, f"{base}/ConnectApp", json.dumps(API_USER).encode())
    _unused, agents = fetch(served, f"{base}/GetDataMinerAgentsInfo", json.dumps({"connection": json.loads(body)["d"]}).encode())
    assert [one["IsFailOver"] for one in json.loads(agents)["d"]] == [True, True, False, False]
    assert fetch(served, f"{base}/GetActiveAlarmsCount", b'{"connection": "stale"}')[0] == 500


def test_a_stopped_web_server_refuses_connections_until_it_is_back(served: ServedWorld) -> None:
    url = urls(served)["dma4.contoso.lab"]
    served.fault("service_stop", machine="dma4", service="W3SVC")
    with pytest.raises(urllib.error.URLError):
        fetch(served, f"{url}/")
    served.fault("service_start", machine="dma4", service="W3SVC")
    assert fetch(served, f"{url}/")[0] == 200


def test_passwords_stand_nowhere_on_the_hosts(served: ServedWorld) -> None:
    assert served.find("CANARY") == [] and served.journal.defects == []


def test_a_system_can_speak_plain_http(tmp_path: Path) -> None:
    with ServedWorld({"dataminer": {"version": "10.5.0 CU6", "web": "http"}}, tmp_path) as world:
        url = urls(world)["dma1.contoso.lab"]
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{url}/EndPoints.txt", timeout=10) as reply:
            assert reply.status == 200
