"""The Class that an Accept hands to the router and every accounting record brings back."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

_TOKEN = re.compile(rb"km1\.([1-9][0-9]{0,17})\.([0-9a-f]{16})(?:\.([a-z0-9:]{1,12}))?")


@lru_cache(maxsize=4096)
def _start(schema: str) -> hashlib.blake2b:
    return hashlib.blake2b(f"{schema}\0".encode(), digest_size=8, person=b"kmikro-class")


def _tag(schema: str, service_id: int) -> bytes:
    state = _start(schema).copy()
    state.update(b"%d" % service_id)
    return state.hexdigest().encode()


def issue(schema: str, service_id: int, level: str = "") -> bytes:
    """The token of a service. It ties a session to its service; it proves nothing and opens nothing.

    `level` says what the session was let in to (`radius.standing`); '' is the plan itself.
    """
    token = b"km1.%d.%s" % (service_id, _tag(schema, service_id))
    return token + b"." + level.encode() if level else token


def level_of(token: bytes) -> str:
    """What the session was let in to; '' for the plan itself, and for what is no token."""
    match = _TOKEN.fullmatch(token)
    return match[3].decode() if match is not None and match[3] else ""


def service_of(token: bytes, schema: str) -> int | None:
    """The service a token names in this schema; None when it is not ours or another tenant's."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    service_id = int(match[1])
    return service_id if _tag(schema, service_id) == match[2] else None


def is_foreign(token: bytes, schema: str) -> bool:
    """Does it look like a token, but of another tenant? Such a record is kept apart and bills nobody."""
    return _TOKEN.fullmatch(token) is not None and service_of(token, schema) is None
