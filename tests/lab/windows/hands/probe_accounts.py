"""Questions of host_probe about accounts, groups, rights and passwords (powershell-probes 1.17-1.21)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..clock import iso
from ..directory import Logon, User
from ..session import Session
from .envelope import Absent, Data, Trouble

Question = Mapping[str, Any]


def user_rights(session: Session, question: Question) -> Data:
    if not session.is_administrator:
        raise Trouble("denied", "LsaOpenPolicy", "Access is denied.", native=5)
    accounts = session.host.accounts
    return {"rights": {right: [_member(session, holder) for holder in accounts.rights.get(right, [])] for right in question["rights"]}}


def local_group(session: Session, question: Question) -> Data:
    members = session.host.accounts.groups.get(question["sid"])
    if members is None:
        raise Absent
    return {"members": [{**_member(session, name), "kind": session.host.accounts.principal(name).kind} for name in members]}


def account(session: Session, question: Question) -> Data:
    """A domain account's flags need the directory: out of reach of a network logon (second hop, D/W)."""
    accounts, name = session.host.accounts, str(question["name"])
    user = accounts.find(name)
    if user is None and accounts.is_system(name):
        sid = accounts.sid_of(name)
        return _facts(session, User("NT AUTHORITY", "SYSTEM", str(sid)), "local") | {"name": accounts.full_name(name)}
    is_domain = user is None or user.domain == accounts.directory.netbios_name
    if is_domain and not accounts.directory.is_reachable:
        raise Trouble(
            "broken", "System.DirectoryServices.DirectoryServicesCOMException", "The server is not operational.", hresult=-2147016646
        )
    if user is None:
        raise Absent
    if is_domain and session.is_network_logon and not user.is_managed_service_account:
        raise Trouble("unsupported", "second_hop", "An operations error occurred. Use become to ask the directory.", hresult=-2147016672)
    return _facts(session, user, "directory" if is_domain else "local")


def credential(session: Session, question: Question, secrets: Mapping[str, str]) -> Data:
    """One try, which counts against the lockout."""
    secret = secrets.get(str(question["secret"]))
    if secret is None:
        raise Trouble("broken", "SecretMissing", f"there is no secret called {question['secret']}")
    logon = session.host.accounts.logon(str(question["name"]), secret)
    return {"valid": logon is Logon.OK, "code": logon.code, "reason": logon.reason}


def _facts(session: Session, user: User, source: str) -> Data:
    expires = user.password_expires
    return {
        "name": user.full_name,
        "sid": user.sid,
        "group_sids": session.host.accounts.group_sids(user),
        "enabled": user.enabled,
        "locked": user.locked,
        "password_expires_utc": iso(expires) if expires else None,
        "password_expired": bool(user.must_change or (expires and expires <= session.host.clock.now())),
        "encryption_types": user.encryption_types,
        "is_managed_service_account": user.is_managed_service_account,
        "source": source,
    }


def _member(session: Session, name: str) -> Data:
    principal = session.host.accounts.principal(name)
    return {"sid": principal.sid, "name": principal.name}
