"""The menus that we write, as data: what tells our rows there, kinds of values, defaults, secrets, order of writing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MARK = "kmikro"  # begins every comment and every name of a row that we own
OFFER, TAKEN, PERSON = (
    "offer.",
    "taken.",
    "person.",
)  # beginnings of keys: made for an offer, taken over, a subscriber
KEYS = (OFFER, TAKEN, PERSON)
WIREGUARD, SSTP = (
    f"{MARK}-wg",
    f"{MARK}-sstp",
)  # interfaces of our own way in; the second has a profile of its name


class Kind(StrEnum):
    """How a value is written in more than one way (routeros.md 1.8)."""

    TEXT = "text"
    BOOL = "bool"
    DURATION = "duration"
    WORDS = "words"  # a set of words; the router sorts it its own way
    ADDRESS = "address"


class Owner(StrEnum):
    """What tells our rows from those of others in a menu."""

    COMMENT = "comment"  # the comment is `kmikro:<key>`
    NAME = "name"  # menus without comments: the name is ours
    FOLDER = "folder"  # files in our folder
    EITHER = "either"  # the comment, or else the name
    SINGLE = "single"  # one row that always exists


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu that we write: place in the order of writing, owner, and what its fields are when missing."""

    path: str
    owner: Owner
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    shared: bool = (
        False  # rows of ours are there that others than the plan made: only keys of KEYS are the plan's
    )
    ordered: bool = False  # the place of a row among the others is part of what it means


_OFF = {"disabled": Kind.BOOL}
_ON = {"disabled": "false"}
_FIREWALL = {
    "connection-state": Kind.WORDS,
    "src-address": Kind.ADDRESS,
    "dst-address": Kind.ADDRESS,
    "log": Kind.BOOL,
} | _OFF
# In the order in which rows can be written: what is referred to comes first.
MENUS: tuple[Menu, ...] = (
    Menu("/file", Owner.FOLDER),
    Menu(
        "/radius",
        Owner.COMMENT,
        {
            "service": Kind.WORDS,
            "timeout": Kind.DURATION,
            "address": Kind.ADDRESS,
            "src-address": Kind.ADDRESS,
        }
        | _OFF,
        {
            "disabled": "false",
            "src-address": "0.0.0.0",
            "require-message-auth": "yes-for-request-resp",
            "protocol": "udp",
        },
        frozenset({"secret"}),
    ),
    Menu("/radius/incoming", Owner.SINGLE, {"accept": Kind.BOOL}, {"accept": "false", "port": "3799"}),
    Menu("/interface/vlan", Owner.COMMENT, _OFF, _ON, shared=True),
    Menu("/ip/address", Owner.COMMENT, _OFF, _ON, shared=True),
    Menu("/ip/pool", Owner.EITHER),
    Menu(
        "/ip/hotspot/user/profile",
        Owner.NAME,
        {"idle-timeout": Kind.DURATION, "keepalive-timeout": Kind.DURATION, "session-timeout": Kind.DURATION},
        {"shared-users": "1"},
    ),
    Menu(
        "/ip/hotspot/profile",
        Owner.NAME,
        {
            "hotspot-address": Kind.ADDRESS,
            "login-by": Kind.WORDS,
            "use-radius": Kind.BOOL,
            "radius-accounting": Kind.BOOL,
        },
        {
            "hotspot-address": "0.0.0.0",
            "radius-accounting": "true",
            "radius-interim-update": "received",
            "mac-auth-mode": "mac-as-username",
        },
        frozenset({"mac-auth-password"}),
    ),
    Menu("/ip/hotspot", Owner.NAME, _OFF, {"disabled": "false", "address-pool": "none"}),
    Menu(
        "/ip/hotspot/user",
        Owner.COMMENT,
        {"limit-uptime": Kind.DURATION} | _OFF,
        {"disabled": "false", "profile": "default"},
        frozenset({"password"}),
        shared=True,
    ),
    Menu("/ip/hotspot/walled-garden/ip", Owner.COMMENT, _OFF, {"disabled": "false", "action": "accept"}),
    Menu("/ip/dhcp-server/network", Owner.COMMENT, shared=True),
    Menu(
        "/ip/dhcp-server",
        Owner.COMMENT,
        {"lease-time": Kind.DURATION} | _OFF,
        {"disabled": "false", "address-pool": "static-only"},
        shared=True,
    ),
    Menu("/queue/type", Owner.NAME),
    Menu(
        "/queue/simple",
        Owner.COMMENT,
        _OFF,
        {
            **_ON,
            "max-limit": "0/0",
            "limit-at": "0/0",
            "priority": "8/8",
            "queue": "default-small/default-small",
            "parent": "none",
        },
        shared=True,
    ),
    Menu(
        "/ppp/aaa",
        Owner.SINGLE,
        {"use-radius": Kind.BOOL, "accounting": Kind.BOOL, "interim-update": Kind.DURATION},
        {"use-radius": "false", "accounting": "true", "interim-update": "0s"},
    ),
    Menu("/ppp/profile", Owner.EITHER, {"local-address": Kind.ADDRESS}),
    Menu(
        "/interface/pppoe-server/server",
        Owner.COMMENT,
        {"authentication": Kind.WORDS, "one-session-per-host": Kind.BOOL} | _OFF,
        {"disabled": "true", "one-session-per-host": "false", "default-profile": "default"},
    ),
    Menu(
        "/ppp/secret",
        Owner.COMMENT,
        {"remote-address": Kind.ADDRESS, "local-address": Kind.ADDRESS} | _OFF,
        {"disabled": "false", "profile": "default", "service": "any"},
        frozenset({"password"}),
        shared=True,
    ),
    Menu("/ip/firewall/address-list", Owner.COMMENT, {"address": Kind.ADDRESS} | _OFF, _ON, shared=True),
    Menu(
        "/ip/firewall/filter",
        Owner.COMMENT,
        _FIREWALL,
        {"disabled": "false", "action": "accept"},
        shared=True,
        ordered=True,
    ),
    Menu(
        "/ip/firewall/nat",
        Owner.COMMENT,
        _FIREWALL,
        {"disabled": "false", "action": "accept"},
        shared=True,
        ordered=True,
    ),
    Menu("/ip/dns", Owner.SINGLE, {"allow-remote-requests": Kind.BOOL}, {"allow-remote-requests": "false"}),
    Menu("/system/ntp/client", Owner.SINGLE, {"enabled": Kind.BOOL}, {"enabled": "false", "mode": "unicast"}),
)
BY_PATH = {menu.path: menu for menu in MENUS}
# What every router is asked for. The others are read only where a row of ours may be.
ALWAYS = frozenset(
    {
        "/file",
        "/radius",
        "/radius/incoming",
        "/ip/pool",
        "/ip/hotspot/walled-garden/ip",
        "/ip/hotspot/profile",
        "/ip/hotspot",
        "/ppp/aaa",
        "/ppp/profile",
        "/interface/pppoe-server/server",
    }
)
