# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The failure of an upgrade for somebody at 2 a.m., whichever product it is."""

from __future__ import annotations

from collections.abc import Mapping

from .._upgrade.proof import Proof


def unproved(name: str, lines: Mapping[str, str], proved: Proof) -> str:
    """What is the upgrade failed or could not be verified: the lines that say something, then every sign.

    >>> print(unproved("ms1", {"cause": "setup.exe was not found", "exit": "", "next": "fix the cause"}, Proof(())))
    ms1: the upgrade failed or could not be verified.
      cause    setup.exe was not found
      next     fix the cause
    <BLANKLINE>
    """
    told = "\n".join(f"  {word:<8} {line}" for word, line in lines.items() if line)
    return f"{name}: the upgrade failed or could not be verified.\n{told}\n{proved.text()}"
