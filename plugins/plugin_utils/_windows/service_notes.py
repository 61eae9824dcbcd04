# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Services that are stopped temporarily and restored as they were.

What a service was is written on its own host before it is touched, so that a controller that dies in between loses nothing: the next
run, from anywhere, finds the note and restores what it says, never what it sees.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .._upgrade.fields import Fields, Misshapen
from .._upgrade.questions import AnswerError, Answers, Questions, State, Unreadable, registry_key, services
from .host import MISSHAPEN, Host, reading

START_MODES = ("auto", "manual", "disabled")
NOTE_KEY = r"SOFTWARE\systemcenter.upgrade\quiesced"


@dataclass(frozen=True)
class ServiceNote:
    """What a service was before it was stopped.

    >>> ServiceNote.parse(ServiceNote(True, "auto", True).text()) == ServiceNote(True, "auto", True)
    True
    """

    was_running: bool
    start_mode: str
    delayed: bool

    def text(self) -> str:
        """The note as it is kept in the registry of the host."""
        return f"{'running' if self.was_running else 'stopped'};{self.start_mode};{'delayed' if self.delayed else 'at once'}"

    @classmethod
    def parse(cls, text: str) -> ServiceNote:
        """Reads a note. Raises ValueError for anything that L(text) did not write."""
        state, _unused, rest = text.partition(";")
        start_mode, _unused, delay = rest.partition(";")
        if state not in ("running", "stopped") or start_mode not in START_MODES or delay not in ("delayed", "at once"):
            raise ValueError(f"not a note of a quiesced service: {text!r}")
        return cls(state == "running", start_mode, delay == "delayed")

    @property
    def ansible_start_mode(self) -> str:
        """The start mode in the words of C(ansible.windows.win_service)."""
        return "delayed" if self.start_mode == "auto" and self.delayed else self.start_mode


@dataclass(frozen=True)
class QuiescedServices:
    """The services of one host, by name, and the notes that are kept about them."""

    host: Host
    names: tuple[str, ...]

    def questions(self) -> Questions:
        return {"quiesce_note": registry_key(NOTE_KEY), "quiesce_services": services(*self.names)}

    def hold(self, only_look: bool = False) -> bool:
        """Stops what runs and keeps it from starting by itself. Returns whether anything had to be done, or has to be with C(only_look)."""
        answers = self.host.probe(self.questions())
        noted = notes(answers)
        with reading(self.host.name, "host_probe"):
            found = _services(answers)
        changed = False
        for name in self.names:
            now = found.get(name.lower())
            if now is None:
                continue
            is_new, is_up = name.lower() not in noted, now.was_running or now.start_mode != "manual"
            changed = changed or is_new or is_up
            if is_new and not only_look:
                self._note(name, now)
            if is_up and not only_look:
                self._set(name, "stopped", "manual")
        return changed

    def restore(self, only_look: bool = False) -> bool:
        """Puts back what the notes say, then forgets them. Returns whether there are any."""
        noted = notes(self.host.probe(self.questions()))
        if not noted or only_look:
            return bool(noted)
        for name in self.names:
            note = noted.get(name.lower())
            if note:
                self._set(name, "started" if note.was_running else "stopped", note.ansible_start_mode)
        self.host.run("ansible.windows.win_regedit", {"path": f"HKLM:\\{NOTE_KEY}", "state": "absent", "delete_key": True})
        return True

    def _note(self, name: str, note: ServiceNote) -> None:
        self.host.run("ansible.windows.win_regedit", {"path": f"HKLM:\\{NOTE_KEY}", "name": name, "data": note.text(), "type": "string"})

    def _set(self, name: str, state: str, start_mode: str) -> None:
        self.host.run("ansible.windows.win_service", {"name": name, "state": state, "start_mode": start_mode})


def notes(answers: Answers) -> dict[str, ServiceNote]:
    """The notes in the answer C(quiesce_note), by service name in lower case. Raises Unreadable, also for foreign ones."""
    data = answers.data("quiesce_note")
    try:
        values = Fields(data).mapping("values")
        return {name.lower(): ServiceNote.parse(str(value["value"])) for name, value in values.items() if name}
    except MISSHAPEN as error:
        damaged = AnswerError("DamagedNote", f"HKLM\\{NOTE_KEY}: {error}")
        raise Unreadable(replace(answers["quiesce_note"], state=State.BROKEN, error=damaged)) from error


def _services(answers: Answers) -> dict[str, ServiceNote]:
    """What the services are now, by name in lower case. Raises Misshapen for what could not be noted, and so not be restored."""
    found = Fields(answers.data("quiesce_services")).mapping("services")
    return {name.lower(): _now(Fields(facts, name)) for name, facts in found.items()}


def _now(facts: Fields) -> ServiceNote:
    mode = facts.need_text("start_mode")
    if mode not in START_MODES:
        raise Misshapen(f"the start mode {mode[:60]!r} of a service is none of {', '.join(START_MODES)}")
    return ServiceNote(facts.need_text("status") != "stopped", mode, facts.truth("delayed"))
