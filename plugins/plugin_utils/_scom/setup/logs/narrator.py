# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Live progress: turns the bytes of setup's growing logs into steps in plain words."""

from __future__ import annotations

from ...._upgrade.log_lines import Line, LineReader
from ...._upgrade.redaction import NAMES_ALONE, Secrets
from .bootstrap import MESSAGE
from .tell_tales import BOOTSTRAP_TELL_TALES, MANAGEMENT_PACK, Phase, Step, StepSeverity, step_of
from .wizard import Head, HeadParser, Level

# Setup imports some hundred management packs: the first and every tenth are told.
_PACKS_PER_STEP = 10


class Narrator:
    """Steps out of OpsMgrSetupWizard.log while setup writes it: ``feed(bytes) -> list[Step]``, in any pieces.

    There is no percentage in the log (log-shapes 1.4): management packs are counted instead. The same step is not told twice running.
    When the host says that the file was begun anew, take a new narrator.

    >>> Narrator().feed(b"[09:00:02]:\\tAlways:\\t:Application Started\\r\\n")[0].text
    'setup started'
    """

    def __init__(self, *, start: int = 0, ansi: int = 1252, secrets: Secrets = NAMES_ALONE) -> None:
        self._redacted = secrets
        self._lines = LineReader(start, ansi, self._redacted)
        self._heads = HeadParser()
        self._packs: set[str] = set()
        self._last: Step | None = None

    @property
    def management_packs(self) -> int:
        """How many management packs were begun so far."""
        return len(self._packs)

    def feed(self, data: bytes) -> list[Step]:
        """The steps told by the lines that ended within these bytes."""
        return self._steps(self._lines.feed(data))

    def finish(self) -> list[Step]:
        """The step of a last line without an end."""
        return self._steps(self._lines.finish())

    def _steps(self, lines: list[Line]) -> list[Step]:
        steps: list[Step] = []
        for line in lines:
            step = self._step(line)
            if step and step != self._last:
                steps.append(step)
                self._last = step
        return steps

    def _step(self, line: Line) -> Step | None:
        head = self._heads.head(line)
        if head is None or head.level is Level.DEBUG:
            return None
        text = self._redacted(head.text)
        pack = MANAGEMENT_PACK.match(text)
        return self._pack_step(pack["name"].strip()) if pack else self._told(head, text)

    def _told(self, head: Head, text: str) -> Step | None:
        step = step_of(text)
        if step and step.severity is StepSeverity.INFO and head.level is Level.ERROR:
            return Step(step.text, step.phase, StepSeverity.ERROR)
        return step

    def _pack_step(self, name: str) -> Step | None:
        if name in self._packs:
            return Step(f"importing management pack {name} again", Phase.MANAGEMENT_PACKS)
        self._packs.add(name)
        if len(self._packs) % _PACKS_PER_STEP != 1:
            return None
        return Step(f"importing management pack {len(self._packs)}: {name}", Phase.MANAGEMENT_PACKS)


class BootstrapNarrator:
    """Steps out of Setup<N>.log, which tells within seconds whether setup accepts its command line (log-shapes 2)."""

    def __init__(self, *, start: int = 0, ansi: int = 1252, secrets: Secrets = NAMES_ALONE) -> None:
        self._redacted = secrets
        self._lines = LineReader(start, ansi, self._redacted)

    def feed(self, data: bytes) -> list[Step]:
        """The steps told by the lines that ended within these bytes."""
        matches = (MESSAGE.fullmatch(line.text) for line in self._lines.feed(data))
        steps = (step_of(self._redacted(match["text"]), BOOTSTRAP_TELL_TALES) for match in matches if match)
        return [step for step in steps if step]
