"""Source address → router, for all ISPs, in memory; read anew when the database says that routes changed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection, transaction
from psycopg2.extensions import connection as Line

from radius.events import Nas
from tenants.models import Isp
from tenants.routes import NasEntry, nas_apart, nas_directory

PROBE_ADDRESS = "127.0.0.1"
PROBE_PURPOSE = "radius health probe"  # kmikro.health derives the same secret
NO_TENANT = ""  # the schema of the health probe: nothing can be found in it


def probe() -> Nas:
    """The entry of our own health check, which only ever sends Status-Server."""
    secret = hmac.new(settings.SECRET_KEY.encode(), PROBE_PURPOSE.encode(), hashlib.sha256).hexdigest()
    return Nas(schema=NO_TENANT, router_id=0, address=PROBE_ADDRESS, secret=secret.encode())


def read() -> dict[str, Nas]:
    """All routers that may ask at the ports of everybody, from the database (outside any tenant)."""
    return _known(nas_directory, datetime.now(UTC))


def read_apart(name: Callable[[str, int], str], now: datetime) -> dict[str, Nas]:
    """Those that ask at a port of their own, by `name` of address and port."""
    return _known(lambda: {name(*key): entry for key, entry in nas_apart().items()}, now)


def _known(read: Callable[[], dict[str, NasEntry]], now: datetime) -> dict[str, Nas]:
    with transaction.atomic():
        entries = read()
        active = Isp.objects.filter(state=Isp.State.ACTIVE)
        isps = {
            schema: (zone, language, suspended_at is not None)
            for schema, zone, language, suspended_at in active.values_list(
                "schema_name", "time_zone", "language", "suspended_at"
            )
        }
    return {
        name: _nas(entry, *isps[entry.schema], now) for name, entry in entries.items() if entry.schema in isps
    }


def _nas(entry: NasEntry, zone: str, language: str, is_suspended: bool, now: datetime) -> Nas:
    overlaps = entry.previous_until is not None and entry.previous_until > now
    return Nas(
        schema=entry.schema,
        router_id=entry.router_id,
        address=entry.address,
        secret=entry.secret,
        require_message_auth=entry.require_message_auth or _is_over(entry.exception_until, now),
        zone=zone,
        previous_secret=entry.previous_secret if overlaps else None,
        allow_mschap1=entry.allow_mschap1,
        mac_auth_password=entry.mac_auth_password,
        allow_eap=entry.allow_eap,
        language=language,
        admit_unknown=entry.admit_unknown,
        is_suspended=is_suspended,
    )


def _is_over(until: datetime | None, now: datetime) -> bool:
    """An exception for unsigned requests ends by itself."""
    return until is not None and until <= now


class LiveDirectory:
    """The directory of one worker. While the database is away it goes on with what it knew."""

    def __init__(self, read: Callable[[], dict[str, Nas]] = read) -> None:
        self._read = read
        self._routers: dict[str, Nas] = {PROBE_ADDRESS: probe()}

    def get(self, address: str) -> Nas | None:
        return self._routers.get(address)

    def __len__(self) -> int:
        return len(self._routers)

    def names(self) -> list[str]:
        """What routers are found by."""
        return list(self._routers)

    @property
    def has_wifi(self) -> bool:
        """May any router use 802.1X?"""
        return any(each.allow_eap for each in self._routers.values())

    def refresh(self, _line: Line | None = None) -> None:
        """Read all routes; called from the listener's thread, with that thread's own Django connection."""
        try:
            routers = self._read()
        finally:
            connection.close()
        own = routers.get(PROBE_ADDRESS)
        if own is None:
            routers[PROBE_ADDRESS] = probe()
        else:  # a virtual router on our own address: the health probe shares it
            routers[PROBE_ADDRESS] = replace(own, previous_secret=probe().secret)
        self._routers = routers
