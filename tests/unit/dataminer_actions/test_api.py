"""The web API is asked of one node after the other, in one session, and a refused login is not tried on the next node."""

from __future__ import annotations

import io
import json
from email.message import Message
from typing import Any
from urllib.error import HTTPError, URLError

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions import dataminer_api
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer_api import Login, WebApi

URLS = {"dma1": "https://dma1", "dma2": "https://dma2/"}
PASSWORD = "CANARY-password"
AGENT = {"ID": 701, "Name": "dma1", "PrimaryIP": "10.20.0.11", "Cluster": "labx", "Status": "Running", "IsFailOver": False}
ANSWERS: dict[str, Any] = {
    "ConnectAppAndInfo": {"Connection": "c1", "DMAVersion": "10.5.4.0-15588"},
    "GetDataMinerAgentsInfo": [AGENT],
    "GetDataMinerAgentsStatistics": [{"ID": 701, "AmountElements": 4, "AmountElementsActive": 3, "AmountServices": 2}],
    "GetActiveAlarmsCount": 12,
    "LogOut": None,
    "GetDataMinerAPIVersion": "10.5.4.0",
}
REFUSED = {"Connection": None, "MessageType": "Error", "Message": "the password is incorrect"}


class Answer(io.BytesIO):
    status = 200


class Wire:
    """What is behind the URLs: by node and method, a value or an error."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.bodies: list[bytes] = []
        self.answers: dict[tuple[str, str], Any] = {(node, method): value for node in URLS for method, value in ANSWERS.items()}

    def open(self, url: str, data: bytes, **_: Any) -> Answer:
        node, method = url.split("/")[2], url.rpartition("/")[2].partition("?")[0]
        self.calls.append((node, method))
        self.bodies.append(data)
        value = self.answers[node, method]
        value = value(0) if callable(value) else value
        if isinstance(value, Exception):
            raise value
        return Answer(json.dumps({"d": value}).encode())

    def methods(self, node: str) -> list[str]:
        return [method for one, method in self.calls if one == node]


def ended() -> HTTPError:
    body = json.dumps({"Message": "No connection", "ExceptionType": "NoConnectionWebApiException"}).encode()
    return HTTPError("https://dma1", 500, "error", Message(), io.BytesIO(body))


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    made = Wire()
    monkeypatch.setattr(dataminer_api, "open_url", made.open)
    return made


def an_api() -> WebApi:
    return WebApi(URLS, Login("CONTOSO\\reader", PASSWORD), validate_certs=True)


def test_one_session_answers_everything(wire: Wire) -> None:
    api = an_api()
    seen = api.ask(URLS)
    assert (seen.node, str(seen.version.value), seen.alarms.value) == ("dma1", "10.5.4 (build 15588)", 12)
    assert [agent.id for agent in seen.agents.value] == [701]
    assert seen.counts.value[701].elements == 4
    api.ask(URLS)
    assert wire.methods("dma1").count("ConnectAppAndInfo") == 1
    assert wire.methods("dma2") == []


def test_a_node_that_does_not_answer_is_passed_over(wire: Wire) -> None:
    wire.answers["dma1", "ConnectAppAndInfo"] = URLError("refused")
    assert an_api().ask(URLS).node == "dma2"


def test_a_refused_login_is_tried_on_no_other_node_and_not_again_at_once(wire: Wire) -> None:
    wire.answers["dma1", "ConnectAppAndInfo"] = REFUSED
    api = an_api()
    first, second = api.ask(URLS), api.ask(URLS)
    assert "the password is incorrect" in first.agents.unread_reason
    assert "tried again later" in second.agents.unread_reason
    assert wire.calls == [("dma1", "ConnectAppAndInfo")]


def test_a_session_that_has_ended_is_begun_anew(wire: Wire) -> None:
    api = an_api()
    api.ask(URLS)
    wire.answers["dma1", "GetDataMinerAgentsInfo"] = [ended(), [AGENT]].pop
    assert api.ask(URLS).agents.is_known
    assert wire.methods("dma1").count("ConnectAppAndInfo") == 2


def test_one_answer_that_is_missing_spoils_no_other(wire: Wire) -> None:
    wire.answers["dma1", "GetActiveAlarmsCount"] = "many"
    seen = an_api().ask(URLS)
    assert seen.agents.is_known
    assert "a count is a number" in seen.alarms.unread_reason


def test_the_session_is_ended_in_the_end(wire: Wire) -> None:
    api = an_api()
    api.ask(URLS)
    api.close()
    assert wire.calls[-1] == ("dma1", "LogOut")


def test_another_account_is_tried_once_and_logged_out(wire: Wire) -> None:
    assert an_api().lets_in(["dma1"], Login("CONTOSO\\svc", "x")).value == ""
    assert wire.methods("dma1") == ["ConnectAppAndInfo", "LogOut"]
    wire.answers["dma1", "ConnectAppAndInfo"] = REFUSED
    assert "the password is incorrect" in an_api().lets_in(URLS, Login("CONTOSO\\svc", "x")).value


def test_a_password_stands_in_the_body_of_the_login_only(wire: Wire) -> None:
    api = an_api()
    seen = api.ask(URLS)
    assert [PASSWORD.encode() in body for body in wire.bodies] == [True, False, False, False]
    assert PASSWORD not in repr((api, seen, Login("x", PASSWORD)))


def test_the_version_of_the_web_applications_is_asked_past_the_reverse_proxy(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(dataminer_api, "open_url", lambda url, **more: asked.append(url) or wire.open(url, **more))
    assert str(an_api().web_version("dma2").value) == "10.5.4"
    assert asked == ["https://dma2/API/v1/Json.asmx/GetDataMinerAPIVersion?bypassProxy=true"]
