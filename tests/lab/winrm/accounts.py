"""The accounts of one machine as Basic and NTLM look them up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from spnego._ntlm_raw.crypto import ntowfv1

from .machine import Machine

_NO_LM_HASH = "0" * 32


class Accounts:
    """Reads `machine.accounts` at every logon. `store` is a file of password hashes, the only place where pyspnego's acceptor looks
    (reference 7); hashes rather than its simpler format, because that cannot hold a colon in a password.
    """

    def __init__(self, machine: Machine, store: Path) -> None:
        self._machine = machine
        self.store = store
        self._written: dict[str, str] | None = None

    def find(self, user: str) -> str | None:
        """The account's name as the machine writes it; None for an unknown user."""
        wanted = user.lower()
        return next((name for name, spelling in self._spellings() if spelling.lower() == wanted), None)

    def has_password(self, user: str, password: str) -> bool:
        name = self.find(user)
        return name is not None and self._machine.accounts[name] == password

    def write_store(self) -> Path:
        """Writes the file anew when an account has changed."""
        accounts = dict(self._machine.accounts)
        if accounts != self._written:
            lines = (f"{spelling}:0:{_NO_LM_HASH}:{ntowfv1(accounts[name]).hex()}:[U]:LCT-0" for name, spelling in self._spellings())
            self.store.touch(mode=0o600)
            self.store.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            self._written = accounts
        return self.store

    def _spellings(self) -> Iterator[tuple[str, str]]:
        """(account, a way to write it): a local user may be given with the computer's name or a dot in front of it."""
        computer = self._machine.name.partition(".")[0]
        for name in self._machine.accounts:
            yield name, name
            if "\\" not in name and "@" not in name:
                yield name, f".\\{name}"
                yield name, f"{computer}\\{name}"
