"""`manage.py virtual_router`: switch on a MikroTik anybody can run."""

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from routers.virtual import VirtualRouter
from routers.virtual.people import codes_from


class Command(BaseCommand):
    """Runs until it is asked to stop."""

    help = "Runs a virtual MikroTik: API, hotspot pages and RADIUS client on a loopback address."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Addresses, identity, users, faults."""
        parser.add_argument("--address", default="127.0.0.10")
        parser.add_argument("--api-port", type=int, default=8728)
        parser.add_argument("--http-port", type=int, default=8081)
        parser.add_argument(
            "--http-address", default="", help="where the pages listen, when not on the address"
        )
        parser.add_argument("--router-version", default="7.20.8 (stable)")
        parser.add_argument("--identity", default="MikroTik")
        parser.add_argument("--admin-password", default="admin")
        parser.add_argument("--state", help="file that keeps the configuration over restarts")
        parser.add_argument("--users", type=int, default=0, help="virtual users who move data")
        parser.add_argument("--codes-file", help="voucher codes, one a line, for the virtual users")
        parser.add_argument(
            "--speed", type=float, default=1.0, help="60 lets a session minute pass in a second"
        )
        parser.add_argument(
            "--paste-file", help="when it appears: run once as pasted into a terminal, then deleted"
        )
        parser.add_argument(
            "--fault", action="append", default=[], help="switch a fault on; name or name=value"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Start, tell where, wait, stop in good order."""
        if options["speed"] <= 0 or options["users"] < 0:
            raise CommandError("--speed must be above 0 and --users not below 0")
        codes = codes_from(Path(options["codes_file"])) if options["codes_file"] else None
        try:
            router = VirtualRouter(
                address=options["address"],
                api_port=options["api_port"],
                http_port=options["http_port"],
                http_address=options["http_address"],
                version=options["router_version"],
                identity=options["identity"],
                admin_password=options["admin_password"],
                state=options["state"],
                users=options["users"],
                codes=codes,
                speed=options["speed"],
            )
            for fault in options["fault"]:
                router.faults.switch_on(fault)
            router.start()
        except ValueError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            ports = f"ports {options['api_port']} and {options['http_port']}"
            raise CommandError(f"cannot listen on {options['address']}, {ports}: {error.strerror}") from error
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        self.stdout.write(
            f"virtual router {router.device.identity}: API {router.address}:{router.api_port}, "
            f"hotspot http://{router.address}:{router.http_port}/virtual"
        )
        self.stdout.flush()
        paste = Path(options["paste_file"]) if options["paste_file"] else None
        while not stopping.wait(0.5):
            if paste is not None and paste.exists():
                text = paste.read_text()
                paste.unlink()
                self.stdout.write(router.paste(text) or "pasted")
                self.stdout.flush()
        router.stop()
