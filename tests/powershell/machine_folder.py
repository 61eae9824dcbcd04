# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The collection's folder on a host, stood in for by a temporary folder: Linux has neither ProgramData nor owners with a SID."""

from __future__ import annotations

from pathlib import Path


def machine_folder(root: Path) -> str:
    """Stand-ins that put the folder at ``root``; it belongs to whom ``$global:FolderOwner`` says."""
    return f"""
        if (-not (Test-Path variable:global:FolderOwner)) {{ $global:FolderOwner = 'S-1-5-32-544' }}
        function Get-MachineFolderRoot {{ '{root}' }}
        function Get-CurrentUserSid {{ 'S-1-5-21-1-2-3-500' }}
        function Get-FolderOwnerSid {{ param($Path) $global:FolderOwner }}
        function Test-FolderProtected {{ param($Path) $true }}
        function New-ProtectedFolder {{ param($Path) [void][IO.Directory]::CreateDirectory($Path) }}
    """
