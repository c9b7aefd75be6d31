"""The SSTP server's certificate: made once, kept in the state folder, given to every router, which trusts it alone."""

import ssl
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from tenants import certificates
from tenants.hub_kernel import Cannot

CERTIFICATE, KEY = "sstp.crt", "sstp.key"
# RouterOS 6 knows little: AES in CBC, and without its option pfs no exchange of keys but RSA's.
_CIPHERS = "ECDHE+AESGCM:ECDHE+AES:AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-SHA256:AES256-SHA:AES128-SHA:!aNULL:!PSK"


def own(folder: Path, host: str, *, now: datetime) -> str:
    """The certificate as PEM; made at the first start together with its key, which only our user can read."""
    path, key = folder / CERTIFICATE, folder / KEY
    if not path.exists() and not key.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = certificates.make_lone_server(host, now=now)
        _keep(path, made.certificate)
        _keep(key, made.key)
    if not path.exists() or not key.exists():
        raise Cannot(
            f"Of {path} and {key.name} one is missing. Bring it back from a backup, or move the other away."
        )
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
        name = str(found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    except (ValueError, IndexError):
        raise Cannot(f"{path} holds no certificate. Bring it back from a backup.") from None
    if name != host[:64]:
        raise Cannot(
            f"{path} is for {name} and the hub is at {host} now. Routers trust the old one: move it and its key away, start "
            "again, and paste a new command on each router of RouterOS 6."
        )
    return path.read_text()


def _keep(path: Path, text: str) -> None:
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    fresh.write_text(text)
    fresh.rename(path)


def der(pem: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem)


def context(folder: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer, with what RouterOS 6 can do of it."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers(_CIPHERS)
    made.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    try:
        made.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    except (ssl.SSLError, OSError):
        raise Cannot(
            f"{folder / KEY} is not the key of the certificate. Bring it back from a backup."
        ) from None
    return made
