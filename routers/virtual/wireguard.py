"""WireGuard keys of a router: made when nobody brings one; the public half is worked out, never written."""

import base64
import binascii

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from routers.virtual.traps import Trap
from routers.virtual.tree import Row


def interface(args: Row, adding: bool) -> Row:
    """The arguments of add or set with both halves of the key."""
    if adding and not args.get("private-key"):
        args["private-key"] = base64.b64encode(X25519PrivateKey.generate().private_bytes_raw()).decode()
    if args.get("private-key"):
        key = X25519PrivateKey.from_private_bytes(_octets("private-key", args["private-key"]))
        args["public-key"] = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    return args


def peer(args: Row, adding: bool) -> Row:
    """A peer needs a key that is one."""
    if adding or "public-key" in args:
        _octets("public-key", args.get("public-key", ""))
    return args


def _octets(name: str, text: str) -> bytes:
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if len(octets) != 32:
        raise Trap(f"invalid value for argument {name}")
    return octets
