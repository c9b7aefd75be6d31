"""A sign-in ends by idleness and by age; a page that asks by itself keeps nobody signed in."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session

from accounts.models import User
from dashboard import lasting
from tenants import scope
from tests.conftest import PASSWORD

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
POLL = {"hx-request": "true"}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_counters")]


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize(
    ("role", "kind", "idle", "age"),
    [("owner", "operator", 30 * MINUTE, 12 * HOUR), ("", "staff", 30 * MINUTE, 12 * HOUR),
     ("technician", "operator", 12 * HOUR, 12 * HOUR), ("cashier", "operator", 12 * HOUR, 7 * DAY)],
)  # fmt: skip
def test_the_ends_are_exact(role, kind, idle, age):
    user = User(role=role, kind=kind)
    for since, seen, over in (
        (age.total_seconds() - 1, idle.total_seconds() - 1, False),
        (age.total_seconds(), 0, True),
        (0, idle.total_seconds(), True),
    ):
        marks = {lasting.SINCE: 10**9 - since, lasting.SEEN: 10**9 - seen}
        assert lasting.is_over(marks, user, 10**9) is over
    assert not lasting.is_over({}, user, 10**9)


def enters(client, role):
    answer = client.post("/account/sign-in/", {"email": f"{role}@ana.test", "password": PASSWORD})
    assert answer.status_code == 302
    return client


def is_in(client, **headers):
    return client.get("/account/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("role", "idle"),
    [("owner", 30 * MINUTE), ("manager", 30 * MINUTE), ("support", 12 * HOUR), ("technician", 12 * HOUR),
     ("cashier", 12 * HOUR), ("reseller", 12 * HOUR)],
)  # fmt: skip
def test_idleness_ends_a_session(clock, anonymous, role, idle):
    enters(anonymous, role)
    clock.shift(idle - timedelta(seconds=1))
    assert is_in(anonymous)
    anonymous.post("/account/sign-out/")
    enters(anonymous, role)
    clock.shift(idle)
    answer = anonymous.get("/account/")
    assert answer["Location"] == "/account/sign-in/?next=%2Faccount%2F"
    if idle < 12 * HOUR:  # of a longer one the cookie is gone already
        assert "Your session has ended" in anonymous.get("/account/sign-in/").text


@pytest.mark.parametrize(
    ("role", "age", "step"),
    [("owner", 12 * HOUR, 20 * MINUTE), ("support", 12 * HOUR, 3 * HOUR), ("cashier", 7 * DAY, 8 * HOUR),
     ("reseller", 7 * DAY, 8 * HOUR)],
)  # fmt: skip
def test_age_ends_a_session_however_busy_it_was(clock, anonymous, role, age, step):
    enters(anonymous, role)
    for _ in range(age // step - 1):
        clock.shift(step)
        assert is_in(anonymous)
    clock.shift(step)
    assert not is_in(anonymous)


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(clock, anonymous):
    enters(anonymous, "owner")
    for _ in range(29):
        clock.shift(MINUTE)
        assert anonymous.get("/home/live/", headers=POLL).status_code == 200
    clock.shift(MINUTE)
    answer = anonymous.get("/home/live/", headers=POLL | {"hx-current-url": "http://ana.localhost/vouchers/"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/account/sign-in/?next=%2Fvouchers%2F"


@pytest.mark.parametrize("headers", [{}, {"hx-request": "true", "hx-boosted": "true"}])
def test_a_visit_keeps_one_signed_in(clock, anonymous, headers):
    enters(anonymous, "owner")
    for _ in range(3):
        clock.shift(29 * MINUTE)
        assert is_in(anonymous, **headers)


def test_a_change_made_from_a_page_keeps_one_signed_in(clock, anonymous):
    enters(anonymous, "owner")
    for _ in range(2):
        clock.shift(29 * MINUTE)
        assert anonymous.post("/account/name/", {"name": "Ana"}, headers=POLL).status_code < 400
    assert is_in(anonymous)


def test_last_seen_is_written_once_a_minute(clock, isp, anonymous):
    enters(anonymous, "owner")

    def written():
        with scope.inside(isp.schema_name):
            return Session.objects.get().get_decoded()[lasting.SEEN]

    began = written()
    clock.shift(timedelta(seconds=59))
    assert is_in(anonymous)
    assert written() == began
    clock.shift(timedelta(seconds=1))
    assert is_in(anonymous)
    assert written() == began + 60


def test_platform_staff_are_held_as_short_as_owners(clock, public, isp):
    user = User(email="staff@k.test", name="Staff", role="", kind="staff", joined_at=START)
    user.set_password(PASSWORD)
    user.save()
    public.post("/staff/sign-in/", {"email": user.email, "password": PASSWORD})
    clock.shift(29 * MINUTE)
    assert public.get("/staff/").status_code == 200
    clock.shift(30 * MINUTE)
    assert public.get("/staff/").status_code == 302
