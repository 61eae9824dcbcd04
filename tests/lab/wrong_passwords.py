"""Wrong passwords, as a world counts them: what tried them, which account they locked, and whether one run tried one of them again.

Of whoever connects over WinRM the world hears nothing here: that logon is Ansible's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

SOURCE = "powershell-probes 1.17-1.21 W"
Write = Callable[..., Any]


class WrongPasswords:
    """Writes every wrong try to the journal, and a violation for what locks an account or tries in vain a second time.

    `begin_run` is said by whoever starts a command: that one may try again what another has tried before.
    """

    def __init__(self, write: Write, violation: Write) -> None:
        self._write, self._violation = write, violation
        self._tried: set[tuple[str, str | None]] = set()

    def begin_run(self) -> None:
        self._tried.clear()

    def tried(self, host: str, account: str, password: str | None, by: str, *, locks: bool) -> None:
        """One try; `by` is what made it, `locks` whether it was one too many."""
        self._write(host, "account.refused", account=account, by=by)
        if (account, password) in self._tried:
            self._violation(host, "wrong_password_tried_again", SOURCE, account=account, by=by)
        self._tried.add((account, password))
        if locks:
            self._write(host, "account.locked", account=account, by=by)
            self._violation(host, "account_locked", SOURCE, account=account, by=by)
