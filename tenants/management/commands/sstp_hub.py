"""`manage.py sstp_hub`: runs the SSTP hub, for routers of RouterOS 6. Needs no rights: the tunnel agent makes its interface."""

import asyncio
import signal
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants import sstp_hub, tunnels
from tenants.hub_kernel import Cannot


class Command(BaseCommand):
    help = "Runs the SSTP hub: calls of routers with RouterOS 6. Run it as KMIKRO_SSTP_USER, beside tunnel_agent."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if not tunnels.is_configured(tunnels.Kind.SSTP):
            raise CommandError(
                "KMIKRO_TUNNEL_ENDPOINT or KMIKRO_SSTP_PORT is not set: this installation has no SSTP hub."
            )
        sstp_hub.allow_files()
        try:
            asyncio.run(self._run())
        except (Cannot, OSError) as error:
            raise CommandError(str(error)) from None

    async def _run(self) -> None:
        hub = sstp_hub.made(settings.STATE_DIR / "tunnel", now=datetime.now(UTC))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, hub.stop)
        self.stdout.write(
            f"sstp_hub: TCP {settings.SSTP_PORT}, {tunnels.hub_address()} of {settings.TUNNEL_POOL} at "
            f"{settings.SSTP_INTERFACE}"
        )
        self.stdout.flush()
        await hub.run("0.0.0.0", settings.SSTP_PORT, settings.SSTP_INTERFACE)  # noqa: S104
