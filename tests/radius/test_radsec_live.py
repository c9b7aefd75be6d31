"""`radiusd` with RadSec as its own processes over the real database: a voucher, a revocation, a new certificate."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from billing.models import Voucher
from tenants import authority, routes, scope
from tenants.authority import Bundle
from tenants.certificates import Signed
from tenants.models import Isp, RadiusRecord
from tests import factories
from tests.radius import vectors as v
from tests.radius.running import ADDRESS, until
from tests.radius.test_crew import free_port
from tests.radius.tls import SEAL, Router, account, login, status


def free_tcp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


class Radiusd:
    def __init__(self, state: Path) -> None:
        self.port = free_tcp_port()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "radiusd", "--workers", "1", "--address", ADDRESS]
            + ["--auth-port", str(free_port()), "--acct-port", str(free_port())],
            cwd=Path(__file__).parents[2],
            env={
                **os.environ,
                "KMIKRO_STATE": str(state),
                "KMIKRO_RADSEC": "1",
                "KMIKRO_RADSEC_PORT": str(self.port),
                "DATABASE_URL": database_url(),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def database_url() -> str:
    at = connection.settings_dict
    return f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def certified(router_id: int, isp: Isp) -> Bundle:
    with scope.inside(isp.schema_name):
        return authority.issue(router_id, now=datetime.now(UTC))


def held(bundle: Bundle) -> Signed:
    return Signed(bundle.certificate, bundle.key, bundle.serial, "", bundle.ends_at)


@pytest.fixture
def voucher(fresh_isp: Isp) -> Iterator[Voucher]:
    with scope.inside(fresh_isp.schema_name):
        router = factories.make_router()
        made = factories.make_voucher()
    made.router_id = router.pk
    yield made
    with scope.inside(fresh_isp.schema_name):
        routes.forget_router(router.pk)
    RadiusRecord.objects.filter(schema=fresh_isp.schema_name).delete()


def test_a_voucher_over_tls_until_its_router_is_revoked(
    voucher: Voucher, fresh_isp: Isp, tmp_path: Path
) -> None:
    first = certified(voucher.router_id, fresh_isp)
    up = Radiusd(tmp_path)
    try:
        opened: list[Router] = []

        def is_served(bundle: Bundle) -> bool:
            try:
                opened.append(Router(up.port, tmp_path, held(bundle), bundle.root))
            except OSError:
                return False
            try:
                return opened[-1].ask(status(1)[0]).code == 2
            except (OSError, AssertionError):
                opened.pop().close()
                return False

        until(lambda: is_served(first), 60)
        question, authenticator = login(2, voucher.code.encode(), voucher.code.encode())
        reply = opened[0].ask(question)
        assert reply.code == 2
        assert SEAL.vouches_for_reply(reply, authenticator)
        assert v.vendor(14988, 8, b"2M/5M") in reply.octets
        assert opened[0].ask(account(3)).code == 5

        second = certified(voucher.router_id, fresh_isp)
        until(lambda: is_served(second), 5)
        with scope.inside(fresh_isp.schema_name):
            authority.revoke(voucher.router_id, now=datetime.now(UTC), but=second.serial)
        assert opened[0].is_ended()
        assert not is_served(first)
        assert opened[1].ask(status(9)[0]).code == 2
        for each in opened:
            each.close()
        up.process.terminate()
        assert up.process.wait(20) == 0
    finally:
        up.process.kill()
        up.process.wait()


def test_a_taken_port_is_named_with_its_variable() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind((ADDRESS, 0))
        taken = str(other.getsockname()[1])
        words = ["--auth-port", str(free_port()), "--acct-port", str(free_port()), "--radsec-port", taken]
        with pytest.raises(CommandError, match=f"TCP {ADDRESS}:{taken} cannot be used .* KMIKRO_RADSEC_PORT"):
            call_command("radiusd", "--address", ADDRESS, *words)
