"""RADIUS health: the last hour by minute, reason and router."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import make_attempt, make_router

pytestmark = pytest.mark.django_db


def test_the_last_hour_is_counted_and_nothing_older(inside_isp, client_for):
    now = datetime.now(UTC)
    kibera, karen = make_router(name="Kibera"), make_router(name="Karen")
    for back in (1, 2, 3):
        make_attempt(router=kibera, at=now - timedelta(minutes=back), code="ended", microseconds=2500)
    make_attempt(router=kibera, at=now, accepted=True, code="accept", microseconds=900)
    make_attempt(router=karen, at=now - timedelta(minutes=90), code="void")
    page = client_for("technician").get("/network/radius/").content.decode()
    assert "Kibera" in page and "Karen" not in page
    assert "?reason=ended" in page and "?reason=void" not in page
    assert "2.5 <small>ms" in page
    assert page.count("0 let in, 1 refused") == 3
    assert page.count("1 let in, 0 refused") == 1


def test_a_quiet_hour_is_no_error(inside_isp, client_for):
    page = client_for("owner").get("/network/radius/").content.decode()
    assert "Nobody has tried" in page and "Nobody was refused" in page
    assert client_for("cashier").get("/network/radius/").status_code == 403
