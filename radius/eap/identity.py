"""The certificate that one worker shows inside EAP: read once somebody needs it, and again before it ends."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import connection

from radius.eap.tunnel import Shared, Tunnel, context
from tenants import wifi
from tenants.certificates import Signed

log = logging.getLogger("radius.eap")


class Identity:
    """`refresh` is for the listener's thread, the call for the server's."""

    def __init__(self, read: Callable[[datetime], Signed] = lambda now: wifi.server(now=now)) -> None:
        self._read = read
        self._shared: Shared | None = None
        self._ends_at: datetime | None = None

    def __call__(self) -> Callable[[], Tunnel] | None:
        shared = self._shared
        return None if shared is None else partial(Tunnel, shared)

    def refresh(self, now: datetime | None = None) -> None:
        """Have a certificate that lasts a while; may raise a database error."""
        now = now or datetime.now(UTC)
        if self._ends_at is not None and self._ends_at - now > wifi.RENEWED - timedelta(days=1):
            return
        try:
            made = self._read(now)
        finally:
            connection.close()
        self._shared, self._ends_at = context(made.certificate, made.key), made.ends_at
        log.info("a certificate for Wi-Fi is there", extra={"until": made.ends_at.isoformat()})
