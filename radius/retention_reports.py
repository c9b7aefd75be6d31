"""Reports of what was forgotten: canonical JSON, signed with Ed25519 under a key of this instance, each naming the one
before it by its digest, so that one that is missing or changed shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from kmikro.lib import here
from kmikro.lib.secrets import derived_key
from radius import retention
from radius.models import RetentionReport

PURPOSE, ALGORITHM, FORMAT = "retention reports", "Ed25519", 1
LARGEST = 1 << 20  # octets of a file that is looked at


class Verdict(StrEnum):
    """What a signature proves."""

    OURS = "ours"  # this instance wrote it so
    FOREIGN = "foreign"  # unchanged since it was signed, by a key that is not one of ours
    BROKEN = "broken"  # changed, or no report


@dataclass(frozen=True, slots=True)
class Signed:
    """A report as it is in a file."""

    text: str
    signature: str
    public_key: str


def canonical(body: Mapping[str, Any]) -> str:
    """One way to write a report: keys in order, no spaces, UTF-8."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sign(text: str) -> Signed:
    """Signed with the key of today."""
    key = _key(settings.SECRET_KEY)
    return Signed(text, key.sign(text.encode()).hex(), key.public_key().public_bytes_raw().hex())


def check(signed: Signed) -> Verdict:
    """Does the signature hold, and is it ours? Old keys of this instance count as ours."""
    try:
        public = bytes.fromhex(signed.public_key)
        Ed25519PublicKey.from_public_bytes(public).verify(
            bytes.fromhex(signed.signature), signed.text.encode()
        )
    except (InvalidSignature, ValueError):
        return Verdict.BROKEN
    masters = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ours = any(_key(master).public_key().public_bytes_raw() == public for master in masters)
    return Verdict.OURS if ours else Verdict.FOREIGN


def write(
    gone: Mapping[str, int], *, complete: bool, begun_at: datetime, ended_at: datetime
) -> RetentionReport:
    """The report of one run; call inside the tenant, after what it tells of has been committed."""
    here.alone("retention report")
    before = RetentionReport.objects.order_by("-pk").first()
    body = {
        "format": FORMAT,
        "workspace": here.schema(),
        "begun_at": begun_at.isoformat(timespec="seconds"),
        "ended_at": ended_at.isoformat(timespec="seconds"),
        "complete": complete,
        "previous": digest(before.text) if before else None,
        "kinds": [
            {
                "name": rule.name,
                "what": rule.what,
                "deleted": gone.get(rule.name, 0),
                "kept_days": rule.keeps.days,
                "setting": rule.setting,
                "older_than": (begun_at - rule.keeps).isoformat(timespec="seconds"),
                "oldest_left": _plain(rule.oldest()),
            }
            for rule in retention.RULES
        ],
    }
    signed = sign(canonical(body))
    return RetentionReport.objects.create(
        begun_at=begun_at,
        ended_at=ended_at,
        deleted=sum(gone.values()),
        is_complete=complete,
        text=signed.text,
        signature=signed.signature,
        public_key=signed.public_key,
    )


def signed_of(report: RetentionReport) -> Signed:
    return Signed(report.text, report.signature, report.public_key)


def body_of(signed: Signed) -> dict[str, Any]:
    """What a report says; empty for what is none."""
    try:
        body = json.loads(signed.text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def follows(report: RetentionReport) -> bool:
    """Does it name the one before it as that one is?"""
    before = RetentionReport.objects.filter(pk__lt=report.pk).order_by("-pk").first()
    named = body_of(signed_of(report)).get("previous")
    return bool(named == (digest(before.text) if before else None))


def to_file(signed: Signed) -> str:
    """A file for auditors: the report as text, since a JSON value may be written in many ways."""
    return json.dumps(
        {
            "report": signed.text,
            "algorithm": ALGORITHM,
            "signature": signed.signature,
            "public_key": signed.public_key,
        },
        indent=2,
        ensure_ascii=False,
    )


def from_file(text: str) -> Signed:
    """What `to_file` wrote; of anything else a report whose signature cannot hold."""
    try:
        read = json.loads(text[:LARGEST])
        return Signed(str(read["report"]), str(read["signature"]), str(read["public_key"]))
    except (ValueError, TypeError, KeyError):
        return Signed("", "", "")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _key(master: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derived_key(master, PURPOSE))


def _plain(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
