"""Accepts of the last seconds count as devices, and are forgotten when those seconds are over."""

from __future__ import annotations

from radius.arrivals import EXPECTED, Arrivals
from radius.events import Accept, AccessRequest, Nas
from radius.known import Live

NAS = Nas("t_aaaaaaaaaaaa", 7, "127.0.0.1", b"secret")
AT = 1_795_000_200.0


def let_in(arrivals: Arrivals, service: int, at: float, mac: str = "AA:BB:CC:00:00:01") -> None:
    request = AccessRequest(NAS, 1, bytes(16), ("127.0.0.1", 1), b"nemo", b"", None, mac=mac)
    arrivals.accepted(request, Accept(service, 3, None, None, 0, 0, 60, b""), at)


def macs(arrivals: Arrivals, service: int, at: float, live: tuple[Live, ...] = ()) -> list[str]:
    return [each.mac for each in arrivals.seen(NAS.schema, service, live, (), at)]


def test_an_accept_counts_for_some_seconds() -> None:
    arrivals = Arrivals()
    let_in(arrivals, 5, AT)
    assert macs(arrivals, 5, AT + EXPECTED - 0.1) == ["AA:BB:CC:00:00:01"]
    assert macs(arrivals, 6, AT) == []
    assert macs(arrivals, 5, AT + EXPECTED) == []


def test_two_devices_are_two_and_one_asked_twice_is_one() -> None:
    arrivals = Arrivals()
    let_in(arrivals, 5, AT)
    let_in(arrivals, 5, AT + 1, "AA:BB:CC:00:00:02")
    let_in(arrivals, 5, AT + 2)
    assert sorted(macs(arrivals, 5, AT + 3)) == ["AA:BB:CC:00:00:01", "AA:BB:CC:00:00:02"]


def test_a_session_of_the_database_stands_for_its_accept() -> None:
    arrivals = Arrivals()
    let_in(arrivals, 5, AT)
    began = (Live("80000001", "AA:BB:CC:00:00:01", 7, AT + 1),)
    assert arrivals.seen(NAS.schema, 5, began, (), AT + 2) is began
    elsewhere = (Live("80000001", "AA:BB:CC:00:00:01", 8, AT + 1),)
    let_in(arrivals, 5, AT + 2)
    assert len(arrivals.seen(NAS.schema, 5, elsewhere, (), AT + 3)) == 2


def test_what_is_over_takes_no_room() -> None:
    arrivals = Arrivals()
    for number in range(1_000):
        let_in(arrivals, number, AT)
    assert len(arrivals._expected) == 1_000
    for number in range(1_000):
        let_in(arrivals, 2_000 + number, AT + EXPECTED)
    assert len(arrivals._expected) == 1_000
    assert macs(arrivals, 2_500, AT + EXPECTED) == ["AA:BB:CC:00:00:01"]
