"""Media that are not on the servers yet: they come from a share or a URL, once, and setup runs from the local copy."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Serve
from tests.e2e.plays import UPGRADE, begin_and_kill, play
from tests.e2e.states import full
from tests.e2e.worlds import a_group
from tests.lab.history import History

FIRST = full("ms1")
COPIES = ("put_file", "win_copy", "win_get_url")


def copies(history: History) -> list[str]:
    """The calls that bring media to a server; check mode only asks what they would do."""
    return [what for what in COPIES for one in history.requests(what=what) if not one.get("check")]


@pytest.mark.parametrize("place", ["share", "url"])
def test_media_come_once_and_setup_runs_from_the_local_copy(serve: Serve, place: str) -> None:
    world = serve(a_group(scom={"servers": 1, "media": {"place": place}}))
    upgraded, again = play(world, *UPGRADE), play(world, *UPGRADE)
    assert [one.completed.code for one in (upgraded, again)] == [0, 0], upgraded.text + again.text
    assert len(copies(upgraded.history)) == 1
    assert str(upgraded.history.events("task.start")[0].get("exe")).startswith("C:\\")
    assert copies(again.history) == []
    assert again.recap[FIRST]["changed"] == 0


def test_media_whose_copying_was_broken_off_are_copied_again(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 1, "media": {"place": "share"}}))
    begin_and_kill(world, UPGRADE, "request", host="ms1", what="ansible.windows.win_copy")
    upgraded = play(world, *UPGRADE)
    assert upgraded.completed.code == 0, upgraded.text
    assert len(copies(upgraded.history)) == 1


@pytest.mark.parametrize("place", ["share", "url"])
def test_the_plan_is_told_before_media_are_there_and_nothing_is_copied(serve: Serve, place: str) -> None:
    world = serve(a_group(scom={"servers": 1, "media": {"place": place}}))
    planned = play(world, *UPGRADE, "--check")
    assert planned.completed.code == 0, planned.text
    assert copies(planned.history) == []
    assert planned.touches == []
    assert "upgrade management server ms1.contoso.lab from 2022 UR3 to 2025" in planned.text


def test_a_download_that_is_not_what_was_announced_is_not_unpacked(serve: Serve) -> None:
    world = serve(a_group(scom={"servers": 1, "media": {"place": "url"}}))
    media = {**world.variables["scom_media"], "source_sha256": "0" * 64}
    refused = play(world, *UPGRADE, "--extra-vars", f"{{'scom_media': {media}}}")
    assert refused.completed.code == 2
    assert "checksum" in refused.messages[FIRST].lower()
    assert refused.touches == []
