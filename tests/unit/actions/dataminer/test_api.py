"""The web API is asked of one node after the other, in one session, and a refused login is not tried on the next node."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from email.message import Message
from http.client import RemoteDisconnected
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer import api as dataminer_api
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._actions.dataminer.api import WebApi
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.accounts import Account
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.logons import Outcome, Standing, Trial
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.tried_passwords import TriedPasswords

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


def failed() -> HTTPError:
    body = json.dumps({"Message": "Invalid user name or password", "ExceptionType": "System.Exception"}).encode()
    return HTTPError("", 500, "", Message(), io.BytesIO(body))


def ended() -> HTTPError:
    body = json.dumps({"Message": "No connection", "ExceptionType": "NoConnectionWebApiException"}).encode()
    return HTTPError("https://dma1", 500, "error", Message(), io.BytesIO(body))


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    made = Wire()
    monkeypatch.setattr(dataminer_api, "open_url", made.open)
    return made


@pytest.fixture
def run(tmp_path: Path) -> TriedPasswords:
    """What one run knows of the passwords it was given."""
    return TriedPasswords(tmp_path / "tried")


@pytest.fixture
def api(run: TriedPasswords) -> WebApi:
    return WebApi(URLS, Account("CONTOSO\\reader", password=PASSWORD), validate_certs=True, tried=run)


def told(near: Standing) -> Callable[[], Standing]:
    return lambda: near


def test_one_session_answers_everything(wire: Wire, api: WebApi) -> None:
    seen = api.ask(URLS)
    assert (seen.node, str(seen.version.value), seen.alarms.value) == ("dma1", "10.5.4 (build 15588)", 12)
    assert [agent.id for agent in seen.agents.value] == [701]
    assert seen.counts.value[701].elements == 4
    api.ask(URLS)
    assert wire.methods("dma1").count("ConnectAppAndInfo") == 1
    assert wire.methods("dma2") == []


def test_a_node_that_does_not_answer_is_passed_over(wire: Wire, api: WebApi) -> None:
    wire.answers["dma1", "ConnectAppAndInfo"] = URLError("refused")
    assert api.ask(URLS).node == "dma2"


def test_a_refused_login_is_tried_on_no_other_node_and_not_again_in_the_run(wire: Wire, run: TriedPasswords) -> None:
    wire.answers["dma1", "ConnectAppAndInfo"] = REFUSED
    for nodes in (["dma1", "dma2"], ["dma2"], ["dma1"]):
        action = WebApi(URLS, Account("CONTOSO\\reader", password=PASSWORD), validate_certs=True, tried=run)
        assert "the password is incorrect" in action.ask(nodes).agents.unread_reason
    assert wire.calls == [("dma1", "ConnectAppAndInfo")]


def test_a_login_that_is_refused_after_it_was_let_in_is_tried_again_later(wire: Wire, api: WebApi) -> None:
    api.ask(URLS)
    api.close()
    wire.answers["dma1", "ConnectAppAndInfo"] = REFUSED
    assert "the password is incorrect" in api.ask(URLS).agents.unread_reason
    assert "tried again later" in api.ask(URLS).agents.unread_reason
    assert wire.methods("dma1").count("ConnectAppAndInfo") == 2


def test_a_login_that_windows_has_refused_is_not_tried(wire: Wire, api: WebApi, run: TriedPasswords) -> None:
    run.once("reader@contoso", PASSWORD, "dma2", lambda: Trial(Outcome.REFUSED, "wrong_password", "dma2"))
    assert "wrong password; tried once, on dma2" in api.ask(URLS).agents.unread_reason
    assert wire.calls == []


def test_a_login_that_could_lock_the_account_is_not_tried(wire: Wire, api: WebApi) -> None:
    assert "not tried: the account is locked" in api.ask(URLS, told(Standing(locked=True))).agents.unread_reason
    assert wire.calls == []


def test_a_web_api_that_does_not_answer_has_tried_nothing(wire: Wire, api: WebApi) -> None:
    for node in URLS:
        wire.answers[node, "ConnectAppAndInfo"] = URLError("refused")
    assert not api.ask(URLS).agents.is_known
    wire.answers["dma2", "ConnectAppAndInfo"] = ANSWERS["ConnectAppAndInfo"]
    assert api.ask(URLS).node == "dma2"


@pytest.mark.parametrize(
    "answer", [TimeoutError("timed out"), RemoteDisconnected("closed"), failed(), "no session"], ids=["late", "cut", "500", "garbage"]
)
def test_a_login_that_was_sent_and_not_answered_is_not_made_again_on_any_node(wire: Wire, api: WebApi, answer: Any) -> None:
    """A wrong password counts whether its refusal arrives or not."""
    for node in URLS:
        wire.answers[node, "ConnectAppAndInfo"] = answer
    for _look in range(3):
        assert not api.ask(URLS).agents.is_known
    assert [method for _node, method in wire.calls].count("ConnectAppAndInfo") == 1


def test_a_session_that_has_ended_is_begun_anew(wire: Wire, api: WebApi) -> None:
    api.ask(URLS)
    wire.answers["dma1", "GetDataMinerAgentsInfo"] = [ended(), [AGENT]].pop
    assert api.ask(URLS).agents.is_known
    assert wire.methods("dma1").count("ConnectAppAndInfo") == 2


def test_one_answer_that_is_missing_spoils_no_other(wire: Wire, api: WebApi) -> None:
    wire.answers["dma1", "GetActiveAlarmsCount"] = "many"
    seen = api.ask(URLS)
    assert seen.agents.is_known
    assert "a count is a number" in seen.alarms.unread_reason


def test_the_session_is_ended_in_the_end(wire: Wire, api: WebApi) -> None:
    api.ask(URLS)
    api.close()
    assert wire.calls[-1] == ("dma1", "LogOut")


def test_another_account_is_tried_once_and_logged_out(wire: Wire, api: WebApi) -> None:
    assert api.lets_in(["dma1"], Account("CONTOSO\\svc", password="x")).value == ""
    assert wire.methods("dma1") == ["ConnectAppAndInfo", "LogOut"]
    wire.answers["dma1", "ConnectAppAndInfo"] = REFUSED
    assert "the password is incorrect" in api.lets_in(URLS, Account("CONTOSO\\svc", password="x")).value


def test_a_password_stands_in_the_body_of_the_login_only(wire: Wire, api: WebApi) -> None:
    seen = api.ask(URLS)
    assert [PASSWORD.encode() in body for body in wire.bodies] == [True, False, False, False]
    assert PASSWORD not in repr((api, seen, Account("x", password=PASSWORD)))


def test_the_version_of_the_web_applications_is_asked_past_the_reverse_proxy(
    wire: Wire, api: WebApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(dataminer_api, "open_url", lambda url, **more: asked.append(url) or wire.open(url, **more))
    assert str(api.web_version("dma2").value) == "10.5.4"
    assert asked == ["https://dma2/API/v1/Json.asmx/GetDataMinerAPIVersion?bypassProxy=true"]
