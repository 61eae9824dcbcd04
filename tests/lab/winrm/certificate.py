"""The certificate of a world's HTTPS listeners: made once, kept in the world's directory, its own authority."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Certificate:
    """Two PEM files. A client that is given `path` as its authority (`ansible_psrp_ca_cert`) may validate the lab's hosts."""

    path: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path, self.key)
        return context

    def digest(self) -> bytes:
        """What channel bindings of type tls-server-end-point carry."""
        return x509.load_pem_x509_certificate(self.path.read_bytes()).fingerprint(hashes.SHA256())


def certificate(directory: Path, names: Iterable[str]) -> Certificate:
    """The certificate kept in `directory`, made for the loopback address and these host names when there is none yet."""
    kept = Certificate(directory / "winrm-certificate.pem", directory / "winrm-key.pem")
    if not (kept.path.exists() and kept.key.exists()):
        directory.mkdir(parents=True, exist_ok=True)
        _make(kept, sorted(set(names)))
    return kept


def _make(target: Certificate, names: list[str]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lab of systemcenter.upgrade")])
    now = datetime.now(UTC)
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in ["localhost", *names]]
    alternatives.append(x509.IPAddress(ipaddress.ip_address(LOOPBACK)))
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=365))
    builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(), critical=True)
    builder = builder.add_extension(identifier, critical=False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
    pem = serialization.Encoding.PEM
    target.key.touch(mode=0o600)
    target.key.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    target.path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(pem))


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
