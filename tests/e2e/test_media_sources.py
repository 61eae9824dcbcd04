"""Sources of the media that cannot be used are told by the name of the variable, before anything is copied."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, play
from tests.e2e.states import full
from tests.e2e.worlds import a_group
from tests.lab.client import ServedWorld


@pytest.fixture(scope="module")
def world(serve_for_module: Serve) -> ServedWorld:
    return serve_for_module(a_group(scom={"servers": 1, "media": {"place": "url"}}))


@pytest.mark.parametrize("mode", [(), ("--check",)], ids=["run", "check"])
@pytest.mark.parametrize(
    "changes",
    [{"source_sha256": None}, {"source": "ftp://files.contoso.lab/scom.zip"}, {"source": "//files/media"}],
    ids=["url without hash", "ftp", "wrong slashes"],
)
def test_a_source_that_cannot_be_used_is_told(world: ServedWorld, changes: dict[str, Any], mode: tuple[str, ...]) -> None:
    media = {name: value for name, value in {**world.variables["scom_media"], **changes}.items() if value is not None}
    refused = play(world, *UPGRADE, *mode, "--extra-vars", json.dumps({"scom_media": media}))
    assert refused.completed.code == 2
    message = refused.messages[full("ms1")]
    assert f"scom_media.source is {media['source']}" in message
    assert "\\\\files\\media\\SCOM2025" in message
    assert "nothing was started" in message
    assert refused.touches == []
