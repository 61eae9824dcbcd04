# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One node's progress.log as it is read piece by piece: steps to be shown, and a copy to be kept."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from ..._dataminer.files.progress_log import ProgressLog, ProgressStep
from ..._dataminer.node.installation import Folder
from ..._upgrade.fields import Fields
from ..._upgrade.questions import Answers
from ..._upgrade.redaction import Secrets


class NodeLog:
    """The log of the newest folder of a package. Every look brings its end; what was read before is not told again.

    ``length``: of the log in bytes at the last look, None while there is none.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self.length: int | None = None
        self.content = b""
        self._folder = ""
        self._read_to = 0
        self._progress = ProgressLog(secrets=self._secrets)

    def read(self, answers: Answers, folders: Iterable[Folder]) -> list[ProgressStep]:
        """Takes what the answers bring of the newest of these folders; returns the steps that are new."""
        newest = max(folders, key=lambda folder: folder.modified_utc, default=None)
        answer = answers.get(f"dm.package_log.{newest.name}") if newest else None
        if newest is None or answer is None or not answer.is_present:
            return []
        told = Fields(answer.data, answer.name)
        length, offset, piece = told.place("length"), told.place("offset"), base64.b64decode(told.need_text("bytes"))
        if newest.name != self._folder or length < self._read_to:
            self._begin(newest.name)
        if offset > self._read_to:
            # More was written between two looks than one look brings.
            self.content += b"\n[not read]\n"
            self._progress = ProgressLog(offset, secrets=self._secrets)
        else:
            piece = piece[self._read_to - offset :]
        self.content += piece
        self._read_to = self.length = length
        return self._progress.feed(piece)

    def _begin(self, folder: str) -> None:
        self._folder, self._read_to, self.content = folder, 0, b""
        self._progress = ProgressLog(secrets=self._secrets)
