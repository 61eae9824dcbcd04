# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How much of one line of a host's file is read: what is longer is cut, and says so.

Pure: the standard library only. A host may write lines of megabytes, and no line of setup's or DataMiner's has a thousandth of that.
"""

from __future__ import annotations

LONGEST_LINE = 8 * 1024
_HALF = LONGEST_LINE // 2


def cut(line: str) -> str:
    """The line, or its two ends and how long it was. No pattern of a log looks into more than that.

    A secret that lies at a cut would be masked no more: `LineReader` masks the whole line first, and what is shown of a line of
    DataMiner's ends long before a cut.

    Both ends, since setup writes a whole database script into one line, and behind it what is wrong with it.

    >>> cut("short"), cut("Error: " + "x" * 1_000_000 + ": the reason")[4090:4160]
    ('short', 'xxxxxx [line cut: 1,000,019 characters] xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')
    """
    if len(line) <= LONGEST_LINE:
        return line
    return f"{line[:_HALF]} [line cut: {len(line):,} characters] {line[-_HALF:]}"


def lines_of(text: str) -> list[str]:
    """The lines of a whole file, cut."""
    return [cut(line) for line in text.splitlines()]
