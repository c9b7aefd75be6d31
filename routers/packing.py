"""Traffic of all ports of a router in a few octets: (port, received, sent) as numbers of variable length. Pure."""

from collections.abc import Iterable, Mapping

MOST_PORTS = 256
LARGEST = 2**64 - 1
FASTEST = 400_000_000_000 // 8  # octets a second that no port of a router exceeds

Traffic = dict[int, tuple[int, int]]  # port number → octets received, octets sent


class Unreadable(ValueError):
    """The octets are no packed traffic."""


def pack(traffic: Mapping[int, tuple[int, int]]) -> bytes:
    """Ports without traffic take no room."""
    out = bytearray()
    for port, (received, sent) in sorted(traffic.items()):
        if received or sent:
            for number in (port, received, sent):
                _put(out, number)
    return bytes(out)


def unpack(octets: bytes) -> Traffic:
    """What was packed; raises Unreadable for anything else."""
    numbers = list(_numbers(octets))
    if len(numbers) % 3:
        raise Unreadable("traffic is cut off")
    return {numbers[at]: (numbers[at + 1], numbers[at + 2]) for at in range(0, len(numbers), 3)}


def add(parts: Iterable[Mapping[int, tuple[int, int]]]) -> Traffic:
    """The traffic of several spans together."""
    total: Traffic = {}
    for part in parts:
        for port, (received, sent) in part.items():
            before = total.get(port, (0, 0))
            total[port] = (min(before[0] + received, LARGEST), min(before[1] + sent, LARGEST))
    return total


def moved(before: int | None, after: int, seconds: float) -> int:
    """Octets since the last reading; a counter that went back began again at zero when the router restarted.

    What no port could have moved in that time is a counter that was set anew, not traffic.
    """
    if before is None or seconds <= 0:
        return 0
    octets = after - before if after >= before else after
    return octets if octets <= FASTEST * seconds else 0


def _put(out: bytearray, number: int) -> None:
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number} is no counter")
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def _numbers(octets: bytes) -> Iterable[int]:
    number = shift = 0
    for octet in octets:
        number |= (octet & 0x7F) << shift
        if number > LARGEST:
            raise Unreadable("a number is too large")
        if octet & 0x80:
            shift += 7
        else:
            yield number
            number = shift = 0
    if shift:
        raise Unreadable("the last number is cut off")
