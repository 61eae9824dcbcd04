# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Questions put to a Windows host, and their answers, as plain data.

A question is a dictionary that the hand C(host_probe) understands; an answer is what came back for it, in the envelope all hands
share: C(state), C(data), C(error), C(ms). The builders below are the only place where the spelling of a question is written on the
controller; what each kind returns in C(data) is documented in C(plugins/modules/host_probe.yml).

Pure: no Ansible and no clock, so that product knowledge can ask and read without knowing how a host is reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .fields import Fields

Question = dict[str, Any]
Questions = dict[str, Question]


class State(str, Enum):
    """How a question ended on the host."""

    PRESENT = "present"
    ABSENT = "absent"
    DENIED = "denied"
    BROKEN = "broken"
    TIMEOUT = "timeout"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"


class View(str, Enum):
    """Which half of the registry a 64-bit Windows shows."""

    BITS_64 = "64"
    BITS_32 = "32"


@dataclass(frozen=True)
class AnswerError:
    """Why a question has no answer; decide on C(type) and the codes, show C(message) only: Windows translates it."""

    type: str
    message: str
    hresult: int | None = None


@dataclass(frozen=True)
class Answer:
    """What one question brought back."""

    name: str
    state: State
    data: Mapping[str, Any] = field(default_factory=dict)
    error: AnswerError | None = None

    @property
    def is_present(self) -> bool:
        return self.state is State.PRESENT

    @property
    def is_settled(self) -> bool:
        """Whether the host could tell: the thing is there, or it is certainly not."""
        return self.state in (State.PRESENT, State.ABSENT)


class Unreadable(Exception):
    """A question whose answer is needed was denied, timed out or broke on the host."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        reason = f": {answer.error.message}" if answer.error else ""
        super().__init__(f"the host could not answer {answer.name!r} ({answer.state.value}){reason}")


class Answers(Mapping[str, Answer]):
    """All answers of one round trip, by the names of their questions.

    >>> answers = Answers.from_result({"boot": {"state": "absent"}})
    >>> answers["boot"].state is State.ABSENT, answers.data("boot")
    (True, {})
    """

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = dict(answers)

    @classmethod
    def from_result(cls, result: Mapping[str, Any]) -> Answers:
        """Reads the C(answers) of a hand's result. Raises Misshapen for an envelope that no hand writes."""
        return cls({name: _answer(name, raw) for name, raw in result.items()})

    def __getitem__(self, name: str) -> Answer:
        return self._answers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)

    def __or__(self, other: Answers) -> Answers:
        return Answers({**self._answers, **other._answers})

    def data(self, name: str) -> Mapping[str, Any]:
        """The data of an answer that is needed: empty when the thing is absent, Unreadable when the host could not tell."""
        answer = self._answers[name]
        if not answer.is_settled:
            raise Unreadable(answer)
        return answer.data


def _answer(name: str, raw: Any) -> Answer:
    given = Fields(raw, name)
    error = given.object("error")
    return Answer(
        name=name,
        state=given.one_of("state", State),
        data=given.mapping("data"),
        error=AnswerError(error.words("type"), error.words("message"), error.number("hresult")) if error else None,
    )


# Builders: one per kind.


def registry_value(key: str, value: str, view: View = View.BITS_64) -> dict[str, str]:
    """A reference to a registry value (REG_SZ below HKEY_LOCAL_MACHINE), used as the C(base) folder of a file question."""
    return {"key": key, "value": value, "view": view.value}


def registry_key(key: str, view: View = View.BITS_64) -> Question:
    """Values and names of subkeys of one key below HKEY_LOCAL_MACHINE."""
    return {"kind": "registry_key", "key": key, "view": view.value}


def registry_subkeys(key: str, view: View = View.BITS_64) -> Question:
    """The values of every direct subkey of one key."""
    return {"kind": "registry_subkeys", "key": key, "view": view.value}


def services(*names: str) -> Question:
    """State, start type, account and image path of services by their short names."""
    return {"kind": "services", "names": list(names)}


def file(path: str, base: Mapping[str, str] | None = None, sha256: bool = False) -> Question:
    """Size, times, version resource and, when asked, SHA-256 of one file."""
    return _with_base({"kind": "file", "path": path, "sha256": sha256}, base)


def file_text(path: str, base: Mapping[str, str] | None = None, max_bytes: int = 65536, tail: bool = False) -> Question:
    """The first (or last) bytes of one file, raw: decoding is Python's work."""
    return _with_base({"kind": "file_text", "path": path, "max_bytes": max_bytes, "tail": tail}, base)


def directory(path: str, pattern: str = "*", base: Mapping[str, str] | None = None) -> Question:
    """The entries of one folder whose names match a wildcard."""
    return _with_base({"kind": "directory", "path": path, "pattern": pattern}, base)


def operating_system() -> Question:
    """Build, edition, installation type, names, boot time, clock, time zone, culture."""
    return {"kind": "operating_system"}


def hardware() -> Question:
    """Memory in bytes, cores and logical processors."""
    return {"kind": "hardware"}


def disks() -> Question:
    """Size and free bytes of the fixed disks."""
    return {"kind": "disks"}


def pending_reboot() -> Question:
    """Every reason Windows gives for a pending restart, each with its detail."""
    return {"kind": "pending_reboot"}


def processes(*names: str) -> Question:
    """Processes whose name (without .exe) matches one of the wildcards; never their command lines."""
    return {"kind": "processes", "names": list(names)}


def listening_ports(*ports: int) -> Question:
    """Which of the TCP ports have a listener."""
    return {"kind": "listening_ports", "ports": list(ports)}


def network_addresses() -> Question:
    """The IP addresses of the host's network cards that are up, those of clusters and Failover pairs among them while it holds them."""
    return {"kind": "network_addresses"}


def tcp(host: str, port: int, timeout_ms: int = 3000) -> Question:
    """Whether a TCP connection to another host can be opened from this one."""
    return {"kind": "tcp", "host": host, "port": port, "timeout_ms": timeout_ms}


def http(url: str, timeout_ms: int = 10000, max_bytes: int = 65536) -> Question:
    """Status and first bytes of an HTTP(S) GET; 401 and 500 are answers."""
    return {"kind": "http", "url": url, "timeout_ms": timeout_ms, "max_bytes": max_bytes}


def programs(pattern: str) -> Question:
    """Installed programs (uninstall keys of both views) whose name matches a wildcard."""
    return {"kind": "programs", "pattern": pattern}


def dotnet_framework() -> Question:
    """Release number of .NET Framework 4 and whether 3.5 is installed."""
    return {"kind": "dotnet_framework"}


def vc_runtimes() -> Question:
    """Visual C++ 14 runtimes by architecture."""
    return {"kind": "vc_runtimes"}


def features(*names: str) -> Question:
    """Install state of Windows features by name."""
    return {"kind": "features", "names": list(names)}


def user_rights(*rights: str) -> Question:
    """SIDs and names that directly hold user rights such as SeServiceLogonRight."""
    return {"kind": "user_rights", "rights": list(rights)}


def local_group(sid: str) -> Question:
    """Members of a local group by its well-known SID (names are translated on localised Windows)."""
    return {"kind": "local_group", "sid": sid}


def account(name: str) -> Question:
    """SID, group SIDs and directory flags (disabled, locked, expired, encryption types) of an account."""
    return {"kind": "account", "name": name}


def credential(name: str, secret: str) -> Question:
    """Whether a password is valid; C(secret) is its name in the probe's secrets. One try counts against the lockout."""
    return {"kind": "credential", "name": name, "secret": secret}


def event_count(log: str, since_utc: str, ids: Sequence[int] = (), provider: str | None = None, levels: Sequence[int] = ()) -> Question:
    """Number of events since an ISO-8601 UTC time, with the time of the oldest record the log still has."""
    return {
        "kind": "event_count",
        "log": log,
        "since_utc": since_utc,
        "ids": list(ids),
        "levels": list(levels),
        **({"provider": provider} if provider else {}),
    }


def scheduled_tasks(folder: str) -> Question:
    """Tasks of one scheduler folder with state and last result."""
    return {"kind": "scheduled_tasks", "folder": folder}


def certificates(store: str = "My") -> Question:
    """Certificates of a LocalMachine store."""
    return {"kind": "certificates", "store": store}


def audit_command_line() -> Question:
    """Whether process creation is audited with the command line (event 4688)."""
    return {"kind": "audit_command_line"}


def session() -> Question:
    """The engine and token this probe runs with."""
    return {"kind": "session"}


def _with_base(question: Question, base: Mapping[str, str] | None) -> Question:
    return {**question, "base": dict(base)} if base else question
