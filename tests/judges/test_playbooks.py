"""What every play of the collection says for itself, whatever the environment of the run would make of it."""

from __future__ import annotations

from typing import Any

import yaml

from tests.judges.tree import ROOT, tracked


def plays() -> dict[str, dict[str, Any]]:
    """Every play that has hosts, by its file and name."""
    books = {file: yaml.safe_load((ROOT / file).read_text(encoding="utf-8")) for file in tracked("playbooks/*.yml")}
    return {f"{file}: {one['name']}": one for file, book in books.items() for one in book if "hosts" in one}


def test_every_play_keeps_its_hosts_in_step_whatever_strategy_the_environment_names() -> None:
    """With `free` from the environment or ansible.cfg one server would go on while another is found to be blocked."""
    found = plays()
    assert {name.partition(":")[0] for name in found} >= {str(file) for file in tracked(":(glob)playbooks/*/*.yml")}
    assert {name: one.get("strategy") for name, one in found.items()} == dict.fromkeys(found, "ansible.builtin.linear")
