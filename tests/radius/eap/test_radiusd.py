"""A whole `radiusd` with two workers over the real database, and eapol_test as access point and device."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from accounts.journal import SYSTEM
from radius.models import AuthAttempt
from radius.sentences import shown
from subscribers import accounts
from tenants import routes, scope, wifi
from tenants.models import Isp, NasRoute, RadiusRecord, TenantKey
from tests import factories
from tests.addresses import own
from tests.conftest import drop_isp, make_isp
from tests.radius.eap.test_eapol import MAC, WAYS, eapol_test
from tests.radius.running import ADDRESS, until
from tests.radius.test_crew import free_port
from tests.radius.test_radiusd import answers
from tests.radius.test_radsec_live import database_url

pytestmark = pytest.mark.peer
SECRET = "the-secret-of-an-access-point"
AT = own(91)


@pytest.fixture
def other_isp(fresh_isp: Isp) -> Iterator[Isp]:
    isp = make_isp(f"other{os.getpid()}", "Other Air")
    yield isp
    TenantKey.objects.filter(schema=isp.schema_name).delete()
    drop_isp(isp)


@pytest.fixture
def radiusd(fresh_isp: Isp, tmp_path: Path) -> Iterator[int]:
    """Serves the ISP's one access point; gives the port."""
    with scope.inside(fresh_isp.schema_name):
        routes.register_nas(
            2, address=AT, secret=SECRET, coa_port=3799, require_message_auth=True, now=datetime.now(UTC)
        )
        routes.settle_sign_in(2, allow_mschap1=False, mac_auth_password="", allow_eap=True)
    port = free_port()
    words = ["radiusd", "--workers", "2", "--address", ADDRESS, "--auth-port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "manage.py", *words, "--acct-port", str(free_port())],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "KMIKRO_STATE": str(tmp_path), "DATABASE_URL": database_url()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: answers(port), 60)
        yield port
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        RadiusRecord.objects.all().delete()
        NasRoute.objects.filter(address=AT).delete()
        TenantKey.objects.filter(schema=fresh_isp.schema_name).delete()


def test_people_sign_in_to_wifi(fresh_isp: Isp, other_isp: Isp, radiusd: int, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with scope.inside(fresh_isp.schema_name):
        plan = factories.make_plan(validity_seconds=None, devices=5)
        _, secret = accounts.open_account("jane@home", plan, None, by=SYSTEM, now=now)
        code = factories.make_voucher(plan=factories.make_plan(devices=3)).code
    with scope.inside(other_isp.schema_name):
        theirs = accounts.open_account("carl@work", factories.make_plan(), None, by=SYSTEM, now=now)[1]
    root = wifi.root_pem(now=now)

    def signs_in(way: str, name: str, password: str) -> bool:
        network = {
            **WAYS[way], "identity": f'"{name}"', "password": f'"{password}"', "domain_match": f'"{wifi.name()}"',
        }  # fmt: skip
        good, said = eapol_test(radiusd, tmp_path, root, SECRET, source=AT, **network)
        if good:
            assert "MPPE keys OK: 1  mismatch: 0" in said
        else:
            assert "EAP: Received EAP-Failure" in said, said
        return good

    until(
        lambda: signs_in("EAP-TTLS/PAP", "jane@home", secret), 30
    )  # the certificate is read after the routes
    assert signs_in("PEAP/MS-CHAPv2", "jane@home", secret)
    assert signs_in("PEAP/MS-CHAPv2", code, code)
    assert not signs_in("EAP-TTLS/PAP", "jane@home", secret + "!")
    assert not signs_in("PEAP/MS-CHAPv2", "jane@home", secret + "!")
    assert not signs_in("PEAP/MS-CHAPv2", "carl@work", theirs), "somebody else's customer"

    def attempts() -> list[AuthAttempt]:
        with scope.inside(fresh_isp.schema_name):
            return list(AuthAttempt.objects.order_by("at"))

    until(lambda: len(attempts()) >= 6, 20)
    told = [(each.username, each.code) for each in attempts()]
    assert ("jane@home", "accepted") in told
    assert (code, "accepted") in told
    assert told[-3:] == [
        ("jane@home", "wrong_password"),
        ("jane@home", "wrong_password"),
        ("carl@work", "unknown_user"),
    ]
    first = next(each for each in attempts() if each.accepted)
    assert (first.mac, first.router_id) == (MAC, 2)
    assert "The password is right (EAP-TTLS/PAP)." in [each["text"] for each in shown(first.trace)]
    connection.close()
