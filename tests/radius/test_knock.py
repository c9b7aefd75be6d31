"""Our own health check over TLS: a real round trip, and each way in which there is none."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from django.core.cache import cache

from radius.directory import NO_TENANT
from radius.knock import knock
from radius.radsec import RadsecServer, routers
from radius.streams import tls
from tenants import authority as kept
from tenants import certificates
from tests.conftest import HostClient
from tests.radius.fakes import World
from tests.radius.running import ADDRESS
from tests.radius.tls import NAS, Running, authority, running

SEED = b"s" * 32


def probe() -> certificates.Signed:
    return certificates.make_probe(authority(), SEED)


def test_everybody_makes_the_same_certificate_and_only_with_the_seed() -> None:
    assert probe() == probe()
    assert certificates.make_probe(authority(), b"t" * 32).fingerprint != probe().fingerprint
    made = x509.load_pem_x509_certificate(probe().certificate.encode())
    root = x509.load_pem_x509_certificate(authority().certificate.encode())
    made.verify_directly_issued_by(root)
    assert made.not_valid_after_utc == root.not_valid_after_utc


def ask(up: Running, root: str = "") -> str:
    return knock(ADDRESS, up.port, probe(), root or authority().certificate, seconds=5)


def test_a_round_trip() -> None:
    with running(World()) as up:
        up.known[probe().fingerprint] = replace(NAS, schema=NO_TENANT)
        assert ask(up) == "ok"
        assert up.counts["alive"] == 1


def test_a_server_that_does_not_know_us_does_not_answer() -> None:
    with running(World()) as up:
        assert ask(up) == "does not answer"
        assert ask(up, authority("another").certificate) == "another certificate than ours"


def test_nobody_listens() -> None:
    with socket.socket() as closed:
        closed.bind((ADDRESS, 0))
        number = closed.getsockname()[1]
    assert knock(ADDRESS, number, probe(), authority().certificate, seconds=5) == "does not answer"


def test_an_answer_that_is_not_signed_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(World()) as up:
        up.known[probe().fingerprint] = NAS
        monkeypatch.setattr(RadsecServer, "_take", lambda self, door, datagram, *_: door.send(
            b"\x02" + datagram.octets[1:2] + b"\x00\x14" + bytes(16), datagram.source, b""
        ))  # fmt: skip
        assert ask(up) == "wrong answer"


@pytest.mark.django_db
def test_readyz_asks_radsec_when_it_is_on(public: HostClient, settings: object) -> None:
    cache.set("heartbeat", 0, 60)
    assert "radsec" not in public.get("/readyz").json()
    found = routers()
    (ours,) = [each for each in found.values() if each.schema == NO_TENANT]
    assert ours.router_id == 0
    made, root = kept.server([ADDRESS], now=datetime.now(UTC))
    up = Running(World(), tls(made, root), found)
    settings.RADSEC, settings.RADSEC_PORT = True, up.port  # type: ignore[attr-defined]
    try:
        assert public.get("/readyz").json()["radsec"] == "ok"
    finally:
        up.close()
    assert public.get("/readyz").json()["radsec"] == "does not answer"
