# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How work ends: windows-tasks.md sections 3.3, 3.4."""

from __future__ import annotations

import pytest

from tests.wine.long_tasks import LongTasks


@pytest.mark.parametrize(
    ("code", "signed", "unsigned", "in_hex"),
    [
        (-17, -17, 4294967279, "0xFFFFFFEF"),
        (3010, 3010, 3010, "0x00000BC2"),
        (-1073741510, -1073741510, 3221225786, "0xC000013A"),
        (259, 259, 259, "0x00000103"),
    ],
)
def test_all_32_bits_of_an_exit_code_arrive(tasks: LongTasks, code: int, signed: int, unsigned: int, in_hex: str) -> None:
    tasks.start(tasks.stub(exit=code))

    ended = tasks.wait()

    assert (ended["state"], ended["launch_error"]) == ("exited", None)
    assert (ended["exit_code"], ended["exit_code_unsigned"], ended["exit_code_hex"]) == (signed, unsigned, in_hex)
