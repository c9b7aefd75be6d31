"""A tunnel that flaps or roams makes no news; one that is gone makes one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.handshakes import DEBOUNCE, LOST, Line, judged

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_up_at_the_first_handshake_and_down_only_after_the_debounce() -> None:
    line = judged(Line(), None, NOW)
    assert line == Line()
    line = judged(line, NOW, NOW + SECOND)
    assert line == Line(True, NOW)
    edge = NOW + LOST + DEBOUNCE
    assert judged(line, NOW, edge) is line
    assert judged(line, NOW, edge + SECOND) == Line(False, edge + SECOND)
    assert judged(Line(True, NOW), None, NOW) == Line(False, NOW)


def test_an_old_handshake_does_not_bring_a_tunnel_back() -> None:
    down = Line(False, NOW)
    assert judged(down, NOW - LOST - SECOND, NOW) is down


@given(st.lists(st.integers(1, 55), min_size=5, max_size=200))
def test_a_peer_that_moves_ten_times_a_minute_makes_no_news(gaps: list[int]) -> None:
    """Each move may lose packets for up to a minute beside the two minutes between handshakes (F23)."""
    line, now, handshake = Line(True, NOW), NOW, NOW
    for gap in gaps:
        now += timedelta(seconds=gap)
        if now - handshake > timedelta(seconds=120):
            handshake = now
        assert judged(line, handshake, now) is line


@given(st.lists(st.integers(0, 600), min_size=1, max_size=100))
def test_changes_are_at_least_the_debounce_apart(ages: list[int]) -> None:
    line, now = Line(), NOW
    handshake: datetime | None = None
    ups: list[datetime] = []
    for age in ages:
        now += timedelta(seconds=10)
        if age < 200:
            handshake = max(handshake or NOW - timedelta(days=1), now - timedelta(seconds=age))
        after = judged(line, handshake, now)
        if after is not line and not after.is_up:
            assert handshake is not None
            assert now - handshake > LOST + DEBOUNCE
        if after is not line and after.is_up:
            ups.append(now)
        line = after
    assert all(later - earlier > DEBOUNCE for earlier, later in zip(ups, ups[1:], strict=False))
