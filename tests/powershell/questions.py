# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One question of every kind, put by the very builders that the controller uses."""

from __future__ import annotations

import base64
import datetime
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade import questions as q
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

# Builders of parts of questions.
NO_KINDS = {"registry_value"}


def builders() -> dict[str, Callable[..., Any]]:
    return {
        name: each
        for name, each in inspect.getmembers(q, inspect.isfunction)
        if not name.startswith("_") and name not in NO_KINDS and each.__module__ == q.__name__
    }


def one_of_every_kind(folder: Path, web: str) -> dict[str, q.Question]:
    """A question of every kind that has an answer on the host of these tests, by kind."""
    log = str(folder / "Setup.log")
    port = int(web.rpartition(":")[2])
    asked = [
        q.registry_key("SOFTWARE\\Acme"),
        q.registry_subkeys("SOFTWARE"),
        q.services("OMSDK", "HealthService", "NoSuchService", "LeftOver"),
        q.file(log, sha256=True),
        q.file_text(log),
        q.directory(str(folder), "*.log"),
        q.operating_system(),
        q.hardware(),
        q.disks(),
        q.pending_reboot(),
        q.processes("Microsoft.EnterpriseManagement.*"),
        q.listening_ports(port),
        q.network_addresses(),
        q.tcp("localhost", port),
        q.http(f"{web}/200"),
        q.programs("Acme*"),
        q.dotnet_framework(),
        q.vc_runtimes(),
        q.features("Web-Server", "NET-Framework-Core", "Telnet-Client", "No-Such-Feature"),
        q.user_rights("SeServiceLogonRight", "SeBatchLogonRight"),
        q.local_group("S-1-5-32-544"),
        q.account("CONTOSO\\das"),
        q.credential("CONTOSO\\das", "das"),
        q.event_count("Operations Manager", "2026-01-01T00:00:00Z", ids=[1210, 26319], provider="HealthService", levels=[1, 2]),
        q.scheduled_tasks("\\systemcenter.upgrade"),
        q.certificates(),
        q.audit_command_line(),
        q.session(),
    ]
    return {question["kind"]: question for question in asked}


def certificate_store(*dns_names: str) -> str:
    """Stand-in for a store with one real certificate for these names."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ms1.contoso.lab")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=365))
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH, x509.ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    )
    if dns_names:
        names = [x509.RFC822Name("ops@contoso.lab"), *map(x509.DNSName, dns_names)]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    der = base64.b64encode(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)).decode()
    return f"""
function Open-CertificateStore {{
    $bytes = [System.Convert]::FromBase64String('{der}')
    $certificate = New-Object System.Security.Cryptography.X509Certificates.X509Certificate2 (, $bytes)
    $store = New-Fact @{{ Certificates = @($certificate) }}
    New-Method $store Close {{ }}
    $store
}}"""
