"""Where a command of the lab finds the collection."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.environment import OtherCheckout, link_checkout

PLACE = Path("ansible_collections", "systemcenter", "upgrade")


def test_checkout_gets_its_place_once(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for _again in range(2):
        collections = link_checkout(tmp_path / "collections", checkout)
    assert (collections / PLACE).resolve() == checkout


def test_place_that_another_checkout_has_is_not_taken_from_it(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.mkdir()
    other.mkdir()
    link_checkout(tmp_path / "collections", other)
    with pytest.raises(OtherCheckout, match=f"{other}.*{mine}"):
        link_checkout(tmp_path / "collections", mine)
    assert (tmp_path / "collections" / PLACE).resolve() == other


def test_link_to_a_checkout_that_is_gone_is_made_anew(tmp_path: Path) -> None:
    mine, gone = tmp_path / "mine", tmp_path / "gone"
    mine.mkdir()
    gone.mkdir()
    link_checkout(tmp_path / "collections", gone)
    gone.rmdir()
    assert (link_checkout(tmp_path / "collections", mine) / PLACE).resolve() == mine
