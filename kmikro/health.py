"""/healthz: this process answers. /readyz: database, broker, worker and RADIUS really work."""

import hashlib
import hmac
import os
import socket
import time
from datetime import UTC, datetime

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from radius.knock import knock
from tenants import authority, scope, tunnels

STATUS_SECRET_PURPOSE = "radius health probe"
WORKER_SILENT_AFTER = 60  # seconds; beat sends a heartbeat every 15


def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True})


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tenants_isp")
    except DatabaseError:
        return "does not answer"
    return "ok"


def _broker_and_worker() -> tuple[str, str]:
    try:
        beaten = cache.get("heartbeat")
    except Exception:  # noqa: BLE001 - any client error means the same here: the broker does not answer
        return "does not answer", "unknown"
    if beaten is None or time.time() - float(beaten) > WORKER_SILENT_AFTER:
        return "ok", "no heartbeat"
    return "ok", "ok"


def status_server_request(secret: bytes) -> bytes:
    """A Status-Server datagram (RFC 5997) with only a Message-Authenticator."""
    authenticator = os.urandom(16)
    head = b"\x0c\x01\x00\x26"
    signature = hmac.new(secret, head + authenticator + b"\x50\x12" + bytes(16), hashlib.md5).digest()
    return head + authenticator + b"\x50\x12" + signature


def _radius() -> str:
    """A Status-Server round trip; 127.0.0.1 is in every directory with a secret derived from our key."""
    secret = hmac.new(
        settings.SECRET_KEY.encode(), STATUS_SECRET_PURPOSE.encode(), hashlib.sha256
    ).hexdigest()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(1.5)
        probe.bind(("127.0.0.1", 0))
        try:
            probe.sendto(
                status_server_request(secret.encode()),
                (settings.RADIUS_PROBE_ADDRESS, settings.RADIUS_AUTH_PORT),
            )
            reply = probe.recv(4096)
        except OSError:
            return "does not answer"
    return "ok" if reply[:1] == b"\x02" else "wrong answer"


def _radsec() -> str:
    """The same over TLS, with a certificate that only we can make."""
    try:
        with scope.outside():
            own, root = authority.probe(now=datetime.now(UTC))
    except DatabaseError:
        return "unknown"
    return knock(settings.RADIUS_PROBE_ADDRESS, settings.RADSEC_PORT, own, root, seconds=1.5)


def _tunnel(kind: str) -> str:
    """What the process of this hub says."""
    try:
        return tunnels.trouble(datetime.now(UTC), kind) or "ok"
    except DatabaseError:
        return "unknown"


def readyz(request: HttpRequest) -> JsonResponse:
    broker, worker = _broker_and_worker()
    parts = {"database": _database(), "broker": broker, "worker": worker, "radius": _radius()}
    if settings.RADSEC:
        parts["radsec"] = _radsec()
    ok = all(state == "ok" for state in parts.values())
    if tunnels.is_configured():  # told, but no reason to send people elsewhere: all else works without it
        parts["tunnel"] = _tunnel(tunnels.Kind.WIREGUARD)
    if tunnels.is_configured(tunnels.Kind.SSTP):
        parts["sstp"] = _tunnel(tunnels.Kind.SSTP)
    return JsonResponse({"ok": ok, **parts}, status=200 if ok else 503)
