"""X.509 of the platform: one root, a certificate per router that speaks RadSec, one for our own end (RFC 5280)."""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_LIFE = timedelta(days=3650)
LIFE = timedelta(days=730)
EARLY = timedelta(days=1)  # routers without a battery start with a clock that is behind
ROOT_BITS, BITS = 3072, 2048  # RSA, since RouterOS 6 imports nothing else without surprises

_Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate with its key, both PEM, and what it is found by: serial in hex and SHA-256 of its DER."""

    certificate: str
    key: str = field(repr=False)
    serial: str
    fingerprint: str
    ends_at: datetime


def make_root(name: str, *, now: datetime) -> Signed:
    """The root that signs everything else and nothing but end certificates."""
    key = rsa.generate_private_key(65537, ROOT_BITS)
    subject = _name(name)
    usage = _usage(key_cert_sign=True, crl_sign=True)
    builder = (
        _begun(subject, subject, key, now, ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _signed(builder, key, key)


def make_client(root: Signed, *, name: str, urn: str, now: datetime) -> Signed:
    """For a router: it proves with it who it is, and can serve nobody with it."""
    return _end(root, name, [x509.UniformResourceIdentifier(urn)], ExtendedKeyUsageOID.CLIENT_AUTH, now)


def make_server(root: Signed, *, names: Sequence[str], now: datetime) -> Signed:
    """For our own end: `names` are host names and addresses that routers know us by, the first its CN."""
    return _end(root, names[0], [_general(each) for each in names], ExtendedKeyUsageOID.SERVER_AUTH, now)


def make_wifi_server(root: Signed, *, name: str, now: datetime) -> Signed:
    """For the TLS inside EAP: P-256, since one worker signs for all who come; every 802.1X client knows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    return _end(root, name, [x509.DNSName(name)], ExtendedKeyUsageOID.SERVER_AUTH, now, key)


def make_lone_server(name: str, *, now: datetime) -> Signed:
    """For a server whose clients are given this very certificate to trust: its own issuer, and good for long."""
    key = rsa.generate_private_key(65537, BITS)
    builder = (
        _begun(_name(name), _name(name), key, now, ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            _usage(digital_signature=True, key_encipherment=True, key_cert_sign=True), critical=True
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(name)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _signed(builder, key, key)


def make_probe(root: Signed, seed: bytes) -> Signed:
    """For our own health check: whoever has the root and the seed (32 octets) makes the same one, so nobody keeps it.

    Ed25519 and PKCS #1 v1.5 sign without randomness, and nothing else in it is drawn or depends on the time.
    """
    signer, key = _key(root.key), ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    above = x509.load_pem_x509_certificate(root.certificate.encode())
    made = (
        x509.CertificateBuilder()
        .subject_name(_name("K-Mikro health check"))
        .issuer_name(above.subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(above.not_valid_before_utc)
        .not_valid_after(above.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    return _told(made, key, serialization.PrivateFormat.PKCS8)


def arm(context: ssl.SSLContext, own: Signed) -> None:
    """Give a certificate and its key to one end of TLS. OpenSSL reads files only; this one is on no disk."""
    with os.fdopen(os.memfd_create("certificate"), "wb") as file:
        file.write((own.key + own.certificate).encode())
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{file.fileno()}")


def _end(
    root: Signed,
    name: str,
    others: list[x509.GeneralName],
    purpose: x509.ObjectIdentifier,
    now: datetime,
    key: _Key | None = None,
) -> Signed:
    signer = _key(root.key)
    issuer = x509.load_pem_x509_certificate(root.certificate.encode())
    if key is None:
        key = rsa.generate_private_key(65537, BITS)
    enciphers = isinstance(key, rsa.RSAPrivateKey)
    builder = (
        _begun(_name(name), issuer.subject, key, now, LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, key_encipherment=enciphers), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    return _signed(builder, key, signer)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: _Key, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLY)
        .not_valid_after(now + life)
    )


def _signed(builder: x509.CertificateBuilder, key: _Key, signer: rsa.RSAPrivateKey) -> Signed:
    return _told(builder.sign(signer, hashes.SHA256()), key, serialization.PrivateFormat.TraditionalOpenSSL)


def _told(
    made: x509.Certificate,
    key: _Key | ed25519.Ed25519PrivateKey,
    shape: serialization.PrivateFormat,
) -> Signed:
    return Signed(
        made.public_bytes(serialization.Encoding.PEM).decode(),
        key.private_bytes(serialization.Encoding.PEM, shape, serialization.NoEncryption()).decode(),
        f"{made.serial_number:x}",
        made.fingerprint(hashes.SHA256()).hex(),
        made.not_valid_after_utc,
    )


def _key(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("The root's key is an RSA key.")
    return key


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _general(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _usage(
    *,
    digital_signature: bool = False,
    key_encipherment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_encipherment=key_encipherment,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
