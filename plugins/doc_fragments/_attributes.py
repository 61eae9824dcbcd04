# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Attributes that all modules share, and the action groups. For this collection only; it may change in any release."""

from __future__ import annotations


class ModuleDocFragment:
    # What every action supports.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Can run in check mode and return what it would do without changing any host.
  diff_mode:
    support: none
    description: Will return details on what has changed when in diff mode.
  platform:
    platforms: windows
    support: full
    description: Target operating systems that can be managed.
  action:
    support: full
    description: Runs on the controller and reaches the hosts through internal helper modules of this collection.
  async:
    support: none
    description: Needs none; long work on the hosts outlives the connection and the controller.
"""

    ACTION_GROUP_SCOM = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/systemcenter.upgrade.scom) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - systemcenter.upgrade.scom
"""

    ACTION_GROUP_DATAMINER = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/systemcenter.upgrade.dataminer) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - systemcenter.upgrade.dataminer
"""
