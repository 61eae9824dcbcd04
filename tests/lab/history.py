"""Reads a journal and answers what tests ask of it: which setups ran, in which order, what was violated, what was requested."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.journal import Entry


@dataclass(frozen=True)
class Setup:
    """One run of setup.exe; `ended` and `exit_code` are None while it runs."""

    host: str
    started: float
    ended: float | None
    exit_code: int | None
    details: dict[str, Any]

    def ends_before(self, others: Iterable[Setup]) -> bool:
        """Whether this run ended, and no other began earlier than that."""
        return self.ended is not None and all(self.ended <= other.started for other in others)


class Setups:
    """All runs, by their beginning.

    >>> entries = [Entry(1, "a", "setup.start"), Entry(2, "a", "setup.end", {"exit_code": 0}), Entry(3, "b", "setup.start")]
    >>> setups = History(entries).setups
    >>> setups.first.ends_before(setups.others), setups.hosts
    (True, ['a', 'b'])
    """

    def __init__(self, runs: Iterable[Setup]) -> None:
        self._runs = sorted(runs, key=lambda run: run.started)

    def __iter__(self) -> Iterator[Setup]:
        return iter(self._runs)

    def __len__(self) -> int:
        return len(self._runs)

    def __getitem__(self, index: int) -> Setup:
        return self._runs[index]

    @property
    def first(self) -> Setup:
        """The run that began first. Raises IndexError when there was none."""
        return self._runs[0]

    @property
    def others(self) -> list[Setup]:
        return self._runs[1:]

    @property
    def hosts(self) -> list[str]:
        """The host of every run, in order; a host that ran twice is there twice."""
        return [run.host for run in self._runs]

    @property
    def overlap(self) -> bool:
        """Whether any two ran at the same time."""
        return any(not one.ends_before([following]) for one, following in zip(self._runs, self._runs[1:], strict=False))

    def of(self, host: str) -> list[Setup]:
        return [run for run in self._runs if run.host == host]


class History:
    """The entries of a journal up to now.

    >>> History([Entry(0, None, "violation", {"rule": "setup_killed"})]).violations[0].get("rule")
    'setup_killed'
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)

    @classmethod
    def read(cls, path: Path) -> History:
        """Reads the file; a last line that is still being written is left out."""
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
        return cls(Entry.from_line(line) for line in lines if line.endswith("\n"))

    def events(self, event: str, host: str | None = None, **details: Any) -> list[Entry]:
        """Entries of that event, of that host when one is given, with at least these details."""
        return [entry for entry in self.entries if entry.matches(event, host, **details)]

    def since(self, t: float) -> History:
        """Only what happened from then on (seconds since the world began)."""
        return History(entry for entry in self.entries if entry.t >= t)

    @property
    def violations(self) -> list[Entry]:
        return self.events("violation")

    @property
    def defects(self) -> list[Entry]:
        """Exceptions of the lab itself: a test that sees one proves nothing."""
        return self.events("defect")

    @property
    def refused(self) -> list[tuple[str, str]]:
        """Every wrong password that was tried: the account, and by what (probe, become, task, setup, api)."""
        return [(str(entry.get("account")), str(entry.get("by"))) for entry in self.events("account.refused")]

    @property
    def setups(self) -> Setups:
        runs = []
        for start in self.events("setup.start"):
            ends = [end for end in self.events("setup.end", start.host) if end.t >= start.t and end is not start]
            end = ends[0] if ends else None
            code = end.get("exit_code") if end else None
            runs.append(Setup(str(start.host), start.t, end.t if end else None, code, {**start.details, **(end.details if end else {})}))
        return Setups(runs)

    @property
    def database_scripts(self) -> list[Entry]:
        """The beginnings of database scripts."""
        return self.events("database.script", phase="start")

    def requests(self, host: str | None = None, what: str | None = None) -> list[Entry]:
        """Commands that reached a host; `what` is the end of a module's name (`host_probe`), or put_file, fetch_file, raw, ..."""
        found = self.events("request", host)
        return [entry for entry in found if what is None or str(entry.get("what")).rpartition(".")[2] == what]

    def contains(self, text: str) -> bool:
        """Whether a text stands anywhere in the journal."""
        return any(text in json.dumps(dict(entry.details), default=str) for entry in self.entries)
