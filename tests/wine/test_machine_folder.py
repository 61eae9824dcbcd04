# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who owns the collection's folder on a host and who may enter it: windows-tasks.md section 4, "Folder ACL"."""

from __future__ import annotations

from tests.powershell.engine import PLUGINS
from tests.wine.wine_host import WineHost

MODULE = (PLUGINS / "module_utils" / "_MachineFolder.psm1").read_text(encoding="utf-8")


def _sddl(host: WineHost, function: str) -> str:
    """The security descriptor that a function makes. A Wine host keeps none of it on its files."""
    script = (
        f"New-Module -Name MachineFolder -ScriptBlock {{ {MODULE} }} | Import-Module; ({function}).GetSecurityDescriptorSddlForm('All')"
    )
    return host.powershell(script).strip()


def test_a_new_folder_belongs_to_the_administrators_whoever_of_them_makes_it(wine_host: WineHost) -> None:
    assert _sddl(wine_host, "New-OwnedFolderSecurity") == "O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"


def test_an_old_folder_is_given_rights_and_no_owner(wine_host: WineHost) -> None:
    """Writing the owner would need a privilege."""
    assert _sddl(wine_host, "New-FolderSecurity") == "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
