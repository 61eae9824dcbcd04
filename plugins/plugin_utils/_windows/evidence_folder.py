# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files on the controller that prove what was done: logs as they were read, and the facts before and after."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PureWindowsPath
from typing import Any

from .._upgrade.log_lines import decoded
from .._upgrade.redaction import Secrets
from .._upgrade.times import utc_time
from .controller_files import below, make_folder, plain, write_whole

# What a copy of a log may be called: never like the facts, which are JSON.
_LOG_NAMES = (".log", ".txt")


class Evidence:
    """One folder of evidence about one piece of work on one host. Secrets are masked in everything that is written.

    ``names`` lead to it from the operator's directory. They may come from hosts, and so do those of logs: they are made plain first, and
    nothing is written to a place outside the directory, also not through a link that stands there.
    """

    def __init__(self, directory: str | Path, secrets: Secrets, *names: str) -> None:
        self._directory = Path(directory).expanduser()
        self._names = tuple(map(plain, names))
        self.folder = self._directory.joinpath(*self._names)
        self._secrets = secrets

    def prepare(self) -> None:
        """Makes the folder. Raises OSError when it cannot be written to: better before the work than after it."""
        make_folder(self._directory)
        if self._names:
            make_folder(below(self._directory, *self._names))
        if not os.access(self.folder, os.W_OK):
            raise PermissionError(f"{self.folder} cannot be written to")

    def write_log(self, file: str, content: bytes) -> Path:
        """Writes the copy of a host's log under the name it has there: as UTF-8, without secrets, whatever the host wrote it in.

        The whole log at once: a secret cut in two is not seen. Beside it the SHA-256 of its bytes as they were read: what the copy has not
        can be looked up on the host, and is known to be the same log.
        """
        name = plain(PureWindowsPath(file).name, is_file=True)
        name = name if name.lower().endswith(_LOG_NAMES) else f"{name}.log"
        self._write(f"{name}.sha256", f"{hashlib.sha256(content).hexdigest()}\n")
        return self._write(name, self._secrets.in_lines(decoded(content)))

    def write(self, name: str, facts: Mapping[str, Any]) -> Path:
        """Writes facts as JSON and returns the path."""
        told = self._secrets.in_facts(facts)
        text = json.dumps(told, indent=2, sort_keys=True, default=self._as_text, ensure_ascii=False, allow_nan=False)
        return self._write(name, f"{text}\n")

    def _as_text(self, fact: object) -> str:
        return self._secrets.known(str(fact))

    def _write(self, name: str, text: str) -> Path:
        self.prepare()
        # A lone surrogate out of a host's answer is escaped as JSON escapes it.
        write_whole(self.folder / name, text.encode(errors="backslashreplace"))
        return self.folder / name


def owner(name: str, known_by: Iterable[str] = ()) -> str:
    """The name of a folder for whom the evidence is about: no two have one in common.

    ``known_by``: the operator's names for it, where ``name`` comes from a host. They tell it from others, so that a host which calls itself
    like another system does not put its proof into the folder of that one.

    >>> owner("ms1.contoso.lab"), owner("my DMS", ["dma1", "dma2"])
    ('ms1.contoso.lab', 'my_DMS-8f6cdb54')
    """
    told_apart = "\n".join(sorted(one.casefold() for one in known_by)) or ("" if plain(name) == name else name)
    digest = hashlib.sha256(told_apart.encode(errors="backslashreplace")).hexdigest()[:8]
    return f"{plain(name)}-{digest}" if told_apart else name


def started_at(started_utc: str | None) -> tuple[str, ...]:
    """The name of a folder for the start of some work, as a host tells it; none for what is no time.

    >>> started_at("2026-03-01T01:30:00.1234567Z"), started_at(".."), started_at(None)
    (('2026-03-01T01-30-00',), (), ())
    """
    try:
        return (utc_time(started_utc).strftime("%Y-%m-%dT%H-%M-%S"),) if started_utc else ()
    except ValueError:
        return ()
