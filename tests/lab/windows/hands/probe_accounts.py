"""Questions of host_probe about accounts, groups, rights and passwords (powershell-probes 1.17-1.21)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..accounts import AUTHENTICATED_USERS, EVERYONE, WELL_KNOWN
from ..clock import iso
from ..directory import Logon, User
from ..session import Session
from .envelope import Absent, Data, Trouble

Question = Mapping[str, Any]
NOT_MAPPED = "System.Security.Principal.IdentityNotMappedException"
_NOTHING: Data = {
    "group_sids": [],
    "enabled": None,
    "locked": None,
    "password_expires_utc": None,
    "password_expired": None,
    "encryption_types": None,
    "is_managed_service_account": False,
    "bad_password_count": None,
    "lockout_threshold": None,
    "source": "local",
}


def user_rights(session: Session, question: Question) -> Data:
    if not session.is_administrator:
        raise Trouble("denied", "LsaOpenPolicy", "Access is denied.", native=5)
    accounts = session.host.accounts
    return {"rights": {right: [_member(session, holder) for holder in accounts.rights.get(right, [])] for right in question["rights"]}}


def local_group(session: Session, question: Question) -> Data:
    members = session.host.accounts.groups.get(question["sid"])
    if members is None:
        raise Absent(NOT_MAPPED, f"no local group has the SID {question['sid']}")
    return {"members": [{**_member(session, name), "kind": session.host.accounts.principal(name).kind} for name in members]}


def account(session: Session, question: Question) -> Data:
    """A domain account's flags need the directory: out of reach of a network logon (second hop, D/W)."""
    accounts, name = session.host.accounts, str(question["name"])
    user = accounts.find(name)
    if user is None and (sid := accounts.sid_of(name)) in WELL_KNOWN:
        return {**_NOTHING, "name": accounts.full_name(name), "sid": sid}
    is_domain = user is None or user.domain == accounts.directory.netbios_name
    if is_domain and not accounts.directory.is_reachable:
        raise Trouble("broken", "directory_unreachable", "The server is not operational.", hresult=-2147016646)
    if user is None:
        raise Absent(NOT_MAPPED, f"no account is called {name}")
    if is_domain and session.is_network_logon:
        raise Trouble("unsupported", "second_hop", "the directory takes this logon for anonymous", hresult=-2147016672)
    return _facts(session, user, "directory" if is_domain else "local")


def credential(session: Session, question: Question, secrets: Mapping[str, str]) -> Data:
    """One try, which counts against the lockout."""
    secret = secrets.get(str(question["secret"]))
    if secret is None:
        raise Trouble("broken", "UnknownSecret", f"no secret named '{question['secret']}' was given")
    logon = session.host.accounts.logon(str(question["name"]), secret, "probe")
    return {"valid": logon is Logon.OK, "code": logon.code, "reason": logon.reason}


def _facts(session: Session, user: User, source: str) -> Data:
    expires = user.password_expires if source == "directory" else None
    everybody = (EVERYONE, AUTHENTICATED_USERS)
    return {
        "name": user.full_name,
        "sid": user.sid,
        "group_sids": [sid for sid in session.host.accounts.group_sids(user) if sid not in everybody],
        "enabled": user.enabled,
        "locked": user.locked,
        "password_expires_utc": iso(expires) if expires else None,
        "password_expired": bool(user.must_change or (expires and expires <= session.host.clock.now())),
        "encryption_types": user.encryption_types,
        "is_managed_service_account": user.is_managed_service_account,
        "bad_password_count": user.bad_passwords,
        "lockout_threshold": session.host.accounts.lockout_threshold(user),
        "source": source,
    }


def _member(session: Session, name: str) -> Data:
    principal = session.host.accounts.principal(name)
    return {"sid": principal.sid, "name": None if principal.kind == "unknown" else principal.name}
