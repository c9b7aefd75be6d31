"""Users of /ip/hotspot/user: the router's own list, asked before RADIUS."""

import hashlib
import hmac

from routers.virtual.nas import Secret
from routers.virtual.sessions import Limits
from routers.virtual.tree import Row
from routers.virtual.values import parse_time


def limits_of(user: Row, profile: Row) -> Limits:
    """What a local user may use."""
    return Limits(
        seconds=seconds(user.get("limit-uptime")),
        upload=whole(user.get("limit-bytes-in")),
        download=whole(user.get("limit-bytes-out")),
        total=whole(user.get("limit-bytes-total")),
        rate=profile.get("rate-limit", ""),
    )


def proves(secret: Secret, password: str) -> bool:
    """Does the phone know the password?"""
    raw = password.encode("utf-8", "surrogateescape")
    if secret.chap is None:
        return hmac.compare_digest(secret.password.encode("utf-8", "surrogateescape"), raw)
    identifier, digest, challenge = secret.chap
    return hmac.compare_digest(hashlib.md5(bytes([identifier]) + raw + challenge).digest(), digest)


def seconds(text: str | None) -> int | None:
    """A duration in whole seconds; zero is none."""
    milliseconds = parse_time(text) if text else None
    return milliseconds // 1_000 if milliseconds else None


def whole(text: str | None) -> int | None:
    """A size; zero is none."""
    return int(text) if text and int(text) else None
