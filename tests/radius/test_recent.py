"""A bounded memory: what stays, what goes, and that nothing moves while everything fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from radius.recent import Recent


def test_everything_stays_while_it_fits() -> None:
    memory = Recent[int, str](3)
    for number in range(3):
        memory.put(number, str(number))
    memory.put(1, "one")
    assert [memory.get(number) for number in range(4)] == ["0", "one", "2", None]
    assert (len(memory), memory.room) == (3, 0)


def test_what_is_asked_for_outlives_what_is_not() -> None:
    memory = Recent[int, int](10)
    for number in range(1000):
        memory.put(number, number)
        assert memory.get(0) == 0
        assert memory.get(number) == number
        assert len(memory) == min(number + 1, 10)


def test_forgetting() -> None:
    memory = Recent[int, int](2)
    for number in range(5):
        memory.put(number, number)
    assert memory.pop(4) == 4
    assert memory.pop(4) is None
    assert 4 not in memory
    memory.clear()
    assert len(memory) == 0


@given(st.lists(st.tuples(st.sampled_from("gpd"), st.integers(0, 12))), st.integers(1, 6))
def test_it_never_holds_too_many_or_says_what_is_not_so(steps: list[tuple[str, int]], most: int) -> None:
    memory, truth = Recent[int, int](most), dict[int, int]()
    for at, (what, key) in enumerate(steps, 1):
        if what == "p":
            memory.put(key, at)
            truth[key] = at
            assert memory.get(key) == at
        elif what == "d":
            memory.pop(key)
            truth.pop(key, None)
            assert key not in memory
        else:
            assert memory.get(key) in (None, truth.get(key))
        assert len(memory) <= most
