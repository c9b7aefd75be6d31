"""The arithmetic of agents: one rounding, named; the sum of the lines is the total."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import agent_sums
from billing.agent_sums import Line, Terms

prices = st.integers(0, 10**12)
rates = st.integers(0, agent_sums.WHOLE)
terms = st.builds(Terms, rates, st.none() | prices, st.none() | prices)


@pytest.mark.parametrize(
    ("price", "rate", "keeps"),
    [
        (5000, 1000, 500),
        (5000, 1250, 625),
        (1, 5000, 1),  # half a unit goes to the agent
        (1, 4999, 0),
        (3, 5000, 2),
        (333, 1234, 41),  # 41.0922
        (0, 10_000, 0),
        (4999, 10_000, 4999),
    ],
)
def test_rounding(price: int, rate: int, keeps: int) -> None:
    assert agent_sums.half_up(price, rate) == keeps


@given(prices, rates)
def test_never_more_than_half_a_unit_off(price: int, rate: int) -> None:
    exact = Fraction(price * rate, agent_sums.WHOLE)
    assert -Fraction(1, 2) < agent_sums.half_up(price, rate) - exact <= Fraction(1, 2)


@given(prices, terms)
def test_price_is_what_is_kept_and_what_is_paid(price: int, held: Terms) -> None:
    line = agent_sums.line(price, held)
    assert line.price_minor == (price if held.sells_for_minor is None else held.sells_for_minor)
    assert 0 <= line.commission_minor <= line.price_minor
    assert line.net_minor + line.commission_minor == line.price_minor
    if held.pays_minor is not None and held.pays_minor <= line.price_minor:
        assert line.net_minor == held.pays_minor


@given(st.lists(st.tuples(prices, terms), max_size=20))
def test_the_sum_of_the_lines_is_the_total(sold: list[tuple[int, Terms]]) -> None:
    lines = [agent_sums.line(price, held) for price, held in sold]
    total = agent_sums.total(iter(lines))
    assert total.net_minor == sum(each.net_minor for each in lines)
    assert total.price_minor == total.commission_minor + total.net_minor


def test_prices_of_an_agent_come_before_the_plan() -> None:
    assert agent_sums.line(5000, Terms(1000)) == Line(5000, 500)
    assert agent_sums.line(5000, Terms(1000, sells_for_minor=6000)) == Line(6000, 600)
    assert agent_sums.line(5000, Terms(1000, pays_minor=4200)) == Line(5000, 800)
    assert agent_sums.line(4000, Terms(1000, pays_minor=4200)) == Line(4000, 0)  # the plan became cheaper


def test_float_and_credit_pay() -> None:
    assert agent_sums.is_covered(0, 0, 0)
    assert agent_sums.is_covered(45, 0, 45) and not agent_sums.is_covered(44, 0, 45)
    assert agent_sums.is_covered(-55, 100, 45) and not agent_sums.is_covered(-56, 100, 45)
