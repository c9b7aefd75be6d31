"""From the switch to the packets: real database, real sockets, one worker in a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from accounts.journal import SYSTEM
from radius import database, traces
from radius.behind import LiveWorker
from radius.events import Port
from radius.models import PacketTrace, TracedPacket
from radius.server import Server
from radius.sockets import Endpoint
from radius.tracer import MOST, Seen, Watch
from radius.tracing import keep, running
from tenants import routes, scope
from tenants.models import Isp, NasRoute, TraceRoute
from tests.factories import NOW, make_plan, make_voucher
from tests.radius import vectors as v
from tests.radius.running import ADDRESS, until
from tests.radius.test_behind import Hotspot

SECRET = "the-secret-of-the-router-01"
AT = "127.0.66.1"
PHONE = "AA:BB:CC:00:00:01"


@pytest.fixture
def server(fresh_isp: Isp, tmp_path: Path) -> Iterator[Server]:
    with scope.inside(fresh_isp.schema_name):
        routes.register_nas(4, address=AT, secret=SECRET, coa_port=3799, require_message_auth=True, now=NOW)
    worker = LiveWorker(tmp_path)
    made = Server(worker, Endpoint(Port.AUTH, ADDRESS, 0), Endpoint(Port.ACCT, ADDRESS, 0))
    worker.tracing.attach(made)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    until(lambda: worker.directory.get(AT) is not None)
    yield made
    made.stop()
    thread.join(10)
    assert not thread.is_alive()
    NasRoute.objects.filter(address=AT).delete()
    TraceRoute.objects.all().delete()


def test_a_voucher_is_followed_until_somebody_stops_it(fresh_isp: Isp, server: Server) -> None:
    schema, router = fresh_isp.schema_name, Hotspot(server)
    with scope.inside(schema):
        voucher = make_voucher(plan=make_plan())
        other = make_voucher(plan=make_plan())
        code = voucher.code
        before = TracedPacket.objects.count()
    router.login(code, PHONE)
    assert server.tracer is None
    with scope.inside(schema):
        trace = traces.start(subject=code, service=voucher.service, by=SYSTEM, now=datetime.now(UTC))
        assert TracedPacket.objects.count() == before
    until(lambda: server.tracer is not None, 10)
    router.login(code.lower(), PHONE)
    router.login(other.code, PHONE)

    def packets() -> list[TracedPacket]:
        with scope.inside(schema):
            return list(trace.packets.all())

    until(lambda: len(packets()) == 2, 10)
    asked, answered = packets()
    assert (asked.direction, asked.code, asked.router_id) == ("in", "Access-Request", 4)
    assert [name for name, _ in asked.attributes] == [
        *("Message-Authenticator", "User-Name", "User-Password", "Calling-Station-Id", "NAS-Identifier"),
    ]
    assert dict(asked.attributes)["Calling-Station-Id"] == PHONE
    assert (answered.direction, answered.code) == ("out", "Access-Accept")
    assert dict(answered.attributes)["Mikrotik-Rate-Limit"] == "2M/5M"
    with scope.inside(schema):
        trace.refresh_from_db()
        assert (trace.kept, trace.missed) == (2, 0)
        traces.stop(trace, by=SYSTEM, now=datetime.now(UTC))
    until(lambda: server.tracer is None, 10)
    router.login(code, PHONE)
    assert len(packets()) == 2
    router.wire.close()


def seen(trace: PacketTrace, schema: str, octets: bytes, at: datetime = NOW) -> Seen:
    watch = Watch(schema, trace.pk, "nemo", None, 0.0)
    return Seen(watch, at.timestamp(), "in", octets, 4, "127.0.0.1:1", "dropped: malformed_short")


def test_no_more_than_a_trace_has_room_for(fresh_isp: Isp) -> None:
    schema = fresh_isp.schema_name
    with scope.inside(schema):
        trace = traces.start(subject="nemo", by=SYSTEM, now=NOW)
    keep(schema, trace.pk, [seen(trace, schema, v.G1)] * (MOST - 1))
    keep(schema, trace.pk, [seen(trace, schema, b"\1\2\3"), *[seen(trace, schema, v.G1)] * 9])
    with scope.inside(schema):
        trace.refresh_from_db()
        assert (trace.kept, trace.missed, trace.packets.count()) == (MOST, 9, MOST)
        assert trace.packets.order_by("-pk").first().code == "3 octets that are no RADIUS"
        assert not TracedPacket.objects.filter(attributes__icontains=v.SECRET.decode()).exists()
        trace.delete()
    keep(schema, trace.pk, [seen(trace, schema, v.G1)])  # gone meanwhile: nothing to do
    TraceRoute.objects.all().delete()


def test_locked_tables_of_an_isp_are_read_the_next_time(fresh_isp: Isp) -> None:
    """Who reads them is the listener's thread, which hears for all ISPs."""
    schema = fresh_isp.schema_name
    with scope.inside(schema):
        trace = traces.start(subject="nemo", by=SYSTEM, now=NOW)
    connection.close()
    usual = database.hasten()
    locker = database.connect("test")
    locker.autocommit = False
    try:
        with locker.cursor() as cursor:
            cursor.execute(f'SET ROLE "{schema}"')
            cursor.execute(f'LOCK TABLE "{schema}".radius_packettrace IN ACCESS EXCLUSIVE MODE')
        assert running(NOW) == []
        locker.rollback()
        assert [each.trace_id for each in running(NOW)] == [trace.pk]
    finally:
        locker.close()
        connection.close()
        connection.settings_dict = usual
    TraceRoute.objects.all().delete()


def test_what_runs_is_read_with_its_end(fresh_isp: Isp) -> None:
    with scope.inside(fresh_isp.schema_name):
        trace = traces.start(subject="aabbccddeeff", by=SYSTEM, now=NOW)
    ends = (NOW + traces.LASTS).timestamp()
    assert running(NOW) == [Watch(fresh_isp.schema_name, trace.pk, "AA:BB:CC:DD:EE:FF", None, ends)]
    assert running(NOW + traces.LASTS + timedelta(seconds=1)) == []
    TraceRoute.objects.all().delete()
