"""A Status-Server round trip over TLS, as a router with a certificate would make it (RFC 5997, RFC 6614)."""

from __future__ import annotations

import os
import socket
import ssl

from radius.packet import HEADER, Malformed, parse
from radius.seal import Seal
from radius.stream import SECRET
from tenants.certificates import Signed, arm

_STATUS_SERVER, _ACCEPT = 12, 2


def knock(address: str, number: int, own: Signed, root: str, *, seconds: float) -> str:
    """'ok', or what is wrong: nobody answers, or not as our own server would."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # asked at an address that need not be in the name; the root is ours alone
    context.load_verify_locations(cadata=root)
    arm(context, own)
    seal, authenticator = Seal(SECRET), os.urandom(16)
    try:
        with (
            socket.create_connection((address, number), seconds) as raw,
            context.wrap_socket(raw) as wire,
        ):
            wire.sendall(seal.access_request(_STATUS_SERVER, 1, authenticator, b""))
            reply = parse(_whole(wire))
    except ssl.SSLCertVerificationError:
        return "another certificate than ours"
    except (OSError, Malformed):
        return "does not answer"
    return "ok" if reply.code == _ACCEPT and seal.vouches_for_reply(reply, authenticator) else "wrong answer"


def _whole(wire: ssl.SSLSocket) -> bytes:
    """One packet; raises `OSError` when the connection ends or rests before it is complete."""
    octets = b""
    while len(octets) < HEADER or len(octets) < (octets[2] << 8 | octets[3]):
        more = wire.recv(4096)
        if not more:
            raise ConnectionError("the connection ended")
        octets += more
    return octets
