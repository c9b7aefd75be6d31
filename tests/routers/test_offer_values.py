"""Values of offers have one spelling, and what cannot be says how it should look."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routers import offer_values as values


@pytest.mark.parametrize(
    ("check", "text", "kept"),
    [
        (values.network, "10.20.0.0/22", "10.20.0.0/22"),
        (values.speed, "50M", "50M"),
        (values.speed, "50000000", "50M"),
        (values.speed, "50 Mbit/s", "50M"),
        (values.speed, "50 Mbps", "50M"),
        (values.speed, "50mbps", "50M"),
        (values.speed, "1,5 Mbit/s", "1500k"),
        (values.speed, "1.5G", "1500M"),
        (values.speed, "512k", "512k"),
        (values.speed, "64 kbit/s", "64k"),
        (values.speed, "700", "700"),
        (
            values.hosts,
            " Pay.Example.com ,*.shop.example\n192.0.2.9",
            "pay.example.com\n*.shop.example\n192.0.2.9",
        ),
        (values.ranges, "10.0.0.5-10.0.0.9, 10.0.0.20", "10.0.0.5-10.0.0.9,10.0.0.20-10.0.0.20"),
        (values.target, "10.0.0.5", "10.0.0.5/32"),
        (values.target, "bridge-lan", "bridge-lan"),
        (values.duration, "12h", "12h"),
        (values.interface, "<pppoe-x>", "<pppoe-x>"),
        (values.number(1, 4094), "0020", "20"),
        (values.addresses, "9.9.9.9 1.1.1.1", "9.9.9.9\n1.1.1.1"),
        (values.networks, "10.0.0.0/8", "10.0.0.0/8"),
    ],
)
def test_one_spelling(check: Callable[[str], str], text: str, kept: str) -> None:
    assert check(text) == kept
    assert check(kept) == kept


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (values.network, "10.20.0.1/22"),
        (values.network, "0.0.0.0/24"),
        (values.network, "127.0.0.0/16"),
        (values.network, "10.0.0.0/8"),
        (values.network, "10.0.0.0/30"),
        (values.speed, "0"),
        (values.speed, "1T"),
        (values.speed, "50 MB/s"),
        (values.speed, "50M/s"),
        (values.speed, "1.5"),
        (values.speed, "1.0000000001M"),
        (values.speed, "101G"),
        (values.speed, "-5M"),
        (values.speed, "²M"),
        (values.hosts, 'x"; /user add'),
        (values.hosts, "localhost"),
        (values.hosts, "10.0.0"),
        (values.hosts, "a" * 64 + ".example"),
        (values.ranges, "10.0.0.9-10.0.0.5"),
        (values.address, "224.0.0.1"),
        (values.address, "255.255.255.255"),
        (values.duration, "5s"),
        (values.interface, 'x"; /system reset'),
        (values.word, "a b"),
        (values.number(1, 4094), "4095"),
        (values.choice("yes", "no"), "true"),
        (values.networks, "0.0.0.0/0"),
    ],
)
def test_what_cannot_be_is_refused_in_words(check: Callable[[str], str], text: str) -> None:
    with pytest.raises(ValueError, match=r".") as wrong:
        check(text)
    assert str(wrong.value).endswith(".")


@given(st.text(max_size=40))
def test_no_text_makes_a_check_stumble(text: str) -> None:
    for check in (values.network, values.hosts, values.ranges, values.target, values.speed, values.duration):
        try:
            assert check(text or "x") == check(check(text or "x"))
        except ValueError as wrong:
            assert len(str(wrong)) < 200


@given(st.integers(1, values.FASTEST))
def test_a_speed_survives_its_spellings(bits: int) -> None:
    short = values.spelled(bits)
    assert values.bits(short) == bits
    assert values.speed(short) == short
    assert values.bits(values.said(short)) == bits


def test_a_speed_in_words() -> None:
    for text, words in (
        ("50000000", "50 Mbps"),
        ("1500k", "1500 kbps"),
        ("700", "700 bps"),
        ("{up}", "{up}"),
    ):
        assert values.said(text) == words
    assert values.spelled(0) == "0"
