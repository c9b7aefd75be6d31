"""Values of offers: each check gives one spelling or raises ValueError with the fix in words."""

import ipaddress
import re
from collections.abc import Callable

from routers import rows
from routers.pppoe import NARROWEST, WIDEST

Check = Callable[[str], str]
KEY = re.compile(r"[a-z][a-z0-9-]*")
DISCIPLINES = ("fq-codel", "cake", "sfq", "pcq-download", "pcq-upload")
MOST_HOSTS = 50
_INTERFACE = re.compile(r"[\w.@+<>/ -]{1,40}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_HOST = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_SPEED = re.compile(
    r"(\d{1,12})(?:[.,](\d{1,9}))? ?([kKmMgG]?)(?:bits?/s|bps|b/s)?", re.ASCII
)  # never B: octets
_SCALE = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
_WORDS = {"": "bps", "k": "kbps", "M": "Mbps", "G": "Gbps"}
FASTEST = 100_000_000_000


def interface(text: str) -> str:
    if not _INTERFACE.fullmatch(text):
        raise ValueError("type it as WinBox shows it, for example bridge-lan.")
    return text


def word(text: str) -> str:
    if not _WORD.fullmatch(text):
        raise ValueError("use letters, digits, dots, dashes and underscores, 63 at most.")
    return text


def number(low: int, high: int) -> Check:
    """A whole number within bounds."""

    def check(text: str) -> str:
        if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
            raise ValueError(f"a whole number from {low} to {high}.")
        return str(int(text))

    return check


def choice(*words: str) -> Check:
    """One of the words."""

    def check(text: str) -> str:
        if text not in words:
            raise ValueError(f"one of {', '.join(words)}.")
        return text

    return check


def as_network(text: str) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Network(text)


def network(text: str) -> str:
    """A network whose addresses devices can have, from /16 to /29."""
    try:
        read = ipaddress.IPv4Network(text)
    except ValueError:
        raise ValueError("write a network like 10.20.0.0/22: its first address and a length.") from None
    nobodys = read.is_loopback or read.is_link_local or read.is_multicast or read.is_reserved
    if nobodys or read.network_address.packed[0] == 0 or not WIDEST <= read.prefixlen <= NARROWEST:
        raise ValueError(f"a length from /{WIDEST} to /{NARROWEST}, and addresses that devices can have.")
    return str(read)


def networks(text: str) -> str:
    return "\n".join(_each(text, _any_network))


def _any_network(text: str) -> str:
    try:
        found = ipaddress.IPv4Network(text)
    except ValueError:
        raise ValueError(f"{text[:40]} is no network like 10.20.0.0/22.") from None
    if found.prefixlen < 8:
        raise ValueError(f"{text[:40]} is too wide.")
    return str(found)


def address(text: str) -> str:
    try:
        found = ipaddress.IPv4Address(text)
    except ValueError:
        raise ValueError(f"{text[:40]} is no address like 192.0.2.1.") from None
    if found.is_multicast or found.is_unspecified or found.is_loopback or int(found) == 0xFFFFFFFF:
        raise ValueError(f"no device can have {found}.")
    return str(found)


def addresses(text: str) -> str:
    return "\n".join(_each(text, address))


def ranges(text: str) -> str:
    """`first-last` ranges, in order and each the right way round."""
    kept = []
    for part in _parts(text):
        first, dash, last = part.partition("-")
        low, high = address(first.strip()), address((last or first).strip() if dash else first.strip())
        if int(ipaddress.IPv4Address(low)) > int(ipaddress.IPv4Address(high)):
            raise ValueError(f"{part[:40]} ends before it begins.")
        kept.append(f"{low}-{high}")
    return ",".join(kept)


def inside(given: str, whole: str) -> bool:
    """Whether all ranges lie in the network."""
    net = as_network(whole)
    return all(ipaddress.IPv4Address(end) in net for part in given.split(",") for end in part.split("-"))


def duration(text: str) -> str:
    """At least a minute, in the router's own spelling or seconds."""
    length = rows.milliseconds(text)
    if length is None or not 60_000 <= length <= 30 * 86_400_000:
        raise ValueError("a time from 1m to 30d, for example 30m or 12h.")
    return text


def speed(text: str) -> str:
    """A speed as RouterOS and people write it: 50M for 50 Mbit/s, 50 Mbps or 50000000; empty is checked by who asks."""
    return spelled(bits(text))


def bits(text: str) -> int:
    """Bits per second."""
    match = _SPEED.fullmatch(text)
    if match is not None:
        whole, part, scale = match[1], match[2] or "", _SCALE[match[3].lower()]
        found, rest = divmod(int(whole + part) * scale, int("1" + "0" * len(part)))
        if not rest and 0 < found <= FASTEST:
            return found
    raise ValueError("a speed like 512k, 50M or 50 Mbit/s.")


def spelled(bits_per_second: int) -> str:
    """The shortest spelling that loses nothing and that RouterOS reads: 50M, 1500k, 700."""
    if not bits_per_second:
        return "0"
    scale = next(each for each in ("G", "M", "k", "") if bits_per_second % _SCALE[each.lower()] == 0)
    return f"{bits_per_second // _SCALE[scale.lower()]}{scale}"


def said(speed_or_number: str) -> str:
    """The same for sentences: 50 Mbps; what is no speed stays as it is."""
    try:
        short = speed(speed_or_number)
    except ValueError:
        return speed_or_number
    number = short.rstrip("kMG")
    return f"{number} {_WORDS[short[len(number) :]]}"


def target(text: str) -> str:
    """A network, an address as a network of one, or an interface."""
    if text[0].isdigit():
        try:
            return str(ipaddress.IPv4Network(text))
        except ValueError:
            raise ValueError(f"{text[:40]} is no network like 10.20.0.0/22.") from None
    return interface(text)


def hosts(text: str) -> str:
    """Names and addresses, one a line, each once."""
    return "\n".join(_each(text, host))


def host(text: str) -> str:
    """A name in small letters, perhaps with `*.` before, or an address."""
    low = text.lower().rstrip(".")
    if low[:1].isdigit() and re.fullmatch(r"[\d.]+", low):
        return address(low)
    if not _HOST.fullmatch(low) or len(low) > 253:
        raise ValueError(f"{text[:60]} is no name like pay.example.com.")
    return low


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[\s,;]+", text) if part]


def _each(text: str, check: Check) -> list[str]:
    parts = list(dict.fromkeys(check(part) for part in _parts(text)))
    if not parts:
        raise ValueError("this is needed.")
    if len(parts) > MOST_HOSTS:
        raise ValueError(f"{MOST_HOSTS} at most.")
    return parts
