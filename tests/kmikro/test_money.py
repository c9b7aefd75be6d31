import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.money import LARGEST, Money
from kmikro.lib.refusal import Refusal


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [("1,500", "KES", 150000), ("19.90", "USD", 1990), ("5000", "UGX", 5000), ("1.250", "KWD", 1250), ("0", "KES", 0), ("1 500", "KES", 150000)],
)  # fmt: skip
def test_typed_amounts(typed: str, currency: str, minor: int) -> None:
    assert Money.parse(typed, currency) == Money(minor, currency)


@pytest.mark.parametrize("typed", ["", "abc", "10.005", "-1", "NaN", "Infinity", "1e400", "9" * 40, "1.5.2"])
def test_nonsense_is_refused(typed: str) -> None:
    with pytest.raises(Refusal):
        Money.parse(typed, "KES")


def test_a_currency_without_cents_takes_none() -> None:
    with pytest.raises(Refusal, match="0 decimal"):
        Money.parse("10.5", "UGX")


@given(st.integers(0, LARGEST), st.sampled_from(["KES", "UGX", "KWD"]))
def test_what_is_shown_is_read_back(minor: int, currency: str) -> None:
    assert Money.parse(str(Money(minor, currency).major), currency).minor == minor
