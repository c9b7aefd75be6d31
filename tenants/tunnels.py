"""Addresses of the tunnels, WireGuard or SSTP: one /32 of the platform's pool for each router, its key, and what the hub saw.

The only way tenant code reads and writes tunnels in public. A router's address is its identity for RADIUS, so it is
given to nobody else before every late packet and every stale memory of it is gone.
"""

import base64
import ipaddress
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction

from kmikro.lib import wireguard
from kmikro.lib.refusal import Refusal
from kmikro.lib.sstp.chap import user_of as user_of
from tenants import scope
from tenants.models import TunnelHub, TunnelKind, TunnelPeer
from tenants.routes import own_schema

Kind = TunnelKind
QUARANTINE = timedelta(days=7)  # before a released address is given to another router
SILENT = timedelta(seconds=60)  # without a word of its agent the hub counts as not running
_TRIED = {Kind.WIREGUARD: ("forwarded", "refused"), Kind.SSTP: ("forwarded", "spoofed", "malformed")}
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('tunnel pool'))"
_KEY_TAKEN = Refusal(
    "key_taken",
    "Another router has this WireGuard key; was its configuration copied? Remove the interface kmikro-wg on this one and "
    "paste the command again.",
)
_FREE = """
    SELECT host(%s::inet + n) FROM generate_series(1, %s) AS n
    WHERE NOT EXISTS (SELECT FROM tenants_tunnelpeer AS t WHERE t.address = %s::inet + n)
    ORDER BY n LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Allotment:
    """The tunnel of one router."""

    address: str
    public_key: str
    preshared_key: str = field(repr=False)
    keyed_at: datetime | None
    endpoint: str
    handshake_at: datetime | None
    received_bytes: int
    sent_bytes: int
    blocked_packets: int
    is_up: bool
    changed_at: datetime | None
    kind: str = Kind.WIREGUARD


@dataclass(frozen=True, slots=True)
class Hub:
    """What routers are told of the hub."""

    address: str
    host: str
    port: int
    public_key: str  # of WireGuard
    certificate: str = ""  # of SSTP: what a router has to find there, PEM


def is_configured(kind: str = Kind.WIREGUARD) -> bool:
    """Whether this installation has a hub, and one of this kind."""
    return bool(settings.TUNNEL_ENDPOINT[0]) and (kind != Kind.SSTP or bool(settings.SSTP_PORT))


def pool() -> ipaddress.IPv4Network:
    """The network of all tunnels."""
    return ipaddress.IPv4Network(settings.TUNNEL_POOL)


def hub_address() -> str:
    """The hub's own address: the first of the pool."""
    return str(pool()[1])


def guarded_pool() -> str:
    """The pool for the outbound guard; empty where there are no tunnels."""
    return str(settings.TUNNEL_POOL) if is_configured() else ""


def source_to(address: str) -> str:
    """The address of ours that a router at this address sees: the hub's through a tunnel, else the public one."""
    if is_configured() and address:
        there = ipaddress.ip_address(address)
        if isinstance(there, ipaddress.IPv4Address) and there in pool():
            return hub_address()
    return str(settings.RADIUS_ADDRESS)


def hub(now: datetime, kind: str = Kind.WIREGUARD) -> Hub | None:
    """The hub of this kind, while its process says that it runs."""
    if not is_configured(kind):
        return None
    with scope.outside():
        row = TunnelHub.objects.filter(
            kind=kind, state=TunnelHub.State.RUNNING, seen_at__gt=now - SILENT
        ).first()
    if row is None or not (row.certificate if kind == Kind.SSTP else row.public_key):
        return None
    host, port = settings.TUNNEL_ENDPOINT
    if kind == Kind.SSTP:
        port = settings.SSTP_PORT
    return Hub(hub_address(), host, port, row.public_key, row.certificate)


def trouble(now: datetime, kind: str = Kind.WIREGUARD) -> str:
    """Why there is no tunnel of this kind where one is configured; empty when its hub runs, or none is wanted."""
    if not is_configured(kind):
        return ""
    with scope.outside():
        row = TunnelHub.objects.filter(kind=kind).first()
    who, command = ("SSTP hub", "sstp_hub") if kind == Kind.SSTP else ("tunnel agent", "tunnel_agent")
    if row is None:
        return f"the {who} has never run (manage.py {command})"
    if now - row.seen_at >= SILENT:
        return f"the {who} has been silent since {row.seen_at:%Y-%m-%d %H:%M} UTC"
    return "" if row.state == TunnelHub.State.RUNNING else row.text


@dataclass(frozen=True, slots=True)
class Seen:
    """The hub as the platform's staff see it; dropped counts packets of routers since its firewall was written."""

    peers: int
    dropped: int


def seen(kind: str = Kind.WIREGUARD) -> Seen | None:
    """What the hub last said; None where there is none."""
    row = TunnelHub.objects.filter(kind=kind).first() if is_configured(kind) else None
    return Seen(row.peers, sum(row.blocked.get(each, 0) for each in _TRIED[Kind(kind)])) if row else None


def allot(router_id: int, *, now: datetime, kind: str = Kind.WIREGUARD) -> Allotment:
    """An address for this tenant's router, the one that it has or the lowest that is free.

    A router that comes by the other kind than before keeps its address and nothing else.
    """
    schema = own_schema()
    with scope.outside():
        with (
            connection.cursor() as cursor
        ):  # one after the other until the commit: two never see one address free
            cursor.execute(_LOCK)
        mine = TunnelPeer.objects.filter(schema=schema, router_id=router_id, released_at=None)
        row = mine.first()
        if (
            row is not None and ipaddress.ip_address(row.address) not in pool()
        ):  # the pool is another one by now
            _release(mine, now)
            row = None
        if row is None:
            TunnelPeer.objects.filter(released_at__lte=now - QUARANTINE).delete()
            row = TunnelPeer(address=_free_address(), schema=schema, router_id=router_id, made_at=now)
        if row.pk is None or row.kind != kind:
            row.kind, row.preshared_key = kind, base64.b64encode(os.urandom(32)).decode()
            row.keyed_at = None
            _forget(row, "")
        if kind == Kind.SSTP:  # its secret is its key: there is nothing to wait for
            row.keyed_at = now
        row.save()
        return _allotment(row)


def _forget(row: TunnelPeer, public_key: str) -> None:
    """Another key is another tunnel: what was seen of the old one says nothing."""
    row.public_key, row.handshake_at, row.endpoint = public_key, None, ""
    row.is_up, row.changed_at = False, None


def _free_address() -> str:
    network = pool()
    first = str(network[1])
    with connection.cursor() as cursor:
        cursor.execute(_FREE, [first, network.num_addresses - 3, first])
        found = cursor.fetchone()
    if found is None:
        raise Refusal(
            "pool_empty",
            "No tunnel address is free. The platform's operators have to give KMIKRO_TUNNEL_POOL a larger network.",
        )
    return str(found[0])


def take_key(router_id: int, public_key: str, *, now: datetime) -> None:
    """The router told its public key: from now on the hub lets it in, and no key that it had before."""
    schema = own_schema()
    if not wireguard.is_key(public_key):
        raise Refusal("bad_key", "This is no WireGuard key.")
    with scope.outside():
        if _is_ours(public_key):
            raise _KEY_TAKEN
        mine = TunnelPeer.objects.filter(schema=schema, router_id=router_id, released_at=None)
        row = mine.filter(kind=Kind.WIREGUARD).select_for_update().first()
        if row is None:
            raise Refusal("no_tunnel", "This router has no tunnel address. Make a new command.")
        if row.public_key != public_key:
            _forget(row, public_key)
        row.keyed_at = now
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:  # another router has it, perhaps since a moment ago
            raise _KEY_TAKEN from None


def _is_ours(public_key: str) -> bool:
    return TunnelHub.objects.filter(public_key=public_key).exists()


def release(router_id: int, *, now: datetime) -> None:
    """The router is gone: the hub forgets it, and its address rests."""
    schema = own_schema()
    with scope.outside():
        _release(TunnelPeer.objects.filter(schema=schema, router_id=router_id, released_at=None), now)


def _release(rows: models.QuerySet[TunnelPeer], now: datetime) -> None:
    rows.update(released_at=now, public_key="", preshared_key="", endpoint="", is_up=False)


def of(router_id: int) -> Allotment | None:
    """The tunnel of this tenant's router."""
    schema = own_schema()
    with scope.outside():
        row = TunnelPeer.objects.filter(schema=schema, router_id=router_id, released_at=None).first()
        return _allotment(row) if row else None


def all_of() -> dict[int, Allotment]:
    """Router → tunnel, of this tenant, in one query and without secrets."""
    schema = own_schema()
    with scope.outside():
        rows = list(TunnelPeer.objects.filter(schema=schema, released_at=None).defer("preshared_key"))
    return {row.router_id: _allotment(row, secret=False) for row in rows}


def addresses() -> dict[int, str]:
    """Router → tunnel address, of this tenant, in one query."""
    if not is_configured():
        return {}
    schema = own_schema()
    with scope.outside():
        rows = TunnelPeer.objects.filter(schema=schema, released_at=None)
        return dict(rows.values_list("router_id", "address"))


def _allotment(row: TunnelPeer, *, secret: bool = True) -> Allotment:
    return Allotment(
        row.address, row.public_key, row.preshared_key if secret else "", row.keyed_at, row.endpoint, row.handshake_at,
        row.received_bytes, row.sent_bytes, row.blocked_packets + row.stray_packets, row.is_up, row.changed_at, row.kind,
    )  # fmt: skip
