"""The guide that lists every rule, written from the rules themselves. `python -m tests.judges.guide_of_rules` writes it anew."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from tests import conftest
from tests.judges.tree import ROOT

GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_scom_rules.rst"
SOURCES = {"D": "documented by the vendor", "W": "seen in the field", "U": "uncertain"}
HEAD = """\
.. Copyright (c) 2026 systemcenter.upgrade contributors
.. GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

.. _ansible_collections.systemcenter.upgrade.docsite.guide_scom_rules:

What is checked before an upgrade
=================================

Every rule by its name, which ``scom_waive`` and ``scom_raise`` take. A *blocker* keeps setup from starting, a *warning* and an *info* do
not. The last column says how sure the source is. This page is written from the rules themselves.

.. contents::
   :local:
   :depth: 1
"""
TABLE = """
.. list-table::
   :header-rows: 1
   :widths: 30 10 45 15

   * - Rule
     - Severity
     - Why
     - Source
"""

Row = tuple[str, str, str, str]


def guide(rows: Iterable[Row]) -> str:
    """The page, one table a subject, in the order of the rules. A row is name, severity, source mark, reason."""
    return HEAD + "".join(_section(subject, list(some)) for subject, some in groupby(rows, key=lambda row: row[0].split(".")[1]))


def _section(subject: str, rows: list[Row]) -> str:
    title = subject.replace("_", " ").capitalize()
    return f"\n{title}\n{'-' * len(title)}\n" + TABLE + "".join(_line(*row) for row in rows)


def _line(name: str, severity: str, reference: str, why: str) -> str:
    source = ", ".join(SOURCES[letter] for letter in SOURCES if letter in reference.replace("/", " ").split())
    cells = (f"``{name}``", severity, _literal(why.rstrip(".")), source or SOURCES["D"])
    return "   * - " + "\n     - ".join(cells) + "\n"


def _literal(text: str) -> str:
    """Markup characters of a reason, taken literally: it comes from a docstring."""
    return text.replace("\\", "\\\\").replace("*", "\\*").replace("|", "\\|")


def rules() -> tuple[Row, ...]:
    """All rules as the collection has them."""
    from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom import prerequisites

    return tuple(prerequisites.table())


if __name__ == "__main__":
    conftest.pytest_configure()
    GUIDE.write_text(guide(rules()), encoding="utf-8")
