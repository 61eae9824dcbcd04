# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The web API of a DataMiner System, asked from the controller over HTTP(S)."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError

from ansible.module_utils.urls import open_url

from ..._dataminer.outcome.proof import ApiAfter
from ..._dataminer.system import web_api
from ..._dataminer.system.cluster import ApiAgent
from ..._dataminer.system.web_api import AgentCounts, ApiTrouble, Call, Session, Trouble
from ..._dataminer.versions.versions import Version
from ..._upgrade.accounts import Account
from ..._upgrade.facts import Fact
from ..._upgrade.logons import Outcome, Standing, Trial, account_key
from ..._upgrade.redaction import Secrets
from ..._windows import waiting
from ..._windows.display_lines import Progress
from ..._windows.password_trial import tell_unread
from ..._windows.tried_passwords import TriedPasswords

T = TypeVar("T")

# For each piece of an answer, and for all of it.
TIMEOUT_SECONDS = 15
ANSWER_SECONDS = 60
READ_AT_ONCE = 64 * 1024
LARGEST_ANSWER = 8 * 1024 * 1024
# After a refused login, doubled with each: an account is not locked by five tries in ten minutes.
FIRST_PAUSE_SECONDS = 30
UNREAD = Standing(unread="no node was asked")


@dataclass(frozen=True)
class SystemAnswers:
    """What the web API says of the system. ``node``: the one that answered, '' when none did."""

    node: str
    version: Fact[Version]
    agents: Fact[tuple[ApiAgent, ...]]
    counts: Fact[Mapping[int, AgentCounts]]
    alarms: Fact[int]
    logged_in: Fact[bool]

    def as_after(self) -> ApiAfter:
        """The same in the terms of the proof."""
        return ApiAfter(self.logged_in, self.version, self.counts, self.alarms)

    @classmethod
    def none(cls, reason: str) -> SystemAnswers:
        """No answer, and why."""
        return cls(
            "",
            Fact.unread("the version the web API names", reason),
            Fact.unread("the web API's list of agents", reason),
            Fact.unread("the number of elements and services", reason),
            Fact.unread("the number of active alarms", reason),
            Fact.unread("a login to the web API", reason),
        )


class WebApi:
    """The web API behind the nodes of one system. One session is kept and used until it ends.

    A login is one of Windows too, and counts against the lockout of its account.
    """

    def __init__(self, urls: Mapping[str, str], login: Account, validate_certs: bool, tried: TriedPasswords | None = None) -> None:
        self._urls = dict(urls)
        self.login = login
        self._validate_certs = validate_certs
        self._tried = tried or TriedPasswords()
        self._session: tuple[str, Session] | None = None
        self._refusals = 0
        self._not_before = 0.0

    def ask(self, nodes: Iterable[str], standing: Callable[[], Standing] = lambda: UNREAD) -> SystemAnswers:
        """Everything, from the first node that lets us in; the one of the last time is asked first.

        A refused login ends it: trying it on one node after the other would lock the account. It is tried again only when it was let in
        before in this run, later, ever more rarely. ``standing``: how close the account is to its lockout, asked before the one try.
        """
        reasons: list[str] = []
        if waiting.monotonic() < self._not_before:
            return SystemAnswers.none(f"the login was refused {self._refusals} times; it is tried again later")
        for node in self._in_turn(nodes):
            try:
                return self._ask(node, standing)
            except ApiTrouble as trouble:
                self._session = None
                reasons.append(f"{node}: {trouble}")
                if trouble.kind is Trouble.REFUSED:
                    self._refusals += 1
                    self._not_before = waiting.monotonic() + FIRST_PAUSE_SECONDS * 2**self._refusals
                    break
        return SystemAnswers.none("; ".join(reasons) or "no node to ask")

    def web_version(self, node: str) -> Fact[Version | None]:
        """The version of the web applications of one node, asked past the reverse proxy."""
        return _fact(
            f"the version of the web applications of {node}",
            lambda: web_api.read_web_version(self._call(node, web_api.WEB_VERSION, web_api.BYPASS)),
        )

    def lets_in(self, nodes: Iterable[str], login: Account) -> Fact[str]:
        """Whether DataMiner lets another account in, whose password Windows takes: '' when it does, else why not. Tried once."""
        reasons: list[str] = []
        for node in nodes:
            try:
                session = self._logged_in(node, login)
            except ApiTrouble as trouble:
                if trouble.kind is Trouble.REFUSED:
                    return Fact.known(f"{login.name}: {trouble}")
                reasons.append(f"{node}: {trouble}")
            else:
                self._leave(node, session)
                return Fact.known("")
        return Fact.unread("whether DataMiner lets the account in", "; ".join(reasons) or "no node to ask")

    def close(self) -> None:
        """Ends the session."""
        if self._session:
            self._leave(*self._session)
            self._session = None

    def _ask(self, node: str, standing: Callable[[], Standing]) -> SystemAnswers:
        session = self._connected(node, standing)
        try:
            agents = self._of_session(node, session, web_api.AGENTS)
        except ApiTrouble as trouble:
            if trouble.kind is not Trouble.SESSION:
                raise
            # It ended after five idle minutes, or with a restart of the web server (10 D).
            self._session = None
            session = self._connected(node, standing)
            agents = self._of_session(node, session, web_api.AGENTS)
        found = web_api.read_agents(agents)
        version: Fact[Version] = (
            Fact.known(session.version) if session.version else Fact.unread("the version the web API names", f"{node} did not say one")
        )
        return SystemAnswers(
            node=node,
            version=version,
            agents=Fact.known(found),
            counts=_fact(
                "the number of elements and services",
                lambda: web_api.read_counts(self._of_session(node, session, web_api.STATISTICS)),
            ),
            alarms=_fact("the number of active alarms", lambda: web_api.read_alarms(self._of_session(node, session, web_api.ALARMS))),
            logged_in=Fact.known(True),
        )

    def _connected(self, node: str, standing: Callable[[], Standing]) -> Session:
        if self._session is None or self._session[0] != node:
            self.close()
            self._session = (node, self._only_if_right(node, standing))
        return self._session[1]

    def _only_if_right(self, node: str, standing: Callable[[], Standing]) -> Session:
        """A login with a password that was not refused in this run, on whichever node, by Windows or by DataMiner."""
        made: list[Session] = []

        def attempt() -> Trial:
            near = standing()
            if near.forbids:
                return Trial(Outcome.WITHHELD, near.forbids, node)
            tell_unread(Progress(node, Secrets([self.login.secret])), self.login.name, near)
            try:
                made.append(self._logged_in(node, self.login))
            except ApiTrouble as trouble:
                if trouble.kind is not Trouble.REFUSED:
                    raise
                return Trial(Outcome.REFUSED, trouble.message, node)
            return Trial(Outcome.RIGHT, "ok", node)

        account = account_key(self.login.name, "")
        trial = self._tried.once(account, self.login.secret, node, attempt, _may_have_tried)
        if not trial.is_right:
            raise ApiTrouble(Trouble.REFUSED, trial.reads)
        if made:
            return made[0]
        # Let in before and refused since: DataMiner may be starting, or the password was changed, and then each try counts.
        if self._refusals and (near := standing()).forbids:
            raise ApiTrouble(Trouble.REFUSED, f"not tried again: {near.forbids}")
        return self._logged_in(node, self.login)

    def _logged_in(self, node: str, login: Account) -> Session:
        return web_api.read_session(self._call(node, web_api.connect(login.name, login.secret)))

    def _of_session(self, node: str, session: Session, method: str) -> Any:
        return self._call(node, web_api.of_session(method, session.connection))

    def _leave(self, node: str, session: Session) -> None:
        with contextlib.suppress(ApiTrouble):
            self._of_session(node, session, web_api.LOG_OUT)

    def _in_turn(self, nodes: Iterable[str]) -> list[str]:
        last = self._session[0] if self._session else ""
        return sorted(nodes, key=lambda node: node != last)

    def _call(self, node: str, call: Call, query: str = "") -> Any:
        url = f"{self._urls[node].rstrip('/')}{call.path}{query}"
        headers = {"Content-Type": "application/json"}
        until = waiting.monotonic() + ANSWER_SECONDS
        try:
            with self._opened(url, call.body, headers) as answer:
                return web_api.result(answer.status, _body(answer, until))
        except URLError as error:
            # What fails before the question has been sent.
            raise ApiTrouble(Trouble.AWAY, str(error)[:300]) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ApiTrouble(Trouble.LOST, str(error)[:300]) from error

    def _opened(self, url: str, body: bytes, headers: Mapping[str, str]) -> Any:
        """The answer, whatever its status. The login goes to the node alone: no proxy, no other address, no password of other files."""
        to_the_node_alone = {"use_proxy": False, "use_netrc": False, "follow_redirects": "none", "decompress": False}
        how = {"validate_certs": self._validate_certs, "timeout": TIMEOUT_SECONDS, **to_the_node_alone}
        try:
            return open_url(url, data=body, headers=headers, method="POST", **how)
        except HTTPError as answer:
            return answer


def _may_have_tried(error: Exception) -> bool:
    """Whether a login that failed may have tried its password: one that was sent, unless the API is not there, as during an upgrade."""
    return not (isinstance(error, ApiTrouble) and error.kind in (Trouble.AWAY, Trouble.SESSION))


def _body(answer: Any, until: float) -> bytes:
    """All of an answer. Raises ApiTrouble for one that is cut off, has no end, or is larger than any of the web API."""
    trouble, body = web_api.when_lost(answer.status), bytearray()
    try:
        while piece := answer.read1(READ_AT_ONCE):
            body += piece
            if len(body) > LARGEST_ANSWER:
                raise ApiTrouble(Trouble.UNREADABLE, f"it is larger than {LARGEST_ANSWER // 1024**2} MB")
            if waiting.monotonic() > until:
                raise ApiTrouble(trouble, f"its answer took longer than {ANSWER_SECONDS} s")
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ApiTrouble(trouble, str(error)[:300]) from error
    # What a server announced and did not send.
    if getattr(answer, "length", None):
        raise ApiTrouble(trouble, "its answer was cut off")
    return bytes(body)


def _fact(what: str, read: Callable[[], T]) -> Fact[T]:
    return Fact.reading(what, read, ApiTrouble)
