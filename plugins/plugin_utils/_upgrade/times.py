# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Times as hosts write them: ISO-8601 UTC, with any number of decimals.

Pure: the standard library only, and no clock.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)?")


def utc_time(text: str) -> datetime:
    """The time a text means. Raises ValueError for anything that is no ISO-8601 UTC time.

    Python 3.10 reads neither the Z nor the seven decimals of .NET by itself.

    >>> utc_time("2026-03-01T01:30:00.1234567Z").microsecond
    123456
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no ISO-8601 UTC time")
    whole = datetime.fromisoformat(match[1]).replace(tzinfo=timezone.utc)
    return whole.replace(microsecond=int((match[2] or "")[:6].ljust(6, "0")))
