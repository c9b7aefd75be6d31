"""WireGuard as text: keys, the hub's configuration as `wg syncconf` reads it, and what `wg show dump` tells.

Pure: nothing here touches an interface. A configuration holds secrets; it goes to `wg` by a pipe and nowhere else.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

MTU = 1412  # at both ends: fits through PPPoE too; WireGuard's own 1420 does not
_NO_PEER = "(none)"


@dataclass(frozen=True, slots=True)
class Peer:
    """A router as the hub knows it: it may send from its one address and from no other."""

    public_key: str
    address: str
    preshared_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the hub saw of a peer; handshake is in seconds since 1970, 0 when there was none."""

    public_key: str
    endpoint: str
    handshake: int
    received: int
    sent: int


def is_key(text: str) -> bool:
    """Whether the text is a key in the one spelling that `wg` writes."""
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(octets) == 32 and base64.b64encode(octets).decode() == text


def new_private() -> str:
    """A new private key."""
    return base64.b64encode(X25519PrivateKey.generate().private_bytes_raw()).decode()


def public_of(private: str) -> str:
    """The public half of a private key."""
    key = X25519PrivateKey.from_private_bytes(base64.b64decode(private, validate=True))
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def config(private: str, port: int, peers: Iterable[Peer]) -> str:
    """The whole configuration of the hub's interface; what is not in it is taken off by syncconf."""
    lines = ["[Interface]", f"PrivateKey = {_key(private)}", f"ListenPort = {port}"]
    for peer in sorted(peers, key=lambda each: each.address):
        lines += ["", "[Peer]", f"PublicKey = {_key(peer.public_key)}"]
        if peer.preshared_key:
            lines.append(f"PresharedKey = {_key(peer.preshared_key)}")
        lines.append(f"AllowedIPs = {peer.address}/32")
    return "\n".join(lines) + "\n"


def _key(text: str) -> str:
    if not is_key(text):
        raise ValueError("this is no WireGuard key")
    return text


def read_dump(text: str) -> list[Seen]:
    """The peers in the output of `wg show INTERFACE dump`; the first line is the interface's own and secret."""
    found = []
    for line in text.splitlines()[1:]:
        words = line.split("\t")
        if len(words) != 8 or not all(word.isdecimal() for word in words[4:7]):
            continue
        endpoint = "" if words[2] == _NO_PEER else words[2]
        found.append(Seen(words[0], endpoint[:64], int(words[4]), int(words[5]), int(words[6])))
    return found
