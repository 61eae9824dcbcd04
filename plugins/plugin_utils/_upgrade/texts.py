# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What messages of every room say in the same words, so that an operator who has read one knows the next.

Pure: no import.
"""

from __future__ import annotations

NOTHING_STARTED = "nothing was started"
RUN_AGAIN = "run the same command again"
