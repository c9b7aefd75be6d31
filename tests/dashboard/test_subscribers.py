"""The list of accounts with its filters; an empty one says what comes; a person has services and the last refusal."""

from datetime import UTC, datetime

import pytest

from tests.factories import (
    NOW,
    make_attempt,
    make_device,
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


@pytest.fixture
def three(inside_isp):
    ana = make_service(
        kind="account",
        label="ana.home",
        access="ppp",
        subscriber=make_subscriber(name="Ana Wanjiku", phone="+254711"),
    )
    beto = make_service(
        kind="account", label="beto", status="suspended", subscriber=make_subscriber(name="=Beto")
    )
    make_service(kind="account", label="lonely", first_used_at=datetime.now(UTC))
    make_session(service=ana, router=make_router(name="Karen"))
    make_device(service=beto, mac="AA:BB:CC:00:00:09")
    make_voucher()
    return ana, beto


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, {"ana.home", "beto", "lonely"}),
        ({"q": "wanjiku"}, {"ana.home"}),
        ({"q": "+254711"}, {"ana.home"}),
        ({"q": "aabb.cc00.0009"}, {"beto"}),
        ({"state": "online"}, {"ana.home"}),
        ({"state": "suspended"}, {"beto"}),
        ({"state": "in_use"}, {"lonely"}),
        ({"state": "new"}, {"ana.home"}),
        ({"access": "ppp"}, {"ana.home"}),
        ({"access": "ppp", "state": "suspended"}, set()),
        ({"state": "nonsense", "plan": "x", "sort": "password"}, {"ana.home", "beto", "lonely"}),
    ],
)
def test_filters(three, client_for, query, wanted):
    client = client_for("support")
    page = client.get("/subscribers/", query).content.decode()
    assert {name for name in ("ana.home", "beto", "lonely") if f">{name}</span>" in page} == wanted
    assert ("No account matches" in page) is (not wanted)
    exported = client.get("/subscribers/", {**query, "format": "csv"}).content.decode()
    assert {name for name in ("ana.home", "beto", "lonely") if f'"{name}"' in exported} == wanted


def test_by_plan_and_without_formulas(three, client_for):
    ana, beto = three
    client = client_for("owner")
    page = client.get("/subscribers/", {"plan": ana.plan_id}).content.decode()
    assert "Karen" in page
    assert "beto" not in page
    exported = client.get("/subscribers/", {"plan": beto.plan_id, "format": "csv"}).content.decode()
    assert '"\'=Beto"' in exported


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
