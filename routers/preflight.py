"""What a router told before anything was changed on it, as checks: good, worth knowing, or a reason not to begin."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from routers import rows
from routers.menus import SSTP, WIREGUARD

OK, WARN, STOP = "ok", "warn", "stop"
OLDEST = (6, 49)
FIRST_SENSIBLE_YEAR = 2024
LARGEST = 32 * 1024
_MOST = 1_000  # rows of one kind that are looked at
_VERSION = re.compile(r"(\d+)\.(\d+)")
BUTTON = (
    "In the router's terminal type /system device-mode update mode=advanced, then within five minutes press the reset "
    "button briefly or cut the power; nobody can do that from far away. Then paste the command again"
)


CLOCK = "Switch its NTP client on under System, NTP Client, or set date and time under System, Clock, then paste again."


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; text is one sentence, with the fix where one is needed."""

    key: str
    state: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Intent:
    """What we are about to do there."""

    interface: str
    services: frozenset[str]
    user: str
    pppoe_interface: str = ""
    pppoe_network: str = ""
    tunnel: tuple[str, ...] = ()  # addresses that a tunnel brings, the router's own first
    by_sstp: bool = False  # through a hub that it knows by a certificate


# A right that we never take: a group of RouterOS 6, which has no comment, is somebody else's with one of them.
NEVER = "(^|[,;])(policy|reboot|ssh|winbox|telnet|web)([,;]|$)"
NO_CERTIFICATE = (
    "It has no certificate for its API yet, so nothing was opened: the password would cross the network in clear. Paste "
    "the command again in a minute. When it stays so, sign one under System, Certificates and give it to api-ssl under "
    "IP, Services."
)


@dataclass(frozen=True, slots=True)
class Told:
    """The report by word; a word may come many times."""

    words: dict[str, tuple[str, ...]]

    def one(self, word: str) -> str:
        return self.words.get(word, ("",))[0]

    def many(self, word: str) -> tuple[str, ...]:
        return self.words.get(word, ())


def read(body: bytes) -> Told:
    """Lines of word=value; what cannot be decoded stays visible as �."""
    found: dict[str, list[str]] = {}
    for line in body[:LARGEST].decode("utf-8", "replace").replace("\0", "").splitlines():
        word, equals, value = line.partition("=")
        values = found.setdefault(word.strip(), [])
        if equals and len(values) < _MOST:
            values.append(value.strip()[:120])
    return Told({word: tuple(values) for word, values in found.items()})


def checks(told: Told, intent: Intent) -> list[Check]:
    """Every check in the order in which they are shown."""
    if not _is_new_enough(told.one("version")):
        return [_version(told)]
    return [
        _version(told),
        _mode(told, intent),
        _clock(told, intent),
        _names(told, intent),
        _interface(told, intent),
        _networks(told, intent),
        *_hotspot(told, intent),
        *_pppoe(told, intent),
        _radius(told, intent),
        _fasttrack(told),
    ]


def stops(found: Iterable[Check]) -> list[Check]:
    """The checks that forbid to begin."""
    return [check for check in found if check.state == STOP]


def _is_new_enough(version: str) -> bool:
    match = _VERSION.match(version)
    return match is not None and (int(match[1]), int(match[2])) >= OLDEST


def _version(told: Told) -> Check:
    version = told.one("version")
    if _is_new_enough(version):
        return Check("version", OK, "RouterOS", f"It runs {version}.")
    return Check("version", STOP, "RouterOS", wrong_version(version))


def wrong_version(version: str) -> str:
    """Why the command does not fit that version, and what to do."""
    if not _is_new_enough(version):
        name = version or "of an unknown version"
        return f"It runs RouterOS {name}. Upgrade it to 6.49 or to 7 and paste the command again."
    fitting = "7" if int(version.partition(".")[0]) >= OLDEST[0] + 1 else "6.49"
    return f"It runs RouterOS {version}. Choose the command for RouterOS {fitting} here and paste that one."


def _mode(told: Told, intent: Intent) -> Check:
    title, mode = "Device mode", told.one("mode")
    if told.one("flagged") in ("true", "yes"):
        text = f"RouterOS flagged its configuration as suspicious: look for what you did not set. {BUTTON}."
        return Check("mode", STOP, title, text)
    needed = ["hotspot"] if "hotspot" in intent.services else []
    closed = [word for word in needed if told.one(f"mode-{word}") in ("false", "no")]
    if closed:
        text = f"Mode {mode or 'unknown'} forbids {' and '.join(closed)}. {BUTTON}."
        return Check("mode", STOP, title, text)
    if told.one("mode-scheduler") in ("false", "no"):
        text = (
            f"Mode {mode} forbids the scheduler, so a risky change cannot take itself back there. {BUTTON}."
        )
        return Check("mode", WARN, title, text)
    return Check("mode", OK, title, f"Mode {mode} allows what we need." if mode else "It has no device mode.")


def _clock(told: Told, intent: Intent) -> Check:
    years = re.findall(r"\d{4}", told.one("date"))
    if years and int(years[0]) >= FIRST_SENSIBLE_YEAR:
        return Check("clock", OK, "Clock", f"Its date is {told.one('date')}.")
    if intent.by_sstp:
        text = f"Its date is {told.one('date') or 'unknown'}, so it would not trust our tunnel hub. {CLOCK}"
        return Check("clock", STOP, "Clock", text)
    text = (
        f"Its date is {told.one('date') or 'unknown'}, so it trusts no certificate of a website: switch its NTP client on "
        "under System, NTP Client. We set no clock."
    )
    return Check("clock", WARN, "Clock", text)


def _names(told: Told, intent: Intent) -> Check:
    kinds = (
        ("user", f"user {intent.user}", "user"),
        ("group", f"user group {intent.user}", "group"),
        ("link", f"interface {SSTP if intent.by_sstp else WIREGUARD}", "tunnel"),
    )
    bare = (
        {""} if told.one("user") == f"{rows.MARK}:user" else set()
    )  # a group that was made on 6 has no comment
    strange = {
        word
        for word, _, mark in kinds
        if set(told.many(word)) - {f"{rows.MARK}:{mark}"} - (bare if word == "group" else set())
    }
    if any(re.search(NEVER, rights) for rights in told.many("rights")):
        strange.add("group")
    for word, what, _ in kinds:
        if word in strange:
            text = (
                f"There is a {what} that we did not make. Rename or remove it, then paste the command again."
            )
            return Check("names", STOP, "Names", text)
    again = " It was enrolled before; that is kept up to date." if told.many("user") else ""
    return Check("names", OK, "Names", f"The names that we need are free.{again}")


def _interface(told: Told, intent: Intent) -> Check:
    title, here = "Interfaces", told.many("interface")
    served = intent.interface if "hotspot" in intent.services else ""
    for wanted in filter(None, (served, intent.pppoe_interface)):
        if wanted not in here:
            listed = ", ".join(here[:12]) or "none"
            text = f"It has no interface {wanted}; it has {listed}. Choose one of them under Change, then paste again."
            return Check("interface", STOP, title, text)
    return Check("interface", OK, title, "It has those that we serve.")


def _networks(told: Told, intent: Intent) -> Check:
    inside = [ipaddress.ip_address(each) for each in intent.tunnel]
    own = f"{inside[0]}/32" if inside else ""  # of an earlier paste
    others = [row for row in _taken(told.many("address")) if str(row) != own]
    if any(row.ip in inside for row in others):
        text = f"It has the address {' or '.join(intent.tunnel)} already, which its tunnel needs. Change it, then paste again."
        return Check("networks", STOP, "Networks", text)
    wanted = ipaddress.ip_network(intent.pppoe_network) if intent.pppoe_network else None
    clash = next(
        (row for row in _taken(told.many("address")) if wanted is not None and row.network.overlaps(wanted)),
        None,
    )
    if clash is not None:
        text = (
            f"Its address {clash} lies in {intent.pppoe_network}, which is for PPPoE clients. Choose another network under "
            "RADIUS sign-in, then paste the command again."
        )
        return Check("networks", STOP, "Networks", text)
    around = next((row for row in others if any(each in row.network for each in inside)), None)
    if around is not None:
        text = f"Hosts with the addresses {' and '.join(intent.tunnel)} in its network {around.network} go to the tunnel now."
        return Check("networks", WARN, "Networks", text)
    return Check("networks", OK, "Networks", "No address of its own is in our way.")


def _taken(addresses: Iterable[str]) -> Iterable[ipaddress.IPv4Interface]:
    for address in addresses:
        text, _space, interface = address.partition(" ")
        try:
            found = ipaddress.IPv4Interface(text)
        except ValueError:
            continue
        if not interface.startswith(rows.MARK):
            yield found


def _theirs(told: Told, word: str) -> list[list[str]]:
    """Rows that are not ours as three columns: what it serves, a comment or name by which ours are known, a name."""
    lines = [(line.split("\\") + ["", ""])[:3] for line in told.many(word)]
    return [line for line in lines if not line[1].startswith(rows.MARK)]


def _served(found: list[list[str]], interface: str) -> str:
    """Who serves the interface already."""
    return next((name or "without a name" for on, _mark, name in found if on == interface), "")


def _hotspot(told: Told, intent: Intent) -> list[Check]:
    if "hotspot" not in intent.services:
        return []
    others = _theirs(told, "hotspot")
    name = _served(others, intent.interface)
    if name:
        text = (
            f"A hotspot that is not ours runs on {intent.interface} ({name}). Remove it there or choose another interface "
            "under Change, then paste the command again."
        )
        return [Check("hotspot", STOP, "Hotspot", text)]
    text = f"{len(others)} on other interfaces stay as they are." if others else "None is in our way."
    return [Check("hotspot", OK, "Hotspot", text)]


def _pppoe(told: Told, intent: Intent) -> list[Check]:
    others = _theirs(told, "pppoe")
    name = _served(others, intent.pppoe_interface) if intent.pppoe_interface else ""
    if name:
        text = (
            f"A PPPoE server that is not ours runs on {intent.pppoe_interface} ({name}). Choose another interface under "
            "RADIUS sign-in, then paste the command again."
        )
        return [Check("pppoe", STOP, "PPPoE", text)]
    return [Check("pppoe", OK, "PPPoE", f"{len(others)} stay as they are.")] if others else []


def _radius(told: Told, intent: Intent) -> Check:
    """RouterOS asks the first server that offers a service; another one before ours answers in our place."""
    for services, _mark, address in _theirs(told, "radius"):
        shared = sorted(intent.services & set(re.split(r"[;,]", services)))
        if shared:
            text = (
                f"Another RADIUS server ({address}) is asked for {' and '.join(shared)} too, and before ours. Disable it "
                "when everybody shall sign in with us."
            )
            return Check("radius", WARN, "Other RADIUS servers", text)
    return Check("radius", OK, "Other RADIUS servers", "None is asked for the same.")


def _fasttrack(told: Told) -> Check:
    count = told.one("fasttrack")
    if count.isdecimal() and int(count):
        text = "A FastTrack rule takes connections past the speed limits. Disable it, or limit it to traffic of others."
        return Check("fasttrack", WARN, "FastTrack", text)
    return Check("fasttrack", OK, "FastTrack", "No rule goes past the speed limits.")
