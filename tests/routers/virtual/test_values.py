"""What is written and what is read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routers.virtual import values
from routers.virtual.traps import Trap


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("90", "1m30s"),
        ("00:01:30", "1m30s"),
        ("3300ms", "3s300ms"),
        ("0", "0s"),
        ("8d", "1w1d"),
        ("1d02:00:00", "1d2h"),
    ],
)
def test_durations_are_normalised(written: str, read: str) -> None:
    assert values.duration()("timeout", written) == read


@given(st.integers(min_value=0, max_value=10**12))
def test_durations_keep_their_length(milliseconds: int) -> None:
    assert values.parse_time(values.write_time(milliseconds)) == milliseconds


def test_sets_are_read_back_in_menu_order() -> None:
    assert values.choices("ppp", "login", "hotspot")("service", "hotspot,ppp") == "ppp,hotspot"


def test_policies_name_what_is_not_granted() -> None:
    read = values.policy("policy", "read,api,!write")
    assert read.startswith("read,api,!local") and "!write" in read


def test_rates_are_plain_bits() -> None:
    assert values.rate_pair("max-limit", "5M/10M") == "5000000/10000000"


@pytest.mark.parametrize(
    ("check", "value", "text"),
    [
        (values.integer(1, 254), "12x", "value of n contains invalid trailing characters"),
        (values.integer(1, 254), "300", "value of n out of range (1..254)"),
        (values.address, "1.2.3", "invalid value for argument n"),
        (values.mac, "zz", "invalid value of n, mac address required"),
        (values.ranges, "10.0.0.1-", "value of n must have ip address after '-'"),
        (values.choice("accept", "drop"), "x", "input does not match any value of n"),
        (
            values.choice("reject", "return"),
            "re",
            "ambiguous value of n, more than one possible value matches input",
        ),
    ],
)
def test_refusals_use_the_words_of_routers(check: values.Check, value: str, text: str) -> None:
    with pytest.raises(Trap) as trap:
        check("n", value)
    assert trap.value.message == text


@pytest.mark.parametrize("rate", ["5M/20M", "5M/20M 10M/40M 4M/16M 10/10 8 1M/4M", "512k"])
def test_rate_limit_grammar_takes_good_ones(rate: str) -> None:
    assert values.RATE_LIMIT.fullmatch(rate)


@pytest.mark.parametrize("rate", ["5M / 20M", "fast", "5M/20M  10M/40M", "5M/20M 1M/1M 1M/1M 1/1 9"])
def test_rate_limit_grammar_refuses_bad_ones(rate: str) -> None:
    assert not values.RATE_LIMIT.fullmatch(rate)
