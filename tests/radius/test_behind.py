"""A voucher's whole evening: real sockets, real threads, real database."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from radius import projector
from radius.behind import LiveWorker, Unready
from radius.events import Port
from radius.models import AuthAttempt, Session
from radius.packet import Packet, parse
from radius.posts import Post
from radius.seal import Seal
from radius.server import Server
from radius.sockets import Endpoint
from subscribers.models import Service
from tenants import routes, scope
from tenants.models import Isp, LoginBatch, NasRoute, RadiusRecord
from tests.factories import NOW, make_plan, make_voucher
from tests.radius.running import ADDRESS, until
from tests.radius.vectors import attribute, whole

SECRET = "the-secret-of-the-router-01"
AT = "127.0.66.1"
ACCEPT, REJECT = 2, 3


class Hotspot:
    """A router at one address that asks our server in a thread."""

    def __init__(self, server: Server) -> None:
        self.ports = {each: server.endpoints[each].number for each in Port}
        self.seal = Seal(SECRET.encode())
        self.wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.wire.bind((AT, 0))
        self.wire.settimeout(5)
        self.identifier = 0

    def login(self, code: str, mac: str) -> Packet:
        self.identifier += 1
        authenticator = os.urandom(16)
        body = attribute(1, code.encode()) + attribute(2, self.seal.hide(code.encode(), authenticator))
        body += attribute(31, mac.encode()) + attribute(32, b"hotspot")
        self.wire.sendto(
            self.seal.access_request(1, self.identifier, authenticator, body),
            (ADDRESS, self.ports[Port.AUTH]),
        )
        reply = parse(self.wire.recv(4096))
        assert self.seal.vouches_for_reply(reply, authenticator)
        return reply

    def account(self, status: int, code: str, mac: str, seconds: int, down: int, class_: bytes) -> None:
        self.identifier += 1
        body = (
            whole(40, status) + attribute(44, b"80a00001") + attribute(1, code.encode()) + whole(46, seconds)
        )
        body += whole(43, down) + attribute(31, mac.encode()) + attribute(25, class_)
        request = self.seal.request(4, self.identifier, body, sealed=False)
        self.wire.sendto(request, (ADDRESS, self.ports[Port.ACCT]))
        reply = parse(self.wire.recv(4096))
        assert reply.code == 5


@pytest.fixture
def hotspot(fresh_isp: Isp, tmp_path: Path) -> Iterator[Hotspot]:
    RadiusRecord.objects.all().delete()
    with scope.inside(fresh_isp.schema_name):
        routes.register_nas(1, address=AT, secret=SECRET, coa_port=3799, require_message_auth=True, now=NOW)
    server = Server(LiveWorker(tmp_path), Endpoint(Port.AUTH, ADDRESS, 0), Endpoint(Port.ACCT, ADDRESS, 0))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.worker.directory.get(AT) is not None)
    made = Hotspot(server)
    yield made
    server.stop()
    thread.join(10)
    assert not thread.is_alive()
    made.wire.close()
    RadiusRecord.objects.all().delete()
    NasRoute.objects.filter(address=AT).delete()


def project() -> None:
    while projector.project(datetime.now(UTC))[0]:
        pass


def test_a_voucher_from_first_login_to_its_end(fresh_isp: Isp, hotspot: Hotspot) -> None:
    schema, phone, tablet = fresh_isp.schema_name, "AA:BB:CC:00:00:01", "AA:BB:CC:00:00:02"
    with scope.inside(schema):
        voucher = make_voucher(plan=make_plan(validity_seconds=3600, data_limit_bytes=1000, devices=1))
    code = voucher.code

    yes = hotspot.login(code, phone)
    assert yes.code == ACCEPT
    with scope.inside(schema):  # the clock runs before the router hears of it
        service = Service.objects.get(pk=voucher.service_id)
        assert service.first_used_at is not None
        assert abs(service.first_used_at.timestamp() - time.time()) < 10
        assert service.expires_at is not None
    class_ = dict(yes.attributes)[25]

    assert hotspot.login(code, tablet).code == REJECT  # before any Start: this worker remembers its Accept
    hotspot.account(1, code, phone, 0, 0, class_)
    project()
    assert hotspot.login(code, tablet).code == REJECT
    assert hotspot.login(code, phone).code == ACCEPT  # the same device takes over

    hotspot.account(2, code, phone, 60, 400, class_)
    project()
    until(lambda: hotspot.login(code, tablet).code == ACCEPT, 10)
    with scope.inside(schema):
        session = Session.objects.get()
        assert (session.service_id, session.download_bytes, session.seconds) == (voucher.service_id, 400, 60)
        Service.objects.filter(pk=voucher.service_id).update(status="suspended")
    until(lambda: hotspot.login(code, tablet).code == REJECT, 1.5)

    until(lambda: LoginBatch.objects.exists())
    project()
    with scope.inside(schema):
        until(lambda: AuthAttempt.objects.exists(), 1)
        refused = AuthAttempt.objects.filter(code="too_many_devices").first()
        assert refused is not None
        assert "1 of 1 devices" in refused.sentence
        assert not AuthAttempt.objects.filter(trace__icontains=SECRET).exists()


def test_a_certificate_that_cannot_be_read_harms_nothing_else(
    fresh_isp: Isp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    worker, traced = LiveWorker(tmp_path), list[int]()
    monkeypatch.setattr(type(worker.directory), "has_wifi", True)
    monkeypatch.setattr(worker.wifi, "refresh", lambda: 1 / 0)
    monkeypatch.setattr(worker.tracing, "refresh", lambda: traced.append(1))
    monkeypatch.setattr(worker.directory, "refresh", lambda _line: None)
    with caplog.at_level("ERROR", "radius.alerts"):
        worker._refresh(cast(Any, None))
    assert traced == [1]
    assert "the certificate for Wi-Fi could not be read" in caplog.text


def test_a_worker_that_cannot_ask_the_database_takes_nobodys_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("radius.listener.Listener.start", lambda self, wait: False)  # five seconds without it
    with pytest.raises(Unready):
        LiveWorker(tmp_path).start_at(Post(-1, replaces=True))
    alone = LiveWorker(tmp_path)
    alone.start_at(Post(-1))  # better than nobody: it begins as soon as the database does
    alone.close(1.0)
