"""Who shows another certificate, none, or hangs up is told apart, and hears nothing."""

import hashlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from routers import pinned
from tenants import certificates

Serve = Callable[[Callable[[socket.socket], None]], socket.socket]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A connection to somebody who does with his end what the test says."""
    ends: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(act: Callable[[socket.socket], None]) -> socket.socket:
        mine, theirs = socket.socketpair()
        mine.settimeout(5)
        theirs.settimeout(5)
        ends.extend((mine, theirs))
        threads.append(threading.Thread(target=act, args=(theirs,), daemon=True))
        threads[-1].start()
        return mine

    yield start
    for end in ends:
        end.close()
    for thread in threads:
        thread.join(5)


@pytest.fixture(scope="module")
def shown() -> certificates.Signed:
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    return certificates.make_wifi_server(certificates.make_root("Root", now=now), name="router.test", now=now)


def showing(shown: certificates.Signed, heard: list[bytes]) -> Callable[[socket.socket], None]:
    def act(end: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificates.arm(context, shown)
        try:
            with context.wrap_socket(end, server_side=True) as made:
                heard.append(made.recv(100))
        except OSError:
            return

    return act


def test_the_known_certificate_opens(serve: Serve, shown: certificates.Signed) -> None:
    heard: list[bytes] = []
    with pinned.secured(serve(showing(shown, heard)), shown.fingerprint) as made:
        assert hashlib.sha256(made.getpeercert(binary_form=True) or b"").hexdigest() == shown.fingerprint


def test_another_certificate_hears_nothing(serve: Serve, shown: certificates.Signed) -> None:
    heard: list[bytes] = []
    end = serve(showing(shown, heard))
    with pytest.raises(pinned.Another) as wrong:
        pinned.secured(end, "0" * 64)
    assert wrong.value.shown == shown.fingerprint
    assert heard in ([], [b""])


def test_who_hangs_up_and_who_speaks_something_else(serve: Serve) -> None:
    with pytest.raises(pinned.HungUp):
        pinned.secured(serve(lambda end: end.close()), "0" * 64)
    with pytest.raises(pinned.NotSpoken):
        pinned.secured(serve(lambda end: end.sendall(b"\x05!done\x00" * 10)), "0" * 64)
