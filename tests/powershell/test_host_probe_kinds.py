# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every kind of question is answered by the engine in the shape that C(host_probe.yml) documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.powershell.questions import builders, one_of_every_kind
from tests.powershell.shape import DATA, answer_faults


@pytest.mark.parametrize("kind", sorted(DATA))
def test_every_kind_is_answered_in_the_documented_shape(everything: dict[str, Any], kind: str) -> None:
    answer = everything[kind]
    assert answer["state"] == "present", answer["error"]
    assert answer_faults(kind, answer) == []


def test_every_builder_of_a_question_has_a_kind_here(folder: Path, web: str) -> None:
    assert set(builders()) == set(one_of_every_kind(folder, web)) == set(DATA)
