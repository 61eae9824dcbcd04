# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files on the controller that prove what was done: logs as they were read, and the facts before and after."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PureWindowsPath
from typing import Any

HIDDEN = "********"


class Evidence:
    """One folder of evidence about one piece of work on one host. Known secrets are masked in everything that is written."""

    def __init__(self, folder: Path, secrets: Iterable[str]) -> None:
        self.folder = folder
        # Longest first: one secret may be part of another.
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def prepare(self) -> None:
        """Makes the folder. Raises OSError when it cannot be written to: better before the work than after it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not os.access(self.folder, os.W_OK):
            raise PermissionError(f"{self.folder} cannot be written to")

    def write_log(self, file: str, content: bytes) -> Path:
        """Writes the copy of a host's log under the name it has there. The whole log at once: a secret cut in two is not seen."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / PureWindowsPath(file).name
        path.write_bytes(self._mask_bytes(content))
        return path

    def write(self, name: str, facts: Mapping[str, Any]) -> Path:
        """Writes facts as JSON and returns the path."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        text = json.dumps(facts, indent=2, sort_keys=True, default=str, ensure_ascii=False)
        # JSON writes quotes and backslashes otherwise than the secret has them.
        written = [json.dumps(secret, ensure_ascii=False)[1:-1] for secret in self._secrets]
        path.write_text(_masked(text, written) + "\n", encoding="utf-8")
        return path

    def mask(self, text: str) -> str:
        """The text with every known secret replaced."""
        return _masked(text, self._secrets)

    def _mask_bytes(self, content: bytes) -> bytes:
        for secret in self._secrets:
            for encoding in ("utf-8", "utf-16-le"):
                content = content.replace(secret.encode(encoding), HIDDEN.encode(encoding))
        return content


def _masked(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def folder_for(directory: str, *parts: str) -> Path:
    """A folder below a directory of the controller, with names that any file system takes."""
    return Path(directory).expanduser().joinpath(*(re.sub(r"[^\w.-]+", "_", part) or "_" for part in parts))
