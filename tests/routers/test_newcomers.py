"""Ten new router addresses an hour for an ISP, also when they come at once."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from kmikro.lib import here
from kmikro.lib.refusal import Refusal
from routers import newcomers
from routers.models import Newcomer
from tenants import scope
from tenants.models import Isp
from tests.factories import make_router
from tests.waiting import until

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def at(number: int) -> str:
    return f"102.68.77.{number}"


def test_the_eleventh_new_address_is_refused_until_an_hour_after_the_first(inside_isp: Isp) -> None:
    for number in range(newcomers.MOST):
        newcomers.count(at(number), now=NOW + timedelta(minutes=number))
    with pytest.raises(Refusal) as refused:
        newcomers.count(at(99), now=NOW + timedelta(minutes=20))
    assert refused.value.code == "too_many_new"
    assert refused.value.text.endswith("It goes on in 40 minutes.")
    newcomers.count(at(3), now=NOW + timedelta(minutes=20))  # it is known
    with pytest.raises(Refusal, match="in 1 minutes"):
        newcomers.count(at(99), now=NOW + timedelta(minutes=59, seconds=59))
    newcomers.count(at(99), now=NOW + timedelta(hours=1))
    with pytest.raises(Refusal):
        newcomers.count(at(98), now=NOW + timedelta(hours=1))


def test_an_address_of_a_router_that_is_there_is_not_new(inside_isp: Isp) -> None:
    make_router(address=at(50))
    newcomers.count(at(50), now=NOW)
    assert not Newcomer.objects.exists()


def test_another_isp_has_ten_of_its_own(isp: Isp, neighbour: Isp) -> None:
    with scope.inside(isp.schema_name):
        for number in range(newcomers.MOST):
            newcomers.count(at(number), now=NOW)
    with scope.inside(neighbour.schema_name):
        newcomers.count(at(99), now=NOW)


@pytest.mark.parametrize("lock", [True, False])
def test_two_at_once_do_not_both_take_the_last_place(
    fresh_isp: Isp, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch, lock: bool
) -> None:
    schema, refused = fresh_isp.schema_name, []
    first_is_in, go = threading.Event(), threading.Event()
    if not lock:
        monkeypatch.setattr(here, "alone", lambda what: None)

    def count(number: int, *, waits: bool) -> None:
        try:
            with scope.inside(schema):
                newcomers.count(at(number), now=NOW)
                if waits:
                    first_is_in.set()
                    go.wait(20)
        except Refusal as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    with django_db_blocker.unblock():
        with scope.inside(schema):
            for number in range(newcomers.MOST - 1):
                newcomers.count(at(number), now=NOW)
        both = [threading.Thread(target=count, args=(100 + n,), kwargs={"waits": n == 0}) for n in (0, 1)]
        both[0].start()
        assert first_is_in.wait(20)
        both[1].start()
        if lock:
            until(_somebody_waits, 20)
        else:
            both[1].join(20)
        go.set()
        for each in both:
            each.join(20)
        with scope.inside(schema):
            held = Newcomer.objects.count()
    assert (held, refused) == ((10, ["too_many_new"]) if lock else (11, []))


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])
