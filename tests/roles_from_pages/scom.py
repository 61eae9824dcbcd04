"""The roles of System Center Operations Manager."""

from __future__ import annotations

from typing import Any

from .shape import Apart, Entry, Product, Role

TERMS = "setup is started only for somebody who accepts the licence terms of the target release"


def _media(missing: str) -> dict[str, Any]:
    return {
        "path": "{{ {media}.path }}",
        "sha256": "{{ {media}.sha256 | default(none) }}",
        "may_be_missing": missing,
    }


# A list, or text with commas, as the command line and surveys bring one: the name of one server is a part of another's.
ACKNOWLEDGED = "{{ inventory_hostname in ([{setup_acknowledged} or []] | flatten | join(',') | split(',') | map('trim')) }}"

PREFLIGHT = Role(
    "scom_preflight",
    "scom_prerequisites",
    "Check the prerequisites of the upgrade",
    {
        "main": Entry(
            "Check what blocks the upgrade of a management server",
            (
                "Checks every documented prerequisite of an in-place upgrade on one management server and reports all findings at once.",
                "Changes nothing. Fails when a finding blocks the upgrade.",
            ),
        )
    },
    arguments={
        "media": _media("{{ {media}.source | default('', true) != '' }}"),
        # Left out of a role, the licence is one that nobody has accepted yet, and a warning.
        "accept_license": "{{ {accept_license} | systemcenter.upgrade.given(false) }}",
    },
)

MANAGEMENT_SERVER = Role(
    "scom_management_server",
    "scom_setup",
    "Upgrade the management server",
    {
        "main": Entry(
            "Upgrade one management server",
            (
                "Stages the media and upgrades one management server of a management group with M(systemcenter.upgrade.scom_setup).",
                "The module itself refuses a server whose turn it is not, however the role was started.",
            ),
        ),
        "stage": Entry(
            "Bring the media to one management server",
            ("Copies the media from a share, or downloads and unpacks them. Copies nothing to a server that has them already.",),
            ("media", "setup_account"),
        ),
    },
    arguments={
        "component": "management_server",
        # Check mode copies nothing: media that would be copied are not missed.
        "media": _media("{{ ansible_check_mode and {media}.source | default('', true) != '' }}"),
        "setup_acknowledged": ACKNOWLEDGED,
        "upgraded_before": "{{ groups['scom_upgrade_first'] | default([]) | difference([inventory_hostname]) }}",
    },
    fixed=("component", "upgraded_before"),
    reasons={"accept_license": TERMS},
)

SCOM = Product(
    "scom",
    group="scom_management_servers",
    members="every management server of the management group, gateways excluded",
    servers="management_servers",
    roles=(PREFLIGHT, MANAGEMENT_SERVER),
    apart={
        "media": Apart(
            page={
                "suboptions": {
                    "may_be_missing": None,
                    "source": {
                        "type": "str",
                        "hashed_by": "source_sha256",
                        "description": "Share or URL that the media come from when they are not in O(media.path) yet.",
                    },
                    "source_sha256": {"type": "str", "description": "SHA-256 of the file behind a URL."},
                }
            }
        ),
        "management_servers": Apart(
            short=None,
            otherwise="groups['scom_management_servers'] | default([])",
            told="Defaults to the group C(scom_management_servers).",
        ),
        "first_management_server": Apart(own="first", names_server=True),
        "poll_interval_seconds": Apart(own=None, short="scom_poll_interval"),
        "setup_acknowledged": Apart(
            page={
                "type": "list",
                "elements": "str",
                "default": [],
                "description": [
                    "The inventory's names of servers whose setup changed them to the target and then failed or was lost, once somebody "
                    "has read its log and finished what it left undone. Everything else is still verified there.",
                ],
            }
        ),
    },
)
