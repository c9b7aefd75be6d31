"""WireGuard keys of a router: made when nobody brings one; the public half is worked out, never written."""

import base64
import binascii
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from routers.virtual.traps import Trap
from routers.virtual.tree import Row, Tree

# Does a hub at this host and port let this key in, with this key of its own? Nothing answers unless somebody is there.
Hub = Callable[[str, int, str, str], bool]


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


def nobody(host: str, port: int, key: str, hub_key: str) -> bool:
    """The hub of a network in which there is none."""
    return False


def peers(tree: Tree, rows: list[Row], hub: Hub) -> list[Row]:
    """Peers as a router shows them: those that shook hands say when, and where the other side is.

    No packet goes through a virtual tunnel; its far end is this machine, where the address of the tunnel answers too.
    """
    keys = {
        row["name"]: row.get("public-key", "")
        for row in tree.rows("/interface/wireguard")
        if row.get("disabled") != "true"
    }
    return [{**row, **_met(row, keys.get(row["interface"], ""), hub)} for row in rows]


def _met(row: Row, key: str, hub: Hub) -> Row:
    host, port = row.get("endpoint-address", ""), int(row.get("endpoint-port", "0"))
    if (
        not key
        or not host
        or row.get("disabled") == "true"
        or not hub(host, port, key, row.get("public-key", ""))
    ):
        return {"current-endpoint-address": "", "current-endpoint-port": "0", "rx": "0", "tx": "0"}
    return {
        "current-endpoint-address": host, "current-endpoint-port": str(port), "last-handshake": "1s",
        "rx": "92", "tx": "180",
    }  # fmt: skip


def _octets(name: str, text: str) -> bytes:
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if len(octets) != 32:
        raise Trap(f"invalid value for argument {name}")
    return octets
