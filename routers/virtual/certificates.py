"""/certificate: PEM files become rows, templates become certificates, and api-ssl shows one of them.

Of an imported key nothing is kept but that it is there; what the router signs itself is kept whole, out of sight.
"""

import re
import ssl
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from routers.virtual import files
from routers.virtual.device import Call, Caller, Device, Reply
from routers.virtual.traps import Trap, missing_values
from routers.virtual.tree import Row
from tenants.certificates import Signed, arm

_CURVES = {"prime256v1": ec.SECP256R1(), "secp384r1": ec.SECP384R1(), "secp521r1": ec.SECP521R1()}
_PART = re.compile(r"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)


def import_file(device: Device, caller: Caller, call: Call) -> Reply:
    """Certificates become rows, keys find theirs; the answer counts them. One that is there already is no new row."""
    name = call.args.get("file-name")
    if not name:
        raise missing_values("file-name")
    text = files.read(device, name)
    if text is None:
        raise Trap(f"failure: cannot open file {name}")
    stem = call.args.get("name") or f"{name}_0"
    believed = call.args.get("trusted", "yes")
    counts = {"certificates-imported": 0, "private-keys-imported": 0, "files-imported": 1}
    counts |= {"decryption-failures": 0, "keys-with-no-certificate": 0}
    parts = [(match[1], match[0]) for match in _PART.finditer(text)]
    with device.lock:
        for kind, pem in parts:
            if kind == "CERTIFICATE":
                counts["certificates-imported"] += _certificate(device, pem, stem, believed)
        public = _public(pem for kind, pem in parts if kind == "CERTIFICATE")
        for kind, pem in parts:
            if kind.endswith("PRIVATE KEY"):
                counts[_key(device, public, pem)] += 1
    return Reply(rows=[{key: str(count) for key, count in counts.items()}])


def sign(device: Device, caller: Caller, call: Call) -> Reply:
    """A template becomes a certificate signed with its own key; another authority is not known here."""
    wanted = call.args.get("number") or call.args.get(".id", "")
    if not wanted:
        raise missing_values("number")
    row = device.tree.select("/certificate", wanted)
    if row.get("fingerprint"):
        raise Trap("failure: certificate already signed")
    size = row.get("key-size", "2048")
    curve = _CURVES.get(size)
    key = ec.generate_private_key(curve) if curve else rsa.generate_private_key(65537, int(size))
    now = device.clock.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name := x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, row["common-name"])]))
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=int(row.get("days-valid", "365"))))
        .sign(key, hashes.SHA256())
    )
    shape = serialization.PrivateFormat.PKCS8
    with device.lock:
        row |= {
            "issuer": f"CN={row['common-name']}",
            "serial-number": f"{made.serial_number:X}",
            "fingerprint": made.fingerprint(hashes.SHA256()).hex(),
            "invalid-before": _moment(made.not_valid_before_utc),
            "invalid-after": _moment(made.not_valid_after_utc),
            "private-key": "true",
            "trusted": "true",
            "pem": made.public_bytes(serialization.Encoding.PEM).decode(),
            "key": key.private_bytes(
                serialization.Encoding.PEM, shape, serialization.NoEncryption()
            ).decode(),
        }
        device.tree.changed("/certificate", row)
    return Reply()


def serving(device: Device, name: str) -> ssl.SSLContext | None:
    """The server's end of TLS with that certificate; None when there is none with a key that was made here."""
    row = device.tree.find("/certificate", name=name) if name and name != "none" else None
    if row is None or "key" not in row:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    arm(context, Signed(row["pem"], row["key"], "", row["fingerprint"], device.clock.now()))
    return context


def _certificate(device: Device, pem: str, stem: str, believed: str) -> int:
    try:
        read = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return 0
    fingerprint = read.fingerprint(hashes.SHA256()).hex()
    if device.tree.find("/certificate", fingerprint=fingerprint) is not None:
        return 0
    taken = {row.get("name") for row in device.tree.rows("/certificate")}
    name = next(
        each
        for number in range(len(taken) + 1)
        if (each := f"{stem.removesuffix('_0')}_{number}" if number else stem) not in taken
    )
    row: Row = {
        "name": name,
        "common-name": _common(read.subject),
        "issuer": f"CN={_common(read.issuer)}",
        "serial-number": f"{read.serial_number:X}",
        "fingerprint": fingerprint,
        "invalid-before": _moment(read.not_valid_before_utc),
        "invalid-after": _moment(read.not_valid_after_utc),
        "trusted": believed,
        "pem": pem,
    }
    if _signs(read):
        row["authority"] = "true"
    device.tree.add("/certificate", row, trusted=True)
    return 1


def _key(device: Device, public: dict[bytes, str], pem: str) -> str:
    try:
        key = serialization.load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError):
        return "decryption-failures"
    row = device.tree.find("/certificate", fingerprint=public.get(_plain(key.public_key()), ""))
    if row is None:
        return "keys-with-no-certificate"
    row["private-key"] = "true"
    device.tree.changed("/certificate", row)
    return "private-keys-imported"


def _public(pems: Iterable[str]) -> dict[bytes, str]:
    """Public key → fingerprint of the certificates in the file: a key belongs to one that comes with it."""
    found = {}
    for pem in pems:
        try:
            read = x509.load_pem_x509_certificate(pem.encode())
        except ValueError:
            continue
        found[_plain(read.public_key())] = read.fingerprint(hashes.SHA256()).hex()
    return found


def _plain(key: Any) -> bytes:
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return bytes(key.public_bytes(serialization.Encoding.DER, spki))


def _common(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _signs(read: x509.Certificate) -> bool:
    try:
        return bool(read.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False
