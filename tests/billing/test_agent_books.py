"""What a day comes to: opening and all columns are the closing, whatever was booked."""

from hypothesis import given
from hypothesis import strategies as st

from billing import agent_books
from billing.agent_books import COLUMNS, Figures
from billing.agent_models import AgentEntry

rows = st.lists(st.tuples(st.sampled_from(sorted(COLUMNS)), st.integers(-(10**9), 10**9)), max_size=30)


def test_every_kind_of_row_has_its_column() -> None:
    assert set(COLUMNS) == set(AgentEntry.Kind.values)


@given(st.integers(-(10**9), 10**9), rows)
def test_nothing_is_lost_and_nothing_counts_twice(opening: int, booked: list[tuple[str, int]]) -> None:
    found = agent_books.figures(opening, booked)
    assert found.closing == opening + sum(amount for _kind, amount in booked)
    assert found.due == max(0, -found.closing)


@given(st.lists(rows, max_size=6))
def test_days_one_after_the_other_are_one_long_day(days: list[list[tuple[str, int]]]) -> None:
    opening = 0
    for booked in days:
        opening = agent_books.figures(opening, booked).closing
    assert opening == agent_books.figures(0, [row for booked in days for row in booked]).closing


def test_columns() -> None:
    booked = [
        ("top_up", 50),
        ("commission", 5),
        ("sale", -45),
        ("sale_back", 45),
        ("commission_back", -5),
        ("sent", -7),
        ("correction", -1),
    ]
    assert agent_books.figures(10, booked) == Figures(10, 50, -45, 5, 40, -7, -1, 0)
    assert (agent_books.difference(30, 28), agent_books.difference(0, 5)) == (-2, 5)
