"""What a router adds to or refuses in a row when it is written, beyond the kinds of its fields."""

import ipaddress
from collections.abc import Callable

from routers.virtual import sstp, wireguard
from routers.virtual.device import Caller, Device
from routers.virtual.older import SIX
from routers.virtual.traps import Trap, missing_values, not_permitted
from routers.virtual.tree import Row
from routers.virtual.values import POLICIES, RATE_LIMIT, policy

MAX_CONTENTS = 61_440
MAX_CONTENTS_SIX = 4_095
_FILE_TYPES = {"rsc": "script", "backup": "backup"}
_PORTS = ("tcp", "udp", "udp-lite", "dccp", "sctp", "6", "17")

Edit = Callable[[Device, Caller, Row, bool], Row]


def complete(device: Device, caller: Caller, path: str, args: Row, adding: bool) -> Row:
    """The arguments of add or set as the router will store them."""
    edit = _EDITS.get(path)
    return edit(device, caller, dict(args), adding) if edit else dict(args)


def guard_removal(device: Device, path: str, row: Row) -> None:
    """Refuse to remove what must stay."""
    if path == "/user/group" and device.tree.find("/user", group=row["name"]):
        raise Trap("failure: group has some users")
    if path == "/user":
        full = [u for u in device.tree.rows("/user") if u["group"] == "full" and u.get("disabled") != "true"]
        if full == [row]:
            raise Trap("failure: last user with full access cannot be removed")
    if row.get("dynamic") == "true":
        raise Trap("failure: can not remove dynamic item")


def _job(device: Device, caller: Caller, args: Row, adding: bool) -> Row:
    if adding:
        args.setdefault("policy", ",".join(p for p in POLICIES if caller.may(p)))
    for word in args.get("policy", "").split(","):
        if word and not word.startswith("!") and not caller.may(word):
            raise not_permitted()
    if args.get("policy"):
        granted = policy("policy", args["policy"]).split(",")
        args["policy"] = ",".join(p for p in granted if not p.startswith("!"))
    return args


def _scheduler(device: Device, caller: Caller, args: Row, adding: bool) -> Row:
    args = _job(device, caller, args, adding)
    if adding:
        now = device.clock.now()
        args.setdefault("owner", caller.user)
        args.setdefault("start-date", now.strftime("%Y-%m-%d"))
        args.setdefault("start-time", now.strftime("%H:%M:%S"))
    return args


def _script(device: Device, caller: Caller, args: Row, adding: bool) -> Row:
    args = _job(device, caller, args, adding)
    if adding:
        args.setdefault("owner", caller.user)
    return args


def _address(device: Device, caller: Caller, args: Row, adding: bool) -> Row:
    if args.get("address") and "network" not in args:
        try:
            args["network"] = str(ipaddress.IPv4Interface(args["address"]).network.network_address)
        except ValueError:
            raise Trap("invalid value for argument address") from None
    return args


def _file(device: Device, caller: Caller, args: Row, adding: bool) -> Row:
    contents = args.get("contents")
    if contents is not None:
        size = len(contents.encode("utf-8", "surrogateescape"))
        if size > (MAX_CONTENTS_SIX if device.release < SIX else MAX_CONTENTS):
            raise Trap("failure: contents too long")
        args["size"] = str(size)
    if adding:
        ending = args.get("name", "").rpartition("/")[2].rpartition(".")[2]
        if args.get("type") != "directory":
            args["type"] = _FILE_TYPES.get(
                ending, f".{ending} file" if "." in args.get("name", "") else "file"
            )
            args.setdefault("size", "0")
    args["last-modified"] = device.clock.now().strftime("%Y-%m-%d %H:%M:%S")
    return args


def _firewall(device: Device, caller: Caller, args: Row, adding: bool) -> Row:
    if adding and (args.get("dst-port") or args.get("src-port")) and args.get("protocol") not in _PORTS:
        raise Trap("failure: ports can be specified if proto is tcp,udp,udp-lite,dccp,sctp")
    if adding and "chain" not in args:
        raise missing_values("chain")
    return args


def _rates(device: Device, caller: Caller, args: Row, adding: bool) -> Row:
    if args.get("rate-limit") and not RATE_LIMIT.fullmatch(args["rate-limit"]):
        raise Trap("invalid value for argument rate-limit")
    return args


_EDITS: dict[str, Edit] = {
    "/interface/wireguard": lambda device, caller, args, adding: wireguard.interface(args, adding),
    "/interface/wireguard/peers": lambda device, caller, args, adding: wireguard.peer(args, adding),
    "/interface/sstp-client": lambda device, caller, args, adding: sstp.connect_to(
        args, device.release < SIX
    ),
    "/system/scheduler": _scheduler,
    "/system/script": _script,
    "/ip/address": _address,
    "/file": _file,
    "/ip/firewall/filter": _firewall,
    "/ip/firewall/nat": _firewall,
    "/ip/hotspot/user/profile": _rates,
    "/ip/hotspot/profile": _rates,
}
