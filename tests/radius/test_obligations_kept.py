"""Obligations whose proof is what the database holds afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kmikro.lib.refusal import Refusal
from radius import projector
from radius.events import AccountingRecord, Ask, Nas, Port
from radius.models import Session
from radius.wire import read
from routers.rotation import mint
from subscribers.models import Service, Usage
from tenants import routes, scope
from tenants.models import Isp
from tests.factories import make_plan, make_voucher
from tests.radius import vectors as v
from tests.radius.records import T0, put, record

NOW = datetime.fromtimestamp(T0 + 600, UTC)


@pytest.fixture
def voucher(isp: Isp) -> Any:
    with scope.inside(isp.schema_name):
        return make_voucher(plan=make_plan(validity_seconds=None))


def project() -> None:
    while projector.project(NOW)[0]:
        pass


def told(isp: Isp, body: bytes, identifier: int, received_at: float, router: int = 1) -> AccountingRecord:
    """A record as it comes out of the octets that a router of this ISP sent."""
    nas = Nas(isp.schema_name, router, f"10.0.0.{router}", v.SECRET)
    source = (nas.address, 40_000)
    asked = read(v.accounting(body, identifier), nas, source, Port.ACCT, received_at)
    assert isinstance(asked, Ask), asked
    assert isinstance(asked.question, AccountingRecord)
    return asked.question


def stop(code: str, session: bytes = b"81a00001", seconds: int = 600) -> bytes:
    body = v.whole(40, 2) + v.attribute(44, session) + v.attribute(1, code.encode()) + v.whole(46, seconds)
    return body + v.whole(42, 1000) + v.whole(43, 2000) + v.whole(49, 1)


def test_r29_a_stop_with_three_delays_and_identifiers_is_billed_once(isp: Isp, voucher: Any) -> None:
    body = stop(voucher.code)
    put(*(told(isp, body + v.whole(41, delay), 20 + n, T0 + delay) for n, delay in enumerate((0, 1, 5))))
    project()
    with scope.inside(isp.schema_name):
        session = Session.objects.get()
        assert (session.upload_bytes, session.download_bytes, session.seconds) == (1000, 2000, 600)
        assert session.ended_at == datetime.fromtimestamp(T0, UTC)
        service = Service.objects.get(pk=voucher.service_id)
        assert (service.upload_bytes, service.download_bytes, service.seconds_used) == (1000, 2000, 600)
        assert sum(Usage.objects.values_list("download_bytes", flat=True)) == 2000


def test_r28_the_delay_counts_and_an_absurd_clock_does_not(isp: Isp, voucher: Any) -> None:
    body = stop(voucher.code)
    put(told(isp, body + v.whole(41, 300) + v.whole(55, 0), 1, T0 + 300))
    project()
    with scope.inside(isp.schema_name):
        assert Session.objects.get().ended_at == datetime.fromtimestamp(T0, UTC)
    late = told(isp, body + v.whole(41, 300) + v.whole(55, 4_102_444_800), 2, T0 + 300)
    assert (late.event_at, late.received_at, late.flags) == (T0, T0 + 300, ("event_time_ignored",))


def test_r25_statuses_that_change_nothing_are_taken_and_change_nothing(isp: Isp, voucher: Any) -> None:
    put(
        told(
            isp, v.whole(40, 1) + v.attribute(44, b"81a00001") + v.attribute(1, voucher.code.encode()), 1, T0
        )
    )
    put(*(told(isp, v.whole(40, each) + v.attribute(44, b"81a00001"), each, T0 + 5) for each in range(9, 16)))
    project()
    with scope.inside(isp.schema_name):
        assert Session.objects.get().ended_at is None


def test_19_a_stop_for_a_session_of_another_router_ends_nothing_there(isp: Isp, voucher: Any) -> None:
    put(record("start", 0, schema=isp.schema_name, router_id=2, session_id="81a00001", name=voucher.code))
    forged = stop(voucher.code) + v.attribute(4, bytes((10, 0, 0, 2))) + v.attribute(32, b"router-2")
    put(told(isp, forged, 7, T0 + 60, router=1))
    project()
    with scope.inside(isp.schema_name):
        assert Session.objects.get(router_id=2).ended_at is None
        assert Session.objects.get(router_id=1).ended_at is not None


def test_20_a_router_that_restarts_every_second_closes_sessions_once_a_minute(isp: Isp, voucher: Any) -> None:
    on = v.whole(40, 7) + v.attribute(32, b"rtr-1")
    put(*(told(isp, on, number, T0 + number) for number in range(50)))
    begun = v.whole(40, 1) + v.attribute(44, b"81a00009") + v.attribute(1, voucher.code.encode())
    put(told(isp, begun, 99, T0 + 10.5))
    project()
    with scope.inside(isp.schema_name):
        assert Session.objects.get().ended_at is None


def test_11_hostile_names_are_stored_as_they_came(isp: Isp) -> None:
    names = [
        b"\xff\xfe\xfd",
        b"ne\0mo",
        "\u202eomen".encode(),
        b"bob\nAccept",
        b"' OR 1=1--",
        b"{{7*7}}",
        b"x" * 253,
    ]
    for number, name in enumerate(names):
        body = v.whole(40, 1) + v.attribute(44, b"81%06x" % number) + v.attribute(1, name)
        put(told(isp, body, number, T0))
    project()
    with scope.inside(isp.schema_name):
        kept = list(Session.objects.order_by("acct_session_id").values_list("username", flat=True))
    assert [each.isprintable() for each in kept] == [True] * len(names)
    assert len(set(kept)) == len(names)
    assert [record(username=name).name for name in names] == kept


@pytest.mark.parametrize("secret", ["", "xyzzy5461", "s" * 15, "ñ" * 7])
def test_r36_short_secrets_are_refused(isp: Isp, secret: str) -> None:
    with scope.inside(isp.schema_name), pytest.raises(Refusal, match="at least 16"):
        routes.register_nas(
            3, address="10.7.0.3", secret=secret, coa_port=3799, require_message_auth=True, now=NOW
        )
    with scope.inside(isp.schema_name), pytest.raises(Refusal, match="at least 16"):
        routes.rotate_secret(3, secret=secret, overlap=timedelta(hours=1), now=NOW)


def test_r36_secrets_are_made_long_taken_long_and_never_shared(isp: Isp, neighbour: Isp) -> None:
    assert {len(mint()) for _ in range(100)} == {26}
    with scope.inside(isp.schema_name):
        routes.register_nas(
            3, address="10.7.0.3", secret="s" * 64, coa_port=3799, require_message_auth=True, now=NOW
        )
    entry = routes.nas_of(isp.schema_name, 3)
    assert entry is not None
    assert entry.secret == b"s" * 64
    with scope.inside(neighbour.schema_name), pytest.raises(IntegrityError), transaction.atomic():
        routes.register_nas(
            1, address="10.7.0.4", secret="s" * 64, coa_port=3799, require_message_auth=True, now=NOW
        )
