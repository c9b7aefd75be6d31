"""Subscribers are read; an empty list says what comes; one has its services and the last refusal."""

import pytest

from tests.factories import (
    NOW,
    make_attempt,
    make_router,
    make_service,
    make_session,
    make_subscriber,
    make_voucher,
)

pytestmark = pytest.mark.django_db


def test_empty_says_what_comes(inside_isp, client_for):
    make_voucher(first_used_at=NOW, plan=None)
    page = client_for("owner").get("/subscribers/").content.decode()
    assert "No accounts yet" in page
    assert "PPPoE" in page


def test_list_and_record(inside_isp, client_for):
    ana = make_subscriber(name="Ana Wanjiku", email="ana@example.test")
    make_subscriber(name="Beto")
    service = make_service(subscriber=ana, kind="account", label="ana.home", download_bytes=2 * 10**9)
    make_session(service=service, router=make_router(name="Karen"), mac="AA:BB:CC:00:00:05")
    make_attempt(service=service, router=make_router(), sentence="The password for ana.home is wrong.")
    client = client_for("support")
    found = client.get("/subscribers/", {"q": "ana.home"}).content.decode()
    assert "Ana Wanjiku" in found
    assert "Beto" not in found
    page = client.get(f"/subscribers/{ana.pk}/").content.decode()
    for said in (
        "ana.home",
        "2\u00a0GB",
        "Karen",
        "AA:BB:CC:00:00:05",
        "The password for ana.home is wrong.",
    ):
        assert said in page
    assert client.get("/subscribers/999999/").status_code == 404


@pytest.mark.parametrize("role", ["owner", "cashier", "technician"])
def test_help_is_for_everybody(client_for, role):
    page = client_for(role).get("/help/").content.decode()
    assert "/legal/terms/" in page
