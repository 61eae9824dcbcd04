# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the whole run knows of the passwords it was given: the one try of each account, whichever worker of Ansible has made it.

The workers are processes of their own, forked from one that has loaded the action before; they share a folder that Ansible removes at
the end of the run. A note there says what became of the try and never the password: whether a second one is the same is told by a
digest whose key is in no file.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ansible import constants

from .._upgrade.logons import Outcome, Trial
from .waiting import Patience

# Made once, in the process that the workers are forked from: the strategies load an action there (ansible-core 2.17 to 2.21). A worker
# that had one of its own would take every password for another one, and try none a second time.
_KEY = secrets.token_bytes(32)
# As long as a host that cannot be reached is waited for, unless somebody says otherwise.
PATIENCE_SECONDS = 1800.0
LOOK_SECONDS = 0.2


class TriedPasswords:
    """The tries of one run. While one worker tries, the others wait for what it finds."""

    def __init__(self, folder: Path | None = None, key: bytes = _KEY, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._folder = folder or Path(constants.DEFAULT_LOCAL_TMP) / "tried-passwords"
        self._key = key
        self._patience = patience_seconds

    def once(
        self, account: str, password: str, host: str, attempt: Callable[[], Trial], was_made: Callable[[Exception], bool] = lambda _: True
    ) -> Trial:
        """The try of this run; made by C(attempt) when none was made yet. C(account): see L(_logons.account_key).

        C(was_made): whether a try may have been made although C(attempt) has failed: then nobody makes another.
        """
        tag = self._tag(account, password)
        with self._note(account) as file:
            if file is None:
                return Trial(Outcome.UNTRIED, f"another task of this run has been trying it for {self._patience / 60:.0f} min")
            known = _read(file)
            if known:
                trial = Trial(Outcome(known["outcome"]), known["reason"], known["where"])
                return trial if hmac.compare_digest(known["tag"], tag) else Trial(Outcome.OTHER_PASSWORD, where=trial.where)
            _write(file, tag, Trial(Outcome.IN_DOUBT, where=host))
            try:
                trial = attempt()
            except Exception as error:
                if not was_made(error):
                    _clear(file)
                raise
            if trial.is_settled:
                _write(file, tag, trial)
            else:
                _clear(file)
            return trial

    def refuse(self, account: str, password: str, trial: Trial) -> None:
        """Says of a password that was right that it is so no more: it is not used again in this run."""
        with self._note(account) as file:
            if file is not None:
                _write(file, self._tag(account, password), trial)

    def _tag(self, account: str, password: str) -> str:
        return hmac.new(self._key, f"{account}\0{password}".encode(errors="surrogatepass"), hashlib.sha256).hexdigest()

    @contextlib.contextmanager
    def _note(self, account: str) -> Iterator[int | None]:
        """The account's note, nobody else's while the block runs; None when somebody keeps it longer than we wait."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / hashlib.sha256(account.encode(errors="surrogatepass")).hexdigest()
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield file if self._is_ours(file) else None
        finally:
            os.close(file)

    def _is_ours(self, file: int) -> bool:
        wait = Patience(self._patience, LOOK_SECONDS)
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if wait.is_over:
                    return False
                wait.pause()
            else:
                return True


def _read(file: int) -> dict[str, Any]:
    content = os.pread(file, 65536, 0).decode()
    return dict(json.JSONDecoder().raw_decode(content)[0]) if content else {}


def _write(file: int, tag: str, trial: Trial) -> None:
    """Never without a note in between: a worker that dies here has tried."""
    note = json.dumps({"tag": tag, "outcome": trial.outcome.value, "reason": trial.reason, "where": trial.where}).encode()
    os.pwrite(file, note, 0)
    os.ftruncate(file, len(note))


def _clear(file: int) -> None:
    os.ftruncate(file, 0)
