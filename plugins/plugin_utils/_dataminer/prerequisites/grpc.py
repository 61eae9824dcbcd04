# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether agents can talk over gRPC, as the target wants it: settings that stand against it, and the node's own APIGateway (8)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..._upgrade.facts import Fact
from ..._upgrade.findings import Finding, Severity, finding
from ..._upgrade.rules import RuleBook
from ..files.api_gateway import SLNET
from ..files.dms_xml import Dms
from ..files.settings import REMOTING_PORT, ConnectionSettings
from ..node.installation import Installation
from ..versions.platforms import GRPC_IS_DEFAULT
from ..versions.versions import Version

_REDIRECT = re.compile(r"https://.+/APIGateway/?", re.IGNORECASE)


@dataclass(frozen=True)
class Grpc:
    """What VerifyGRPCConnection looks at on one node. ``dotnet_remoting``: the flag with which settings are not looked at."""

    target: Version
    dotnet_remoting: Fact[bool]
    connection: Fact[ConnectionSettings]
    remoting_port: Fact[int]
    dms: Fact[Dms]
    modules: Fact[dict[str, str | None]]

    @property
    def settings_count(self) -> bool:
        return not self.dotnet_remoting.value


def read(node: Installation, target: Version) -> Grpc:
    return Grpc(
        target=target,
        dotnet_remoting=node.maintenance.then(lambda settings: settings.dotnet_remoting),
        connection=node.connection,
        remoting_port=node.remoting_port,
        dms=node.dms,
        modules=node.modules,
    )


def _checked(seen: Grpc) -> bool:
    return seen.target.line >= (10, 5)


RULES: RuleBook[Grpc] = RuleBook()
_FIX = "or run EnableDotNetRemoting.dmupgrade on the cluster, which needs no restart"


@RULES.rule("dataminer.grpc.connection_settings", Severity.BLOCKER, reference="8 D", when=_checked)
def connection_settings_are_the_default_ones(seen: Grpc) -> Finding | None:
    """From 10.5.10 and 10.6.0 on, agents go by gRPC; ConnectionSettings.txt with anything else is refused."""
    if not GRPC_IS_DEFAULT.reached_by(seen.target) or not seen.settings_count or not seen.connection.value.custom:
        return None
    fix = f"make Webpages\\ConnectionSettings.txt the default one, {_FIX}"
    return finding(seen="; ".join(seen.connection.value.custom[:3]), wanted="the default settings", fix=fix)


@RULES.rule("dataminer.grpc.remoting_port", Severity.BLOCKER, reference="8 D", when=_checked)
def remoting_port_is_the_default_one(seen: Grpc) -> Finding | None:
    """A .NET Remoting port of one's own in SLNet.exe.config is refused from 10.5.10 and 10.6.0 on."""
    if not GRPC_IS_DEFAULT.reached_by(seen.target) or not seen.settings_count or seen.remoting_port.value == REMOTING_PORT:
        return None
    return finding(seen=f"port {seen.remoting_port.value}", wanted=f"port {REMOTING_PORT}", fix=f"set the default port, {_FIX}")


@RULES.rule("dataminer.grpc.redirects", Severity.BLOCKER, reference="8 D", when=_checked)
def redirects_lead_to_the_gateway(seen: Grpc) -> Finding | None:
    """Redirects in DMS.xml may only lead to an APIGateway, from 10.5.10 and 10.6.0 on."""
    if not GRPC_IS_DEFAULT.reached_by(seen.target) or not seen.settings_count:
        return None
    wrong = [one.via for one in seen.dms.value.redirects if one.via and not _REDIRECT.fullmatch(one.via)]
    if not wrong:
        return None
    return finding(seen=", ".join(wrong), wanted="https://.../APIGateway, or credentials only", fix=f"correct the redirects, {_FIX}")


@RULES.rule("dataminer.grpc.gateway_answers", Severity.WARNING, reference="8, 9 D", when=_checked)
def gateway_of_the_node_answers(seen: Grpc) -> Finding | None:
    """Every agent's own APIGateway answers; asked on the node itself, a certificate may keep it from being read."""
    if not GRPC_IS_DEFAULT.reached_by(seen.target) or SLNET.casefold() in (name.casefold() for name in seen.modules.value):
        return None
    return finding(
        seen=f"it names {', '.join(sorted(seen.modules.value))} only",
        wanted="SLNet among its modules",
        fix="start SLNet, and the service DataMiner APIGateway",
    )
