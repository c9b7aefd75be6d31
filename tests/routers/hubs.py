"""SSTP hubs for tests: a self-made certificate, and who answers a virtual router that dials."""

import ipaddress
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from routers.virtual.sstp import Dial, Given, Server


def certificate(host: str = "hub.example", *, days: int = 30) -> str:
    """PEM of a certificate for that name or address, signed with its own key."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host[:64])])
    now = datetime.now(UTC)
    other: x509.GeneralName
    try:
        other = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        other = x509.DNSName(host)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([other]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def answering(
    pem: str,
    sign_in: Callable[[str, str], tuple[str, str] | None],
    *,
    host: str = "hub.example",
    port: int = 8443,
) -> Dial:
    """A hub that shows this certificate there and nowhere else."""

    def given(user: str, password: str) -> Given | None:
        found = sign_in(user, password)
        return Given(*found) if found else None

    def dial(to: str, at: int) -> Server | None:
        return Server(pem, given) if (to, at) == (host, port) else None

    return dial
