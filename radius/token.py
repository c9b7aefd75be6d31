"""The Class that an Accept hands to the router and every accounting record brings back, authenticated."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from functools import lru_cache

_TOKEN = re.compile(rb"km2\.([1-9][0-9]{0,17})\.([0-9a-f]{16})(?:\.([a-z0-9:]{1,12}))?")
_keys: tuple[bytes, ...] = (secrets.token_bytes(32),)  # until told otherwise, a key that nobody knows


def use(keys: Sequence[bytes]) -> None:
    """Sign with the first of these keys (at most 64 octets each) and believe all of them, from now on."""
    global _keys
    _keys = tuple(keys)


@lru_cache(maxsize=4096)
def _start(key: bytes, schema: str) -> hashlib.blake2b:
    return hashlib.blake2b(f"{schema}\0".encode(), digest_size=8, key=key, person=b"kmikro-class")


def _tag(key: bytes, schema: str, service_id: int, level: bytes) -> bytes:
    state = _start(key, schema).copy()
    state.update(b"%d.%s" % (service_id, level))
    return state.hexdigest().encode()


def issue(schema: str, service_id: int, level: str = "") -> bytes:
    """The token of a service. It ties a session to its service and opens nothing.

    `level` says what the session was let in to (`radius.standing`); '' is the plan itself.
    """
    said = level.encode()
    token = b"km2.%d.%s" % (service_id, _tag(_keys[0], schema, service_id, said))
    return token + b"." + said if said else token


def level_of(token: bytes) -> str:
    """What the session was let in to; '' for the plan itself, and for what is no token."""
    match = _TOKEN.fullmatch(token)
    return match[3].decode() if match is not None and match[3] else ""


def service_of(token: bytes, schema: str) -> int | None:
    """The service a token names in this schema; None when it is not ours or another tenant's."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    service_id, level = int(match[1]), match[3] or b""
    for key in _keys:
        if hmac.compare_digest(_tag(key, schema, service_id, level), match[2]):
            return service_id
    return None


def is_foreign(token: bytes, schema: str) -> bool:
    """Does it look like a token, but of another tenant? Such a record is kept apart and bills nobody."""
    return _TOKEN.fullmatch(token) is not None and service_of(token, schema) is None
