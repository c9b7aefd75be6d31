"""A web address of a customer is called at the address that was checked, and followed nowhere."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from kmikro.lib import webhook
from kmikro.lib.webhook import NotDelivered
from tenants import certificates

OWN = ("41.90.0.7",)
PUBLIC = "102.68.77.10"
Reach = Callable[[str, int], socket.socket]


class Taker(BaseHTTPRequestHandler):
    """Answers as its path says."""

    calls: list[tuple[str, bytes]] = []

    def do_POST(self) -> None:
        """Keep what came."""
        self.calls.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response({"/moved": 302, "/broken": 500}.get(self.path, 200))
        if self.path == "/moved":
            self.send_header("Location", "http://127.0.0.1/")
        body = b"x" * (100_000 if self.path == "/long" else 2)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Test output is for results."""


@pytest.fixture(scope="module")
def trust() -> Iterator[tuple[int, ssl.SSLContext]]:
    """A server with a certificate for hooks.example.net, and what trusts it."""
    now = datetime.now(UTC)
    root = certificates.make_root("Test root", now=now)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificates.arm(context, certificates.make_server(root, names=["hooks.example.net"], now=now))
    server = HTTPServer(("127.0.0.1", 0), Taker)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server.server_port, ssl.create_default_context(cadata=root.certificate)
    server.shutdown()
    thread.join(5)
    server.server_close()


def post(trust: tuple[int, ssl.SSLContext], url: str, answers: list[str]) -> list[tuple[str, int]]:
    """Post; gives where it connected to."""
    reached: list[tuple[str, int]] = []

    def reach(address: str, port: int) -> socket.socket:
        reached.append((address, port))
        return socket.create_connection(("127.0.0.1", trust[0]), 5)

    webhook.post(url, b"{}", own=OWN, headers={}, look=lambda name: answers, reach=reach, context=trust[1])
    return reached


def test_it_is_handed_over_at_the_address_that_was_checked(trust: tuple[int, ssl.SSLContext]) -> None:
    Taker.calls.clear()
    assert post(trust, "https://hooks.example.net/in?id=1", [PUBLIC]) == [(PUBLIC, 443)]
    assert Taker.calls == [("/in?id=1", b"{}")]


@pytest.mark.parametrize(
    ("path", "words"),
    [("moved", "status 302"), ("broken", "status 500"), ("long", "64 KB")],
)
def test_redirects_errors_and_long_answers_are_no_delivery(
    trust: tuple[int, ssl.SSLContext], path: str, words: str
) -> None:
    with pytest.raises(NotDelivered, match=words):
        post(trust, f"https://hooks.example.net/{path}", [PUBLIC])


def test_another_name_in_the_certificate_is_no_delivery(trust: tuple[int, ssl.SSLContext]) -> None:
    with pytest.raises(NotDelivered, match="certificate is not good"):
        post(trust, "https://else.example.net/", [PUBLIC])


@pytest.mark.parametrize("answers", [[], ["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["41.90.0.7"]])
def test_a_name_that_leads_inside_is_not_connected_to(
    trust: tuple[int, ssl.SSLContext], answers: list[str]
) -> None:
    with pytest.raises(NotDelivered, match="cannot be called"):
        post(trust, "https://hooks.example.net/", answers)


def test_an_unknown_name_has_no_address() -> None:
    assert webhook.lookup("nobody.invalid") == []
