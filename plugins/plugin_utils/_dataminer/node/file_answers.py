# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The bytes of a node's files, as its answers carry them."""

from __future__ import annotations

import base64

from ..._upgrade.facts import NotRead
from ..._upgrade.questions import Answers


def file_bytes(answers: Answers, question: str) -> bytes | None:
    """The bytes of a whole file; None when there is none. Raises NotRead when only a part of it was read."""
    data = answers.data(question)
    if not data:
        return None
    content = base64.b64decode(data["bytes"])
    if len(content) < int(data["length"]):
        raise NotRead(str(data.get("path") or question), f"it has {data['length']:,} bytes, too many to be read at once")
    return content


def file_end(answers: Answers, question: str) -> bytes | None:
    """The last bytes of a file that may be long; None when there is none."""
    data = answers.data(question)
    return base64.b64decode(data["bytes"]) if data else None
