import hashlib
import hmac
import socket
import threading
import time

import pytest
from django.conf import settings
from django.core.cache import cache

from kmikro import health
from tests.conftest import HostClient


@pytest.fixture
def radius_that_answers(settings: object) -> object:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    settings.RADIUS_AUTH_PORT = server.getsockname()[1]  # type: ignore[attr-defined]

    def answer() -> None:
        data, peer = server.recvfrom(4096)
        server.sendto(b"\x02" + data[1:20], peer)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield
    server.close()


def test_healthz_needs_nothing(public: HostClient) -> None:
    assert public.get("/healthz").json() == {"ok": True}


def test_readyz_tells_each_part(public: HostClient, radius_that_answers: object) -> None:
    cache.set("heartbeat", time.time(), 60)
    answer = public.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200, {"ok": True, "database": "ok", "broker": "ok", "worker": "ok", "radius": "ok"},
    )  # fmt: skip


def test_readyz_is_503_without_worker_and_radius(public: HostClient, settings: object) -> None:
    settings.RADIUS_AUTH_PORT = 1  # type: ignore[attr-defined]
    cache.set("heartbeat", time.time() - 300, 60)
    answer = public.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["worker"] == "no heartbeat" and answer.json()["radius"] == "does not answer"


def test_the_probe_is_signed() -> None:
    packet = health.status_server_request(b"secret")
    unsigned = packet[:22] + bytes(16)
    assert hmac.compare_digest(hmac.new(b"secret", unsigned, hashlib.md5).digest(), packet[22:])
    assert settings.RADIUS_PROBE_ADDRESS.startswith("127.")
