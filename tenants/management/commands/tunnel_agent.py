"""`manage.py tunnel_agent`: runs the WireGuard hub, and makes what the SSTP hub needs. Alone in having rights over the network."""

import signal
import threading
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants import hub_agent, sstp_device, tunnels
from tenants.hub_kernel import Cannot, LinuxKernel
from tenants.sstp_kernel import TunDevice


class Command(BaseCommand):
    help = "Runs the WireGuard hub and makes the SSTP hub's interface: firewall, routes, peers. Needs root or NET_ADMIN."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then end; tunnels stay up")

    def handle(self, *args: Any, **options: Any) -> None:
        if not tunnels.is_configured():
            raise CommandError("KMIKRO_TUNNEL_ENDPOINT is not set: this installation has no tunnel hub.")
        over = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: over.set())
        try:
            private = hub_agent.own_key(settings.STATE_DIR / "tunnel")
        except (Cannot, OSError) as error:
            raise CommandError(str(error)) from None
        kernel = LinuxKernel(hub_agent.rules(), tunnels.pool().prefixlen)
        agent = hub_agent.Agent(kernel, private, settings.TUNNEL_PORT)
        rounds = [agent.round]
        self.stdout.write(
            f"tunnel_agent: {settings.TUNNEL_INTERFACE}, {tunnels.hub_address()} of {settings.TUNNEL_POOL}, "
            f"UDP {settings.TUNNEL_PORT}, public key {agent.public_key}"
        )
        if tunnels.is_configured(tunnels.Kind.SSTP):
            device = TunDevice(hub_agent.rules(), settings.SSTP_INTERFACE, settings.SSTP_USER)
            rounds.append(sstp_device.Rounds(device).round)
            self.stdout.write(f"tunnel_agent: {settings.SSTP_INTERFACE} for user {settings.SSTP_USER}")
        self.stdout.flush()
        while True:
            for each in rounds:
                each(datetime.now(UTC))
            (settings.STATE_DIR / "tunnel" / "alive").touch()  # for deploy/healthy.py
            if options["once"] or over.wait(hub_agent.TICK):
                return
