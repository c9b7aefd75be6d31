"""Home: set-up steps tick themselves from evidence, revenue is for who may see it, troubles are named."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import (
    make_attempt,
    make_batch,
    make_plan,
    make_router,
    make_session,
    make_voucher,
)

pytestmark = pytest.mark.django_db


def test_first_run_ticks_itself(inside_isp, client_for, people):
    client = client_for("owner")

    def done():
        page = client.get("/").content.decode()
        return next((n for n in range(5) if f"{n} of 4 done" in page), None)

    assert done() == 0
    router = make_router(state="waiting", is_up=False)
    assert done() == 0
    router.state, router.is_up = "ready", True
    router.save()
    assert done() == 1
    plan = make_plan()
    assert done() == 2
    make_batch(plan=plan, made_by=people["owner"])
    assert done() == 3
    make_attempt(accepted=True, code="accepted", router=router)
    assert done() is None


def test_sold_today_is_the_isps_day(inside_isp, client_for, people):
    midnight = datetime.now(UTC) + timedelta(hours=3)  # Nairobi's wall clock
    midnight = midnight.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=3)
    batch = make_batch(plan=make_plan(price_minor=5000), made_by=people["owner"])
    make_voucher(batch=batch, first_used_at=midnight)
    make_voucher(batch=batch, first_used_at=midnight - timedelta(seconds=1))
    page = client_for("owner").get("/").content.decode()
    assert "KSh\u00a050</p>" in page


@pytest.mark.parametrize(
    ("role", "sees"), [("owner", True), ("manager", True), ("support", False), ("technician", False)]
)
def test_revenue_is_for_who_may_see_it(inside_isp, client_for, people, role, sees):
    batch = make_batch(plan=make_plan(price_minor=77_700), made_by=people["owner"])
    make_voucher(batch=batch, first_used_at=datetime.now(UTC))
    make_voucher(batch=batch)
    for path in ("/", "/home/live/"):
        assert ("777" in client_for(role).get(path).content.decode()) is sees


def test_troubles_are_named_with_numbers(inside_isp, client_for):
    now = datetime.now(UTC)
    down = make_router(name="Kitengela Mall", is_up=False, checked_at=now - timedelta(minutes=14))
    make_session(router=down)
    for _ in range(10):
        make_attempt(router=down, at=now, code="unknown_user")
    page = client_for("owner").get("/home/live/").content.decode()
    assert "Kitengela Mall has not answered for 14\u00a0min" in page
    assert "1 person was online there" in page
    assert "10 logins were refused in 15 min" in page
    assert "unknown user, 10 times" in page


def test_nothing_to_do_is_said(inside_isp, client_for):
    make_router()
    page = client_for("owner").get("/home/live/").content.decode()
    assert "Nothing needs you" in page
    assert 'hx-trigger="every 10s"' in page


def test_events_newest_first(inside_isp, client_for):
    now = datetime.now(UTC)
    router = make_router(name="Kibera")
    make_attempt(router=router, at=now - timedelta(seconds=30), sentence="older refusal")
    make_attempt(router=router, at=now - timedelta(seconds=10), sentence="newer refusal")
    make_session(
        router=router,
        ended_at=now - timedelta(seconds=20),
        username="gone.user",
        started_at=now - timedelta(hours=1),
    )
    page = client_for("owner").get("/home/live/").content.decode()
    assert page.index("newer refusal") < page.index("gone.user") < page.index("older refusal")
