"""Rate limits: windows that move, counted in Valkey, or in this process while Valkey does not answer."""

import hashlib
import ipaddress
import time
from functools import lru_cache

import structlog
from django.conf import settings
from django.db import connection
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from kmikro.lib.refusal import Refusal

log = structlog.get_logger("accounts.limits")

# reliability: 5 tries per account and network in 15 minutes, 50 an hour for a whole network.
RULES: dict[str, str] = {
    "sign-in": "5 per 15 minutes",
    "sign-in-network": "50 per hour",
    "reset": "3 per 15 minutes",
    "reset-network": "20 per hour",
    "finder": "3 per 15 minutes",
    "finder-network": "20 per hour",
    "sign-up": "10 per hour",
    "slug-check": "60 per minute",
    "invitation": "30 per hour",
    "password": "10 per 15 minutes",
    "link": "30 per hour",
}
TIMEOUT = 0.5  # seconds that a limiter may cost


class TooMany(Refusal):
    """A refusal with the number of seconds after which to try again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too_many", f"Too many tries. Try again in {in_words(retry_after)}.")
        self.retry_after = retry_after


def in_words(seconds: int) -> str:
    if seconds < 90:
        return f"{max(seconds, 1)} seconds"
    return f"{-(-seconds // 60)} minutes"


def network(address: str | None) -> str:
    """What one client can easily change its address within: IPv4 itself, the /64 of IPv6."""
    if not address:
        return "unknown"
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


@lru_cache(maxsize=1)
def _shared() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(
        storage_from_string(
            settings.REDIS_URL,
            wrap_exceptions=True,
            key_prefix="kmikro-limits",
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
        )
    )


@lru_cache(maxsize=1)
def _own() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())


@lru_cache(maxsize=64)
def _rule(text: str) -> RateLimitItem:
    return parse(text)


def _key(name: str, keys: tuple[object, ...]) -> str:
    """Tenants never share a counter, and no address or e-mail stands in Valkey."""
    schema = str(getattr(connection, "schema_name", "public"))
    joined = "\0".join((schema, name, *(str(key).strip().lower() for key in keys)))
    return hashlib.sha256(joined.encode(errors="surrogateescape")).hexdigest()


def hit(name: str, *keys: object, rule: str = "") -> None:
    """Count one try of `name` (a key of RULES, or with its own rule); raises TooMany when there were enough."""
    item, key = _rule(rule or RULES[name]), _key(name, keys)
    try:
        _count(_shared(), item, key)
    except StorageError:
        log.warning("limits-in-memory", limit=name)
        _count(_own(), item, key)


def _count(limiter: MovingWindowRateLimiter, item: RateLimitItem, key: str) -> None:
    if limiter.hit(item, key):
        return
    reset_at = limiter.get_window_stats(item, key).reset_time
    # The library reads the clock for its windows; the wait is told from the same one.
    raise TooMany(max(1, int(reset_at - time.time())))


def forget(name: str, *keys: object, rule: str = "") -> None:
    """Start counting anew, after a success."""
    item, key = _rule(rule or RULES[name]), _key(name, keys)
    _own().clear(item, key)
    try:
        _shared().clear(item, key)
    except StorageError:
        log.warning("limits-in-memory", limit=name)
