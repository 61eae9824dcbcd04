# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options that the SCOM modules share. For this collection only; it may change in any release."""

from __future__ import annotations


class ModuleDocFragment:
    # What a management server is checked by before its upgrade.
    DOCUMENTATION = r"""
options:
  target:
    description:
      - The release to upgrade to.
      - Only the next release is reachable in place, V(2019) from 2016, V(2022) from 2019, V(2025) from 2022. Anything else is refused with
        the way that leads there.
    type: str
    required: true
  media:
    description: The media of the target release.
    type: dict
    required: true
    suboptions:
      path:
        description: Local folder on the host that holds C(setup.exe). Setup is never run from a share.
        type: str
        required: true
      sha256:
        description: SHA-256 of C(setup.exe), 64 hexadecimal digits. Checked on the host before anything is started.
        type: str
      may_be_missing:
        description: Whether the media may not be there yet, days before the window. Their rules then only report.
        type: bool
        default: false
  setup_account:
    description:
      - The account that setup runs under. It needs local administrator rights on the host, the role Operations Manager Administrators,
        C(sysadmin) on the SQL Server instances of both databases, and the right to log on as a batch job.
      - Questions to SQL Server are asked as this account too, because a WinRM logon has no credentials for a second host.
      - Its password, and those of the other accounts, are tried with one logon in a whole run of C(ansible-playbook), on whichever host
        comes first, before anything uses them. One that is refused is used nowhere. An account that is locked, or close to it, is not
        tried.
    type: dict
    required: true
    suboptions:
      name:
        description: C(DOMAIN\user), a group managed service account C(DOMAIN\name$), or V(SYSTEM), which the vendor advises against.
        type: str
        required: true
      password:
        description: Its password, as text; digits need quotes. Leave it out for SYSTEM and for group managed service accounts.
        type: str
  das_account:
    description: The System Center Data Access service account of the group.
    type: dict
    required: true
    suboptions:
      type:
        description:
          - How the account logs on.
          - With V(gmsa) setup gets the name and no password. The vendor publishes no such command line for an upgrade (uncertain).
        type: str
        choices: [user, local_system, gmsa]
        default: user
      name:
        description: C(DOMAIN\user) or C(DOMAIN\name$). Left out for V(local_system).
        type: str
      password:
        description: Its password, for V(user), as text; digits need quotes.
        type: str
  data_reader_account:
    description: The data reader account of the group. It must be the one the group uses.
    type: dict
    required: true
    suboptions:
      name:
        description: C(DOMAIN\user).
        type: str
        required: true
      password:
        description: Its password, as text; digits need quotes.
        type: str
  management_servers:
    description:
      - The inventory's names of all management servers of the group, gateways excluded. Give the whole group even when the play is limited.
      - The list is compared with what the group says of itself, and a difference is refused.
    type: list
    elements: str
    required: true
  first_management_server:
    description:
      - The inventory's name of the management server that is upgraded first, alone. It runs the script that changes the database.
      - Without it, the one of O(management_servers) whose name sorts first, upper and lower case alike, in whatever order they are given;
        or whichever is finished already.
      - A first setup that was begun is finished where it was begun. When it has changed the database, no server is finished, and no server
        shows that the setup was begun on it, it must be named here where it is to be finished.
    type: str
  backup_max_age_hours:
    description: How old, in hours, the last full backup of each database may be.
    type: int
    default: 24
"""
