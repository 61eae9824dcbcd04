# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Everything that one lets check on a management server before its upgrade: questions, facts, rules (6, 10).

One file a subject; a rule is named ``scom.<subject>.<what>``. `seen` asks and reads, `ALL_RULES` judges.

    questions = {**member.QUESTIONS, **prerequisites.questions(options)}
    seen = prerequisites.read(installation, answers, operational, warehouse, sdk, options)
    judgement = prerequisites.judge(seen, waived=["scom.database.backup_age"])
"""

from __future__ import annotations

from .account_facts import question_of
from .options import MediaWanted, Options
from .seen import ALL_RULES, COMMANDS, Seen, account_questions, judge, questions, read, table

__all__ = [
    "ALL_RULES",
    "COMMANDS",
    "MediaWanted",
    "Options",
    "Seen",
    "account_questions",
    "judge",
    "question_of",
    "questions",
    "read",
    "table",
]
