# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files of the controller whose names somebody else chose: a package, a host, a log."""

from __future__ import annotations

from pathlib import Path


class LeadsOut(ValueError):
    """A name that leads out of the folder it was meant for."""


def below(folder: Path, *names: str) -> Path:
    """The place of these names below a folder, with links followed. Raises LeadsOut for a place that is not below it.

    The second wall: whoever takes names from elsewhere judges them first, and this holds where that judgement had a hole.
    """
    root = folder.resolve()
    place = root.joinpath(*names).resolve()
    if root not in place.parents:
        raise LeadsOut(f"{'/'.join(names)[:200]!r} leads out of {root}")
    return place
