# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Everything that one lets check on a system before its upgrade: questions, facts, rules (7, 8, 11).

One file a subject; a rule is named ``dataminer.<subject>.<what>``. Rules about a node are put to every node.

    questions = {**detect.questions(name), **prerequisites.questions(options)}     # on every node, one round trip
    seen = prerequisites.read(observation, answers, options)
    judgement = prerequisites.judge(seen, waived=["dataminer.backup.age"])
"""

from __future__ import annotations

from .checks import Checks
from .options import Attestation, Options
from .seen import ALL_RULES, NodeSeen, Seen, judge, mesh_questions, questions, read, table

__all__ = ["ALL_RULES", "Attestation", "Checks", "NodeSeen", "Options", "Seen", "judge", "mesh_questions", "questions", "read", "table"]
