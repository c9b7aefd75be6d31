"""Calling a web address that a customer typed: https to a checked address, no redirects, 5 seconds, 64 KB."""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Collection

from kmikro.lib import outward
from kmikro.lib.outward import Inside

SECONDS = 5.0
LARGEST = 64 * 1024
USER_AGENT = "K-Mikro-Core"


class NotDelivered(Exception):
    """Nobody took it; the text says why and nothing about our own network."""


def lookup(name: str) -> list[str]:
    """Every address of a name; none when there is no such name."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [str(each[4][0]) for each in found]


def reached(address: str, port: int) -> socket.socket:
    """A connection to the checked address."""
    return socket.create_connection((address, port), SECONDS)


def post(
    url: str,
    body: bytes,
    *,
    own: Collection[str],
    headers: dict[str, str],
    look: Callable[[str], list[str]] = lookup,
    reach: Callable[[str, int], socket.socket] = reached,
    context: ssl.SSLContext | None = None,
) -> int:
    """Hand body over; gives the status of whoever took it. Anything but 2xx is not delivered, redirects too."""
    try:
        host, port, path = outward.https_place(url)
        address = outward.pinned(host, look, lambda text: outward.public(text, own=own))
    except Inside:
        raise NotDelivered(
            "This address cannot be called. Use https and a public host, without a port."
        ) from None
    connection = http.client.HTTPSConnection(host, port, timeout=SECONDS)
    try:
        raw = reach(address, port)
        connection.sock = (context or ssl.create_default_context()).wrap_socket(raw, server_hostname=host)
        connection.request("POST", path, body, {"User-Agent": USER_AGENT, **headers})
        status = _answer(connection)
    except TimeoutError:
        raise NotDelivered("It did not answer within 5 seconds.") from None
    except ssl.SSLError as error:
        raise NotDelivered(f"Its certificate is not good: {error.reason or 'unknown reason'}.") from None
    except (OSError, http.client.HTTPException):
        raise NotDelivered("The connection failed.") from None
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise NotDelivered(f"It answered with status {status}.")
    return status


def _answer(connection: http.client.HTTPSConnection) -> int:
    until = time.monotonic() + SECONDS
    response = connection.getresponse()
    room = LARGEST
    while chunk := response.read1(4096):
        room -= len(chunk)
        if room < 0:
            raise NotDelivered("Its answer is longer than 64 KB.")
        if time.monotonic() > until:
            raise TimeoutError
    return response.status
