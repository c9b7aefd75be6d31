"""Does a router hear our RADIUS server, and do both hold one secret? Asks it to end a session that cannot exist."""

import os
import socket
import time

from kmikro.lib import coa

TRIES = 4
GAP = 1.5  # seconds between tries


def heard(address: str, port: int, secret: str, *, source: str, tries: int = TRIES) -> bool:
    """True when a validly signed 'no such session' came back; source is the address of our RADIUS server."""
    named = [
        (coa.USER_NAME, b"kmikro-echo"),
        (coa.SESSION_ID, f"echo-{os.urandom(8).hex()}".encode()),
    ]
    octets = coa.request(coa.DISCONNECT, os.urandom(1)[0], named, secret=secret.encode(), now=time.time())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((source, 0))
        wire.connect((address, port))
        for _ in range(tries):
            until = time.monotonic() + GAP
            try:
                wire.send(octets)
            except OSError:  # an earlier answer said that nobody listens; perhaps only then
                pass
            if _answered(wire, octets, secret.encode(), until):
                return True
    return False


def _answered(wire: socket.socket, octets: bytes, secret: bytes, until: float) -> bool:
    while (left := until - time.monotonic()) > 0:
        wire.settimeout(left)
        try:
            reply = wire.recv(4096)
        except TimeoutError:
            return False
        except OSError:  # refused: wait as for silence
            continue
        answer = coa.answer(reply, octets, secret=secret)
        if answer is not None:
            return not answer.acked and answer.cause == coa.NO_SESSION
    return False
