# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of what the modules of both products judge by rules. For this collection only; it may change in any release."""

from __future__ import annotations


class ModuleDocFragment:
    # Which rules block.
    DOCUMENTATION = r"""
options:
  waive:
    description:
      - Names of rules whose findings shall not block. A waiver is reported, and written into the evidence.
      - Some rules cannot be waived, as the guide of all rules says. Naming one of them is an error.
    type: list
    elements: str
    default: []
  raise:
    description: Names of rules whose warnings shall block.
    type: list
    elements: str
    default: []
"""
