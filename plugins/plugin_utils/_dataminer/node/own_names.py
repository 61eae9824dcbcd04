# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a node is called in its own progress.log, which tells of other agents as well where it started the upgrade (6 D, log-shapes 9.1)."""

from __future__ import annotations

from ..._upgrade.facts import Fact
from ..._upgrade.questions import Answers, Questions
from ..._upgrade.windows_facts import fact
from ..files.dms_xml import read_dms, read_endpoints
from .detect import QUESTIONS as ALL
from .file_answers import file_bytes

QUESTIONS: Questions = {name: ALL[name] for name in ("dm.os", "dm.addresses", "dm.dms", "dm.endpoints")}


def read(answers: Answers) -> frozenset[str]:
    """Names and addresses that mean this node, those that it shares with its partner included: it is not known which a log has (U).

    Empty where its own addresses could not be read: with half of the names, a failure of its own would be taken for another's.
    """
    addresses = fact("the addresses of its network cards", lambda: _addresses(answers))
    if not addresses.is_known:
        return frozenset()
    os = answers.get("dm.os")
    named = os.data if os is not None else {}
    names = ("localhost", str(named.get("computer_name") or ""), str(named.get("fqdn") or ""))
    shared = [
        _or_none(fact("DMS.xml", lambda: _in_dms(answers))),
        _or_none(fact("the endpoints", lambda: _shared(answers, addresses.value))),
    ]
    return frozenset(filter(None, (*names, *addresses.value, *shared[0], *shared[1])))


def _or_none(found: Fact[frozenset[str]]) -> frozenset[str]:
    return found.value if found.is_known else frozenset()


def _addresses(answers: Answers) -> frozenset[str]:
    return frozenset(str(one["address"]).partition("%")[0] for one in answers.data("dm.addresses")["addresses"])


def _in_dms(answers: Answers) -> frozenset[str]:
    """The node's own entry in DMS.xml is the one without an id; that of a pair has what the pair shares (log-shapes 10 S3)."""
    content = file_bytes(answers, "dm.dms")
    members = read_dms(content).members if content is not None else ()
    return frozenset(one.address for one in members if one.id is None)


def _shared(answers: Answers, own: frozenset[str]) -> frozenset[str]:
    content = file_bytes(answers, "dm.endpoints")
    endpoints = read_endpoints(content) if content is not None else ()
    return frozenset(address for one in endpoints if one.address in own for address in one.additional)
