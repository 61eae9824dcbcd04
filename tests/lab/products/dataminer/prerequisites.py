"""The checks in a package: which a version brings, and what each finds on a node (dataminer 8; log-shapes 9.4).

Each looks at what the node really is. What no simulated node has is passed: ValidateConnectors, ServiceAutomaticProperties.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.lab.products.dataminer.known_issues import unloadable_checks
from tests.lab.products.dataminer.versions import Version, is_at_least

ROOT = r"C:\Skyline DataMiner"
SERVER_2016_BUILD = 14393
_FROM = {  # dataminer 8, column "From"
    "VerifyNatsIsRunning.dll": ("10.2.0 CU14 / 10.2.7", "10.5.0 CU2 / 10.5.5"),
    "VerifyNatsCluster.dll": ("10.5.0 CU6 / 10.5.9", None),
    "VerifyDotNetVersion.dll": ("10.3.0 CU12 / 10.4.3", None),
    "VerifyElasticStorageType.dll": ("10.4.0 / 10.4.1", None),
    "VerifyNoLegacyReportsDashboards.dll": ("10.4.0 / 10.4.1", None),
    "VerifyGRPCConnection.dll": ("10.6.0 / 10.5.10", None),
    "VerifyOSVersion.dll": ("10.6.0 / 10.5.12", None),
    "VerifyBrokerGatewayMigration.dll": ("10.6.0 / 10.6.1", None),
    "VerifyNoAnnotations.dll": ("10.6.0 / 10.6.1", None),
}


@dataclass(frozen=True)
class CheckResult:
    """What one check found. `reason` null: no issues. `executed` false: it could not be run."""

    check: str
    reason: str | None = None
    executed: bool = True

    @property
    def passed(self) -> bool:
        return self.executed and self.reason is None

    def as_json(self, shape: str) -> str:
        """The result file; the vendor publishes no schema (log-shapes 9.4)."""
        outcome = "NoIssues" if self.passed else "IssuesDetected" if self.executed else "Undefined"
        facts: dict[str, Any] = {
            "Name": self.check.removesuffix(".dll"),
            "TestExecuted": self.executed,
            "Outcome": outcome,
            "ResultMessage": self.reason or "No issues detected",
            "Impact": "" if self.passed else "The upgrade cannot be executed.",
            "CorrectiveAction": "" if self.passed else "Mend what the message names.",
            "DetailedJsonResult": json.dumps(self.reason or ""),
        }
        if shape == "nested":
            return json.dumps({"Metadata": {"Name": facts.pop("Name")}, "Result": facts})
        return json.dumps([facts] if shape == "array" else facts)


def checks_of(target: Version) -> tuple[str, ...]:
    """The checks that a full package of a version holds."""
    return tuple(
        name for name, (since, until) in _FROM.items() if is_at_least(target, since) and not (until and is_at_least(target, until))
    )


def run(node: Any, check: str, target: Version | None) -> CheckResult:
    """Runs one check on a node, online or not (0.5 D)."""
    if check in node.spec.unexecutable_checks:
        return CheckResult(check, "Exception during test execution: the test could not be loaded", executed=False)
    if check in node.spec.failing_checks:
        return CheckResult(check, node.spec.failing_checks[check])
    if broken := unloadable_checks(node.started_version, target):
        return CheckResult(check, broken, executed=False)
    look = _CHECKS.get(check)
    return CheckResult(check, look(node, target) if look else None)


def _nats(node: Any, target: Version | None) -> str | None:
    names = ["nats-server"] if node.has_broker_gateway else ["NAS", "NATS"]
    stopped = [name for name in names if not node.is_service_running(name)]
    return f"The service {stopped[0]} is not running" if stopped else None


def _dot_net(node: Any, target: Version | None) -> str | None:
    needed = {8, 10} if target and is_at_least(target, "10.5.0 CU10 / 10.6.1") else {8}
    missing = sorted(needed - node.asp_net_versions)
    return f"ASP.NET Core Hosting Bundle {missing[0]} is not installed" if missing else None


def _operating_system(node: Any, target: Version | None) -> str | None:
    return None if node.host.os.build >= SERVER_2016_BUILD else "The operating system is older than Windows Server 2016"


def _elastic(node: Any, target: Version | None) -> str | None:
    files = [rf"{ROOT}\ResourceManager\Resources.xml", rf"{ROOT}\ProfileManager\Profiles.xml"]
    found = [path for path in files if node.host.files.is_file(path)]
    return f"{found[0]} is present" if found else None


def _legacy_reports(node: Any, target: Version | None) -> str | None:
    if node.version.line >= (10, 4) or node.soft_launch("LegacyReportsAndDashboards") is False:
        return None
    files = [rf"{ROOT}\Webpages\Reports\Templates\Templates.xml", rf"{ROOT}\Webpages\Dashboards\db"]
    found = [path for path in files if node.host.files.exists(path)]
    return f"{found[0]} is present" if found else None


def _annotations(node: Any, target: Version | None) -> str | None:
    return "The soft-launch option LegacyAnnotations is enabled" if node.soft_launch("LegacyAnnotations") else None


def _broker_gateway(node: Any, target: Version | None) -> str | None:
    if not node.has_broker_gateway:
        return "This agent has not been migrated to BrokerGateway"
    return None if node.is_service_running("nats-server") else "The service nats-server is not running"


def _grpc(node: Any, target: Version | None) -> str | None:
    if node.maintenance("EnableDotNetRemoting") == "true":
        return None
    if _changed_connection(node.text(rf"{ROOT}\Webpages\ConnectionSettings.txt")):
        return "ConnectionSettings.txt was changed, only default config is allowed without MaintenanceSetting flag"
    port = re.search(r'port="(\d+)"', node.text(rf"{ROOT}\Files\SLNet.exe.config"))
    if port and port[1] != "8004":
        return f"SLNet.exe.config .NET Remoting port should be 8004 but was {port[1]}"
    for redirect in re.findall(r'via="([^"]+)"', node.text(rf"{ROOT}\DMS.xml")):
        if not re.fullmatch(r"https://.+/APIGateway", redirect):
            return f"{redirect} is not of format 'https://*/APIGateway'"
    for other in node.cluster_members:
        if other is not node and not other.is_service_running("DataMiner APIGateway"):
            return f"{other.address}: APIGateway version check failed: APIGateway is unavailable."
    return None


def _changed_connection(text: str) -> bool:
    lines = (line.split("#")[0].strip().lower() for line in text.splitlines())
    return any((line.startswith("type=") and line != "type=grpcconnection") or line.startswith("polling") for line in lines)


_CHECKS: dict[str, Callable[[Any, Version | None], str | None]] = {
    "VerifyNatsIsRunning.dll": _nats,
    "VerifyNatsCluster.dll": _nats,
    "VerifyDotNetVersion.dll": _dot_net,
    "VerifyOSVersion.dll": _operating_system,
    "VerifyElasticStorageType.dll": _elastic,
    "VerifyNoLegacyReportsDashboards.dll": _legacy_reports,
    "VerifyNoAnnotations.dll": _annotations,
    "VerifyBrokerGatewayMigration.dll": _broker_gateway,
    "VerifyGRPCConnection.dll": _grpc,
}
