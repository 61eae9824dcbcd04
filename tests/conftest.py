"""Makes the checkout importable as the installed collection, however pytest was started; and what is so for every test."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parent.parent
COLLECTIONS = Path(sys.prefix) / "collections"

# How long an example takes says how busy the machine is. Everything else is as Hypothesis has it, here or in a workflow.
settings.register_profile("any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any_machine")


class ByFile(LoadScopeScheduling):
    """Tests of a file share what is costly to make, and those of the engine count together which statements they reached."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "tests/powershell" if file.startswith("tests/powershell/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


def pytest_configure() -> None:
    sys.path.insert(0, str(ROOT))
    from tests.lab.environment import OtherCheckout, link_checkout

    try:
        link_checkout()
    except OtherCheckout as taken:
        raise pytest.UsageError(str(taken)) from taken
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(COLLECTIONS)

    from ansible.utils.collection_loader import _collection_finder

    if not any(isinstance(finder, _collection_finder._AnsibleCollectionFinder) for finder in sys.meta_path):
        _collection_finder._AnsibleCollectionFinder(paths=[str(COLLECTIONS)])._install()
