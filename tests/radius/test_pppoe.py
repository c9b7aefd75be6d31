"""A household over PPPoE with MS-CHAPv2: real sockets, threads and database, from the sealed secret to the keys."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts.journal import SYSTEM
from kmikro.lib import mschap
from radius import projector
from radius.behind import LiveWorker
from radius.events import Port
from radius.models import AuthAttempt
from radius.packet import Packet, parse, vendor_attributes
from radius.seal import Seal
from radius.sentences import shown
from radius.server import Server
from radius.sockets import Endpoint
from subscribers import accounts
from subscribers.models import Service
from tenants import keyring, rotation, routes, scope
from tenants.models import Isp, NasRoute, RadiusRecord, TenantKey
from tests.factories import NOW, make_plan
from tests.radius.running import ADDRESS, until
from tests.radius.vectors import attribute, vendor, whole

SECRET = "the-secret-of-the-router-02"
AT = "127.0.67.1"
ACCEPT, REJECT = 2, 3
MICROSOFT = 311


class Concentrator:
    """A router at one address that asks for people who dial in."""

    def __init__(self, port: int) -> None:
        self.port, self.seal, self.identifier = port, Seal(SECRET.encode()), 0
        self.wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.wire.bind((AT, 0))
        self.wire.settimeout(5)

    def dial(self, name: str, secret: str) -> tuple[Packet, bytes, bytes]:
        """Ask by MS-CHAPv2; returns the reply, our authenticator and the NT-Response."""
        self.identifier += 1
        authenticator, challenge, peer = os.urandom(16), os.urandom(16), os.urandom(16)
        nt = mschap.nt_hash(secret.encode())
        assert nt is not None
        response = mschap.challenge_response(mschap.challenge_hash(peer, challenge, name.encode()), nt)
        body = (
            whole(6, 2)
            + whole(7, 1)
            + whole(61, 15)
            + attribute(31, b"AA:BB:CC:00:00:07")
            + attribute(30, b"internet")
            + attribute(87, b"ether2")
            + attribute(1, name.encode())
            + attribute(44, b"81500001")
            + vendor(MICROSOFT, 11, challenge)
            + vendor(MICROSOFT, 25, b"\x01\x00" + peer + bytes(8) + response)
            + attribute(32, b"core")
        )
        request = self.seal.access_request(1, self.identifier, authenticator, body)
        self.wire.sendto(request, (ADDRESS, self.port))
        reply = parse(self.wire.recv(4096))
        assert self.seal.vouches_for_reply(reply, authenticator)
        return reply, authenticator, response

    def gets_in(self, name: str, secret: str) -> bool:
        return self.dial(name, secret)[0].code == ACCEPT


def microsoft(reply: Packet) -> dict[int, bytes]:
    inner = [each for kind, value in reply.attributes if kind == 26 for each in vendor_attributes(value)]
    return {kind: value for found, kind, value in inner if found == MICROSOFT}


@pytest.fixture
def router(fresh_isp: Isp, tmp_path: Path) -> Iterator[Concentrator]:
    with scope.inside(fresh_isp.schema_name):
        routes.register_nas(2, address=AT, secret=SECRET, coa_port=3799, require_message_auth=True, now=NOW)
    server = Server(LiveWorker(tmp_path), Endpoint(Port.AUTH, ADDRESS, 0), Endpoint(Port.ACCT, ADDRESS, 0))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.worker.directory.get(AT) is not None)
    made = Concentrator(server.endpoints[Port.AUTH].number)
    yield made
    server.stop()
    thread.join(10)
    assert not thread.is_alive()
    made.wire.close()
    RadiusRecord.objects.all().delete()
    NasRoute.objects.filter(address=AT).delete()
    TenantKey.objects.filter(schema=fresh_isp.schema_name).delete()


def test_a_household_from_its_account_to_its_keys(fresh_isp: Isp, router: Concentrator) -> None:
    schema = fresh_isp.schema_name
    with scope.inside(schema):
        plan = make_plan(validity_seconds=None, devices=5)
        service, secret = accounts.open_account("jane@home", plan, None, by=SYSTEM, now=NOW, access="ppp")
    reply, authenticator, response = router.dial("jane@home", secret)
    assert reply.code == ACCEPT
    told, nt = microsoft(reply), mschap.nt_hash(secret.encode())
    assert nt is not None
    keys = mschap.session_keys(nt, response)
    for kind, key in zip((16, 17), keys, strict=True):
        hidden = router.seal.reveal(told[kind][2:], authenticator + told[kind][:2])
        assert hidden is not None
        assert hidden[: 1 + hidden[0]] == b"\x10" + key
    assert told[26].startswith(b"\x01S=")

    reply, _, _ = router.dial("jane@home", secret + "!")
    assert reply.code == REJECT
    assert microsoft(reply)[2].startswith(b"\x01E=691 R=0 C=")

    with scope.inside(schema):
        new = accounts.rotate_secret(service, by=SYSTEM, now=NOW)
    committed_at = time.monotonic()
    until(lambda: router.gets_in("jane@home", new))
    assert time.monotonic() - committed_at < 2.5  # one refusal on the way waits for a second by design
    assert not router.gets_in("jane@home", secret)

    number = keyring.make_key(schema, now=NOW)
    rotation.reseal(schema, number)
    assert rotation.left(schema, number) == 0
    assert router.gets_in("jane@home", new)
    with scope.inside(schema):
        Service.objects.filter(pk=service.pk).update(access="hotspot")
    until(lambda: not router.gets_in("jane@home", new))

    def attempts() -> list[AuthAttempt]:
        projector.project(datetime.now(UTC))
        with scope.inside(schema):
            return list(AuthAttempt.objects.order_by("at"))

    until(lambda: {"accepted", "wrong_password", "wrong_access"} <= {each.code for each in attempts()})
    first = attempts()[0]
    assert first.sent["MS-MPPE-Send-Key"] == "not kept"
    assert "The password is right (MS-CHAPv2)." in [step["text"] for step in shown(first.trace)]
    written = repr([(each.sent, shown(each.trace), each.sentence) for each in attempts()])
    assert secret not in written
    assert new not in written
    assert keys[0].hex() not in written
