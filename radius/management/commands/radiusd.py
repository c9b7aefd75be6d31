"""`radiusd`: the RADIUS server, several workers on one pair of ports."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from radius import database, rounds
from radius.apart import serve as serve_apart
from radius.crew import Crew
from radius.radsec import serve as serve_radsec
from radius.sockets import open_socket
from radius.streams import listen
from radius.worker import serve


class Command(BaseCommand):
    help = (
        "Serve RADIUS authentication and accounting until SIGTERM; SIGHUP replaces the workers without a gap."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes on one port")
        parser.add_argument(
            "--join",
            action="store_true",
            default=settings.RADIUS_JOIN,
            help="share the ports with a radiusd that runs already (KMIKRO_RADIUS_JOIN=1)",
        )
        parser.add_argument("--address", default=settings.RADIUS_BIND)
        parser.add_argument("--auth-port", type=int, default=settings.RADIUS_AUTH_PORT)
        parser.add_argument("--acct-port", type=int, default=settings.RADIUS_ACCT_PORT)
        parser.add_argument(
            "--radsec-port",
            type=int,
            default=settings.RADSEC_PORT if settings.RADSEC else 0,
            help="serve RADIUS over TLS on this TCP port too; 0: do not (KMIKRO_RADSEC=1)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        address, workers = options["address"], options["workers"]
        auth, acct = options["auth_port"], options["acct_port"]
        join = options["join"]
        if workers < 1:
            raise CommandError("--workers is at least 1.")
        for number, name in ((auth, "KMIKRO_RADIUS_AUTH_PORT"), (acct, "KMIKRO_RADIUS_ACCT_PORT")):
            _require_free(address, number, name, join=join)
        also, told = [rounds.serve], ""
        if radsec := options["radsec_port"]:
            try:
                listen(address, radsec, shared=join).close()
            except OSError as error:
                raise CommandError(
                    f"TCP {address}:{radsec} cannot be used ({error.strerror}). Set KMIKRO_RADSEC_PORT to a free port."
                ) from None
            also.append(lambda post: serve_radsec(address, radsec, post))
            told = f", radsec {radsec}"
        if settings.RADIUS_EXTRA_PORTS:
            also.append(lambda post: serve_apart(address, post))
        connections.close_all()
        database.take_own_login()
        self.stdout.write(f"radiusd: {address} auth {auth}, acct {acct}{told}, {workers} workers")
        self.stdout.flush()
        Crew(lambda post: serve(address, auth, acct, post), workers, also).run()


def _require_free(address: str, number: int, variable: str, *, join: bool) -> None:
    """The workers share the port, so only this tells of somebody else on it; who joins shares it with radiusd."""
    try:
        open_socket(address, number, shared=join).close()
    except OSError as error:
        raise CommandError(
            f"UDP {address}:{number} cannot be used ({error.strerror}). Set {variable} to a free port"
            + (
                "; only another radiusd of the same user can be joined."
                if join
                else ", or add --join to share it with another radiusd."
            )
        ) from None
