"""The hand host_probe: typed questions about a host, each answered in an envelope of its own (plugins/modules/host_probe.yml)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ..clock import iso
from ..module_call import Call, ModuleFailed
from ..session import Session
from . import probe_accounts, probe_files, probe_machine, probe_network, probe_records, probe_registry
from .envelope import Data, Trouble, envelope

Question = Mapping[str, Any]
Kind = Callable[[Session, Question], Data]


async def answer(call: Call) -> dict[str, Any]:
    questions = call.need("questions")
    secrets = _secrets(call.get("secrets", default=""))
    answers = {}
    for name, question in questions.items():
        if not isinstance(question, Mapping):
            raise ModuleFailed(f"questions: {name} is no mapping")
        answers[name] = await envelope(_work(call.session, question, secrets))
    return {"changed": False, "answers": answers, "host": session_facts(call.session)}


def _session(session: Session, question: Question) -> Data:
    return session_facts(session)


def session_facts(session: Session) -> Data:
    """The engine and token that answered."""
    host = session.host
    return {
        "computer_name": host.computer_name,
        "fqdn": host.name,
        "ps_version": "5.1.20348.2849",
        "language_mode": "FullLanguage",
        "is_64bit": True,
        "is_admin": session.is_administrator,
        "user": session.user,
        "user_sid": host.accounts.sid_of(session.user),
        "utc_now": iso(host.clock.now()),
    }


def _work(session: Session, question: Question, secrets: Mapping[str, str]) -> Callable[[], Awaitable[Data]]:
    async def work() -> Data:
        kind = str(question.get("kind"))
        if kind == "credential":
            return probe_accounts.credential(session, question, secrets)
        if kind in _ASKING_OTHERS:
            return await _ASKING_OTHERS[kind](session, question)
        if kind not in _KINDS:
            raise Trouble("broken", "UnknownKind", f"host_probe knows no kind of question called {kind!r}")
        return _KINDS[kind](session, question)

    return work


def _secrets(text: str) -> dict[str, str]:
    try:
        secrets = json.loads(text) if text else {}
    except ValueError as error:
        raise ModuleFailed("secrets: no JSON object") from error
    return {str(name): str(value) for name, value in secrets.items()}


_ASKING_OTHERS: dict[str, Callable[[Session, Question], Awaitable[Data]]] = {"tcp": probe_network.tcp, "http": probe_network.http}
_KINDS: dict[str, Kind] = {
    "registry_key": probe_registry.registry_key,
    "registry_subkeys": probe_registry.registry_subkeys,
    "file": probe_files.file,
    "file_text": probe_files.file_text,
    "directory": probe_files.directory,
    "services": probe_machine.services,
    "operating_system": probe_machine.operating_system,
    "hardware": probe_machine.hardware,
    "disks": probe_machine.disks,
    "pending_reboot": probe_machine.pending_reboot,
    "processes": probe_machine.processes,
    "programs": probe_machine.programs,
    "dotnet_framework": probe_machine.dotnet_framework,
    "vc_runtimes": probe_machine.vc_runtimes,
    "features": probe_machine.features,
    "listening_ports": probe_network.listening_ports,
    "network_addresses": probe_network.network_addresses,
    "user_rights": probe_accounts.user_rights,
    "local_group": probe_accounts.local_group,
    "account": probe_accounts.account,
    "event_count": probe_records.event_count,
    "scheduled_tasks": probe_records.scheduled_tasks,
    "certificates": probe_records.certificates,
    "audit_command_line": probe_records.audit_command_line,
    "session": _session,
}
