# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Windows host of the engine tests: its registry, and its stand-ins (`windows_stand_ins.ps1`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.powershell.engine import run_hand

STAND_INS = Path(__file__).with_name("windows_stand_ins.ps1").read_text(encoding="utf-8")

_CODE = "{11111111-2222-3333-4444-555555555555}"


def registry() -> dict[str, Any]:
    """A fresh tree of a German management server with everything the question kinds read."""
    return {
        "HKLM": {
            "SOFTWARE": {
                "Acme": {
                    "@": {
                        "Home": {"type": "ExpandString", "value": "%ENGINE_HOME%"},
                        "Highest": -1,
                        "Big": 2**40,
                        "One": ["a"],
                        "None": [],
                        "Empty": "",
                        "Raw": {"type": "Binary", "value": [0, 255]},
                        "(default)": "unnamed",
                    },
                    "Sub": {"@": {"x": 1}},
                },
                "Locked": {"@denied": True},
                "WOW6432Node": {
                    "Acme": {"@": {"Home": "thirty-two"}},
                    "Microsoft": {
                        "Windows": {"CurrentVersion": {"Uninstall": {"Small": {"@": {"DisplayName": "Acme Tools (x86)"}}}}},
                        "VisualStudio": {"14.0": {"VC": {"Runtimes": {"x86": _runtime(36)}}}},
                    },
                },
                "Microsoft": {
                    "Windows NT": {
                        "CurrentVersion": {
                            "@": {
                                "CurrentBuildNumber": "20348",
                                "UBR": 2113,
                                "EditionID": "ServerStandard",
                                "InstallationType": "Server",
                                "ProductName": "Windows Server 2022 Standard",
                            }
                        }
                    },
                    "Windows": {
                        "CurrentVersion": {
                            "Uninstall": {
                                _CODE: {"@": {"DisplayName": "Acme Tools", "DisplayVersion": "1.2", "Publisher": "Acme"}},
                                "Nameless": {"@": {"DisplayVersion": "1"}},
                            },
                            "Policies": {"System": {"Audit": {"@": {"ProcessCreationIncludeCmdLine_Enabled": 1}}}},
                        }
                    },
                    "NET Framework Setup": {"NDP": {"v4": {"Full": {"@": {"Release": 528449}}}, "v3.5": {"@": {"Install": 1}}}},
                    "VisualStudio": {"14.0": {"VC": {"Runtimes": {"X64": _runtime(38)}}}},
                },
            },
            "SYSTEM": {
                "CurrentControlSet": {
                    "Control": {
                        "ProductOptions": {"@": {"ProductType": "ServerNT"}},
                        "Nls": {"CodePage": {"@": {"ACP": "1252"}}},
                    },
                    "Services": {
                        "OMSDK": {
                            "@": {
                                "Start": 2,
                                "DelayedAutostart": 1,
                                "ObjectName": "CONTOSO\\das",
                                "ImagePath": '"C:\\SCOM\\Server\\sdk.exe"',
                                "DisplayName": "@sdk.dll,-1",
                            }
                        },
                        "HealthService": {"@": {"Start": 4, "ImagePath": "C:\\SCOM\\Server\\HealthService.exe"}},
                        "LeftOver": {"Performance": {}},
                    },
                }
            },
        }
    }


def _runtime(build: int) -> dict[str, Any]:
    return {"@": {"Installed": 1, "Major": 14, "Minor": build, "Bld": 32532, "Rbld": 0, "Version": f"v14.{build}.32532.00"}}


def probe(questions: dict[str, Any], stand_ins: str = "", tree: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The answers of host_probe on the host of this module, with ``stand_ins`` replacing some of its lines once more."""
    return full_probe(questions, stand_ins, tree, **more)["answers"]


def full_probe(questions: dict[str, Any], stand_ins: str = "", tree: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The same with the whole result."""
    arguments = {"questions": questions, **({"secrets": more.pop("secrets")} if "secrets" in more else {})}
    return run_hand("host_probe", arguments, f"{STAND_INS}\n{stand_ins}", registry=tree or registry(), **more).result


def ask(question: dict[str, Any], stand_ins: str = "", tree: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The answer to one question."""
    return probe({"it": question}, stand_ins, tree, **more)["it"]
