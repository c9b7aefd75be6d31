"""Wrong secrets of known routers reach the database as one count per router."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from radius import database
from radius.events import Nas
from radius.mismatches import Mismatches
from tenants.models import Isp, SecretMismatch
from tests.radius.running import until

AT = 1_790_000_000.0


@pytest.fixture
def counting(fresh_isp: Isp) -> Iterator[Mismatches]:
    patience = database.Patience()
    made = Mismatches(patience, pause=0.02)
    yield made
    made.close(2)
    patience.close()
    SecretMismatch.objects.filter(schema=fresh_isp.schema_name).delete()


def seen(isp: Isp, router: int) -> tuple[int, float, float] | None:
    row = SecretMismatch.objects.filter(schema=isp.schema_name, router_id=router).first()
    return (row.count, row.first_at.timestamp(), row.last_at.timestamp()) if row else None


def test_counts_add_up_and_begin_anew_after_a_quiet_while(counting: Mismatches, fresh_isp: Isp) -> None:
    one, two = (Nas(fresh_isp.schema_name, each, "10.0.0.1", b"s") for each in (1, 2))
    for each in range(5):
        counting.count(one, AT + each)
    counting.count(two, AT)
    counting.start()
    until(lambda: seen(fresh_isp, 1) == (5, AT, AT + 4))
    until(lambda: seen(fresh_isp, 2) == (1, AT, AT))
    counting.count(one, AT + 60)
    until(lambda: seen(fresh_isp, 1) == (6, AT, AT + 60))
    counting.count(one, AT + 661)
    until(lambda: seen(fresh_isp, 1) == (1, AT + 661, AT + 661))


def test_what_could_not_be_written_is_written_later(
    counting: Mismatches, fresh_isp: Isp, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, refusals = database.connect, [True]

    def shaky(purpose: str) -> database.Line:
        if refusals:
            refusals.pop()
            raise database.psycopg2.OperationalError("away")
        return connect(purpose)

    monkeypatch.setattr(database, "connect", shaky)
    counting.count(Nas(fresh_isp.schema_name, 1, "10.0.0.1", b"s"), AT)
    counting.start()
    until(lambda: seen(fresh_isp, 1) == (1, AT, AT))
    assert refusals == []


def test_closing_writes_the_rest(fresh_isp: Isp) -> None:
    patience = database.Patience()
    counting = Mismatches(patience, pause=60)
    counting.start()
    counting.count(Nas(fresh_isp.schema_name, 4, "10.0.0.1", b"s"), AT)
    counting.close(5)
    patience.close()
    assert seen(fresh_isp, 4) == (1, AT, AT)
    SecretMismatch.objects.filter(schema=fresh_isp.schema_name).delete()
