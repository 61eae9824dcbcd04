"""The guides that list every rule, written from the rules themselves. `python -m tests.judges.guide_of_rules` writes them anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tests import conftest
from tests.judges.tree import ROOT

SOURCES = {"D": "documented by the vendor", "W": "seen in the field", "I": "inferred", "U": "uncertain"}
# Subjects whose name alone would say too little.
TITLES = {
    "checks": "The package's own checks",
    "grpc": "gRPC",
    "known": "Known issues",
    "messaging": "Message bus",
    "migration": "Migration to BrokerGateway",
    "mesh": "Ports between the agents",
    "snmp": "SNMP",
    "utility": "Taskbar Utility",
}
HEAD = """\
.. Copyright (c) 2026 systemcenter.upgrade contributors
.. GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

.. _ansible_collections.systemcenter.upgrade.docsite.{page}:

{title}
{underline}

Every rule by its name, which ``{product}_waive`` and ``{product}_raise`` take. A *blocker* keeps {work} from starting,
a *warning* and an *info* do not. The third column says whether a rule can be waived: where it says *no*, {work} does not start before
what was found is fixed, and naming the rule in ``{product}_waive`` is an error. The last column says how sure the source is. This page
is written from the rules themselves.

.. contents::
   :local:
   :depth: 1
"""
TABLE = """
.. list-table::
   :header-rows: 1
   :widths: 30 10 8 40 12

   * - Rule
     - Severity
     - Waivable
     - Why
     - Source
"""

Row = tuple[str, str, bool, str, str]


@dataclass(frozen=True)
class Guide:
    """The page of one product.

    ``rules``: its rules as the collection has them, each as name, severity, whether it can be waived, source mark and reason.
    """

    product: str
    title: str
    work: str
    rules: Callable[[], Iterable[Row]]

    @property
    def file(self) -> Path:
        return ROOT / "docs" / "docsite" / "rst" / f"{self.page}.rst"

    @property
    def page(self) -> str:
        return f"guide_{self.product}_rules"

    def text(self) -> str:
        """The page, one table a subject, in the order of the rules."""
        head = HEAD.format(page=self.page, title=self.title, underline="=" * len(self.title), product=self.product, work=self.work)
        subjects = groupby(self.rules(), key=lambda row: row[0].split(".")[1])
        return head + "".join(_section(subject, list(some)) for subject, some in subjects)


def _section(subject: str, rows: list[Row]) -> str:
    title = TITLES.get(subject) or subject.replace("_", " ").capitalize()
    return f"\n{title}\n{'-' * len(title)}\n" + TABLE + "".join(_line(*row) for row in rows)


def _line(name: str, severity: str, waivable: bool, reference: str, why: str) -> str:
    source = ", ".join(SOURCES[letter] for letter in SOURCES if letter in reference.replace("/", " ").split())
    cells = (f"``{name}``", severity, "yes" if waivable else "no", _literal(why.rstrip(".")), source or SOURCES["D"])
    return "   * - " + "\n     - ".join(cells) + "\n"


def _literal(text: str) -> str:
    """Markup characters of a reason, taken literally: it comes from a docstring."""
    return text.replace("\\", "\\\\").replace("*", "\\*").replace("|", "\\|")


def _scom() -> Iterable[Row]:
    from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.management_server import prerequisites

    return tuple(prerequisites.table())


def _dataminer() -> Iterable[Row]:
    from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._dataminer import prerequisites

    return tuple(prerequisites.table())


GUIDES = (
    Guide("scom", "What is checked before an upgrade", "setup", _scom),
    Guide("dataminer", "What is checked before an upgrade of DataMiner", "the upgrade", _dataminer),
)


if __name__ == "__main__":
    conftest.pytest_configure()
    for guide in GUIDES:
        guide.file.write_text(guide.text(), encoding="utf-8")
