"""How RouterOS writes values back: every kind of argument checked and made canonical, purely."""

import ipaddress
import re
from collections.abc import Callable, Sequence

from routers.virtual.traps import Trap, no_match

_UNITS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_RATE = {"": 1, "k": 1_000, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000}
_BYTES = {"": 1, "k": 1 << 10, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_TIME_PART = re.compile(r"(\d+)(ms|[wdhms])")
_CLOCK = re.compile(r"(\d+):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?")
RATE_LIMIT = re.compile(
    r"\d+[kKMG]?(/\d+[kKMG]?)?( \d+[kKMG]?(/\d+[kKMG]?)?( \d+[kKMG]?(/\d+[kKMG]?)?"
    r"( \d+s?(/\d+s?)?( [1-8](/[1-8])?( \d+[kKMG]?(/\d+[kKMG]?)?)?)?)?)?)?"
)
POLICIES = [
    "local",
    "telnet",
    "ssh",
    "ftp",
    "reboot",
    "read",
    "write",
    "policy",
    "test",
    "winbox",
    "password",
    "web",
    "sniff",
    "sensitive",
    "api",
    "romon",
    "rest-api",
]

Check = Callable[[str, str], str]


def parse_time(text: str) -> int | None:
    """Milliseconds of `90`, `1m30s`, `00:01:30`, `1d02:00:00` or `3s300ms`; None when it is no duration."""
    if re.fullmatch(r"\d+", text):
        return int(text) * 1_000
    total, rest = 0, text.replace(" ", "")
    while match := _TIME_PART.match(rest):
        total += int(match[1]) * _UNITS[match[2]]
        rest = rest[match.end() :]
    if not rest:
        return total if text else None
    clock = _CLOCK.fullmatch(rest)
    if clock is None:
        return None
    seconds = int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
    return total + seconds * 1_000 + int((clock[4] or "0").ljust(3, "0")[:3])


def write_time(milliseconds: int) -> str:
    """The normal form: `1w2d3h4m5s6ms`, zero is `0s`."""
    parts: list[str] = []
    for unit, size in _UNITS.items():
        count, milliseconds = divmod(milliseconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def text(name: str, value: str) -> str:
    """Kept as it came."""
    return value


def boolean(name: str, value: str) -> str:
    """Replies say true and false."""
    word = {"yes": "true", "no": "false", "true": "true", "false": "false"}.get(value)
    if word is None:
        raise no_match(name)
    return word


def duration(*words: str) -> Check:
    """A time interval, or one of the given words."""

    def check(name: str, value: str) -> str:
        if value in words:
            return value
        milliseconds = parse_time(value)
        if milliseconds is None:
            raise Trap(f"invalid value for argument {name}")
        return write_time(milliseconds)

    return check


def integer(low: int, high: int, *words: str) -> Check:
    """A whole number within bounds, or one of the given words."""

    def check(name: str, value: str) -> str:
        if value in words:
            return value
        match = re.match(r"\d+", value)
        if match is None:
            raise Trap(f"invalid value for argument {name}")
        if match.end() != len(value):
            raise Trap(f"value of {name} contains invalid trailing characters")
        if not low <= int(value) <= high:
            raise Trap(f"value of {name} out of range ({low}..{high})")
        return str(int(value))

    return check


def choice(*words: str) -> Check:
    """One word of an enumeration; an unambiguous beginning is enough."""

    def check(name: str, value: str) -> str:
        if value in words:
            return value
        near = [word for word in words if value and word.startswith(value)]
        if len(near) > 1:
            raise Trap(f"ambiguous value of {name}, more than one possible value matches input")
        if not near:
            raise no_match(name)
        return near[0]

    return check


def choices(*words: str) -> Check:
    """A comma list of words, read back in the order of the menu and not in that of the writer."""

    def check(name: str, value: str) -> str:
        given = [choice(*words)(name, part.strip()) for part in value.split(",") if part.strip()]
        return ",".join(word for word in words if word in given)

    return check


def policy(name: str, value: str) -> str:
    """A policy list is whole: what is not granted is read back with an exclamation mark."""
    granted = set()
    for part in filter(None, (part.strip() for part in value.split(","))):
        word = choice(*POLICIES)(name, part.removeprefix("!"))
        if not part.startswith("!"):
            granted.add(word)
    return ",".join([p for p in POLICIES if p in granted] + [f"!{p}" for p in POLICIES if p not in granted])


def address(name: str, value: str) -> str:
    """An IPv4 address."""
    try:
        return str(ipaddress.IPv4Address(value))
    except ValueError:
        raise Trap(f"invalid value for argument {name}") from None


def interface_address(name: str, value: str) -> str:
    """An address with its prefix length, /32 when none is given."""
    try:
        return str(ipaddress.IPv4Interface(value))
    except ValueError:
        raise Trap(f"invalid value for argument {name}") from None


def prefixes(*, keep_host_length: bool) -> Check:
    """A comma list of addresses, ranges and networks; a leading `!` inverts; names pass when dotted words."""

    def check(name: str, value: str) -> str:
        return ",".join(_prefix(name, part.strip(), keep_host_length) for part in value.split(",") if part)

    return check


def _prefix(name: str, value: str, keep_host_length: bool) -> str:
    sign, bare = ("!", value[1:]) if value.startswith("!") else ("", value)
    if re.fullmatch(r"[A-Za-z<][\w.\-<>]*", bare):
        return value
    if "-" in bare:
        return sign + ranges(name, bare)
    try:
        network = ipaddress.IPv4Network(bare, strict=False)
    except ValueError:
        raise Trap(f"invalid value for argument {name}") from None
    single = network.prefixlen == 32 and not keep_host_length
    return sign + (str(network.network_address) if single else str(network))


def ranges(name: str, value: str) -> str:
    """Address ranges `a-b,c-d`; a prefix is accepted as it is."""
    parts: list[str] = []
    for part in value.split(","):
        first, dash, last = part.strip().partition("-")
        if dash and not last:
            raise Trap(f"value of {name} must have ip address after '-'")
        if "/" in first and not dash:
            parts.append(interface_address(name, first))
            continue
        parts.append(address(name, first) + (f"-{address(name, last)}" if dash else ""))
    return ",".join(parts)


def mac(name: str, value: str) -> str:
    """A MAC address in upper case with colons."""
    digits = re.sub(r"[:\-.]", "", value).upper()
    if not re.fullmatch(r"[0-9A-F]{12}", digits):
        raise Trap(f"invalid value of {name}, mac address required")
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def _scaled(name: str, value: str, scales: dict[str, int]) -> int:
    match = re.fullmatch(r"(\d+)([kKMGT]?)", value)
    if match is None or match[2] not in scales:
        raise Trap(f"invalid value for argument {name}")
    return int(match[1]) * scales[match[2]]


def rate(name: str, value: str) -> str:
    """One speed in plain bits."""
    return str(_scaled(name, value, _RATE))


def rate_pair(name: str, value: str) -> str:
    """`5M/10M` is read back in plain bits; one figure stands for both directions."""
    up, _, down = value.partition("/")
    return f"{_scaled(name, up, _RATE)}/{_scaled(name, down or up, _RATE)}"


def byte_count(name: str, value: str) -> str:
    """A number of bytes, suffixes by 1024."""
    return str(_scaled(name, value, _BYTES))


def parse_rate(value: str) -> tuple[int, int]:
    """Upload and download in bits per second of the first two figures of a rate limit, 0 is unlimited."""
    up, _, down = value.split(" ", maxsplit=1)[0].partition("/")
    return _scaled("rate-limit", up, _RATE), _scaled("rate-limit", down or up, _RATE)


def canonical_list(values: Sequence[str]) -> str:
    """A comma list without blanks."""
    return ",".join(value.strip() for value in values if value.strip())
