"""A number is found again however it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib import phones


@pytest.mark.parametrize(
    ("written", "country", "digits"),
    [
        ("0722 418 906", "KE", "254722418906"),
        ("+254 722 418 906", "KE", "254722418906"),
        ("254722418906", "KE", "254722418906"),
        ("00254722418906", "KE", "254722418906"),
        ("722418906", "KE", "254722418906"),
        ("(0)722-418-906", "KE", "254722418906"),
        ("+44 20 7946 0000", "KE", "442079460000"),
        ("0712345678", "TZ", "255712345678"),
        ("06 1234 5678", "IT", "390612345678"),
        ("202-555-0142", "US", "12025550142"),
        ("12025550142", "US", "12025550142"),
        ("0722418906", "", "0722418906"),
        ("12", "KE", ""),
    ],
)
def test_digits(written: str, country: str, digits: str) -> None:
    assert phones.digits(written, country) == digits


@given(st.integers(10**8, 10**9 - 1).filter(lambda number: not str(number).startswith("254")))
def test_every_way_to_write_a_number_of_the_country_is_the_same(number: int) -> None:
    ways = [
        f"0{number}",
        f"+254{number}",
        f"00254{number}",
        f"254{number}",
        f"{number}",
        f"0{number}"[:4] + " " + f"0{number}"[4:],
    ]
    assert {phones.digits(way, "KE") for way in ways} == {f"254{number}"}


@given(st.text(max_size=40), st.sampled_from(["KE", "IT", "", "??"]))
def test_nothing_typed_breaks_it(text: str, country: str) -> None:
    found = phones.digits(text, country)
    assert found == "" or found.isascii() and found.isdigit()
    assert phones.part(text).isdigit() or phones.part(text) == ""


def test_a_part_is_looked_for_without_the_zero_of_the_country() -> None:
    assert phones.part("0722 418") == "722418"
    assert phones.part("+254722") == "254722"
    assert phones.part("Ana 0722") == ""
    assert phones.part("000") == ""
