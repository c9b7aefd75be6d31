"""`/certificate import`: what a PEM file holds as rows; keys are looked at and not kept, since nothing here speaks TLS."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from routers.virtual import files
from routers.virtual.device import Call, Caller, Device, Reply
from routers.virtual.traps import Trap, missing_values
from routers.virtual.tree import Row

_PART = re.compile(r"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)


def import_file(device: Device, caller: Caller, call: Call) -> Reply:
    """Certificates become rows, keys find theirs; the answer counts them. One that is there already is no new row."""
    name = call.args.get("file-name")
    if not name:
        raise missing_values("file-name")
    text = files.read(device, name)
    if text is None:
        raise Trap(f"failure: cannot open file {name}")
    stem = call.args.get("name") or name
    counts = {"certificates-imported": 0, "private-keys-imported": 0, "files-imported": 1}
    counts |= {"decryption-failures": 0, "keys-with-no-certificate": 0}
    parts = [(match[1], match[0]) for match in _PART.finditer(text)]
    with device.lock:
        for kind, pem in parts:
            if kind == "CERTIFICATE":
                counts["certificates-imported"] += _certificate(device, pem, stem)
        public = _public(pem for kind, pem in parts if kind == "CERTIFICATE")
        for kind, pem in parts:
            if kind.endswith("PRIVATE KEY"):
                counts[_key(device, public, pem)] += 1
    return Reply(rows=[{key: str(count) for key, count in counts.items()}])


def _certificate(device: Device, pem: str, stem: str) -> int:
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
        if (each := f"{stem}_{number}" if number else stem) not in taken
    )
    row: Row = {
        "name": name,
        "common-name": _common(read.subject),
        "issuer": f"CN={_common(read.issuer)}",
        "serial-number": f"{read.serial_number:X}",
        "fingerprint": fingerprint,
        "invalid-before": _moment(read.not_valid_before_utc),
        "invalid-after": _moment(read.not_valid_after_utc),
        "trusted": "yes",
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
