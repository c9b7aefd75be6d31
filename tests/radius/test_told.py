"""Every attribute of an Accept and of a CoA, octet for octet, as the router gets it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from radius import mikrotik
from radius.attributes import encode
from radius.events import Accept, Ask, Port
from radius.mikrotik import change_attributes, rate_limit
from radius.terms import PLAIN, Extras, calm, extras
from radius.wire import read, write
from tests.radius import vectors as v
from tests.radius.fakes import ROUTER

MIKROTIK = 14988
PLAIN_ACCEPT = Accept(5, 3, None, None, 0, 0, 60, b"")
FULL = extras(
    burst_download_bps=40_000_000,
    burst_upload_bps=10_000_000,
    burst_threshold_download_bps=16_000_000,
    burst_threshold_upload_bps=4_000_000,
    burst_seconds=10,
    priority=3,
    guaranteed_download_bps=4_000_000,
    guaranteed_upload_bps=1_000_000,
    idle_seconds=600,
    address_list="night",
    pool="poor",
)


def reply(verdict: Accept) -> bytes:
    """What follows the Message-Authenticator in the reply."""
    asked = read(v.G1, ROUTER, ("127.0.0.1", 40_000), Port.AUTH, 1_700_000_010.0)
    assert isinstance(asked, Ask)
    octets = write(asked, verdict)
    assert v.is_genuine(octets, v.RA)
    return octets[38:]


INTERIM = v.whole(85, 60)


@pytest.mark.parametrize(
    ("verdict", "octets"),
    [
        (PLAIN_ACCEPT, b""),
        (replace(PLAIN_ACCEPT, session_timeout=3600), v.whole(27, 3600)),
        (replace(PLAIN_ACCEPT, data_left=7), v.vendor(MIKROTIK, 17, bytes((0, 0, 0, 7)))),
        (
            replace(PLAIN_ACCEPT, data_left=2**33 + 7),
            v.vendor(MIKROTIK, 17, bytes((0, 0, 0, 7))) + v.vendor(MIKROTIK, 18, bytes((0, 0, 0, 2))),
        ),
        (
            replace(PLAIN_ACCEPT, upload_left=2**32 + 1, download_left=9),
            v.vendor(MIKROTIK, 1, bytes((0, 0, 0, 1)))  # received from the subscriber
            + v.vendor(MIKROTIK, 14, bytes((0, 0, 0, 1)))
            + v.vendor(MIKROTIK, 2, bytes((0, 0, 0, 9))),  # sent to the subscriber
        ),
        (replace(PLAIN_ACCEPT, devices=3), v.whole(62, 3)),
        (replace(PLAIN_ACCEPT, class_=b"km2.5.x"), v.attribute(25, b"km2.5.x")),
        (replace(PLAIN_ACCEPT, extras=extras(idle_seconds=300)), v.whole(28, 300)),
        (replace(PLAIN_ACCEPT, extras=extras(address_list="walled")), v.vendor(MIKROTIK, 19, b"walled")),
        (replace(PLAIN_ACCEPT, extras=extras(pool="poor")), v.attribute(88, b"poor")),
        (replace(PLAIN_ACCEPT, addresses=("192.0.2.9", "", "")), v.attribute(8, bytes((192, 0, 2, 9)))),
        (replace(PLAIN_ACCEPT, message="Jusqu'à demain."), v.attribute(18, "Jusqu'à demain.".encode())),
    ],
)
def test_one_thing_more_is_one_attribute_more(verdict: Accept, octets: bytes) -> None:
    assert reply(verdict) == INTERIM + octets


def test_a_router_login_gets_its_group_and_no_accounting() -> None:
    verdict = replace(PLAIN_ACCEPT, service_id=None, extras=extras(group="write"))
    assert reply(verdict) == v.vendor(MIKROTIK, 3, b"write")


def test_ipv6_prefixes_are_those_of_the_golden_packet() -> None:
    verdict = replace(PLAIN_ACCEPT, addresses=("", "2001:db8:1::/64", "2001:db8:2::/56"))
    told = reply(verdict)
    golden = v.attributes_of(v.G13)
    for kind in (97, 123):
        [value] = [each for number, each in golden if number == kind]
        assert v.attribute(kind, value) in told
    assert told == INTERIM + v.attribute(97, bytes.fromhex("004020010db800010000")) + v.attribute(
        123, bytes.fromhex("003820010db8000200")
    )


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (PLAIN, "5M/20M"),
        (FULL, "5M/20M 10M/40M 4M/16M 10/10 3 1M/4M"),
        (calm(FULL), "5M/20M 0/0 0/0 0/0 3"),
        (extras(burst_download_bps=40_000_000, burst_seconds=8), "5M/20M 0/40M 0/20M 8/8"),
        (extras(burst_upload_bps=10_000_000), "5M/20M 10M/0 5M/0 1/1"),
        (extras(burst_download_bps=1_000_000, burst_seconds=8), "5M/20M"),  # slower than the speed itself
        (extras(priority=1), "5M/20M 0/0 0/0 0/0 1"),
        (extras(guaranteed_download_bps=2_000_000), "5M/20M 0/0 0/0 0/0 8 0/2M"),
    ],
)
def test_rate_limits_in_full(told: Extras, text: str) -> None:
    assert rate_limit(upload_bps=5_000_000, download_bps=20_000_000, extras=told) == text


def test_no_burst_of_what_has_no_limit() -> None:
    assert (
        rate_limit(upload_bps=0, download_bps=0, extras=extras(burst_download_bps=9, burst_seconds=9))
        == "0/0"
    )


def test_accept_and_change_say_the_same_of_the_speed() -> None:
    accept = dict(
        mikrotik.attributes(replace(PLAIN_ACCEPT, upload_bps=5_000_000, download_bps=20_000_000, extras=FULL))
    )
    change = change_attributes(upload_bps=5_000_000, download_bps=20_000_000, extras=FULL)
    assert all(accept[name] == value for name, value in change)
    assert encode(change) == v.vendor(MIKROTIK, 8, b"5M/20M 10M/40M 4M/16M 10/10 3 1M/4M") + v.whole(28, 600)
    assert encode(change_attributes(upload_bps=0, download_bps=0)) == v.vendor(MIKROTIK, 8, b"0/0")


def test_a_change_says_nothing_that_routeros_cannot_change() -> None:
    names = {name for name, _ in change_attributes(upload_bps=1, download_bps=1, extras=FULL)}
    assert names == {"Mikrotik-Rate-Limit", "Idle-Timeout"}
