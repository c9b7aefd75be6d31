"""Two ends agree whatever they want, or give up in time; nothing is asked for ever."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.sstp import Malformed, ppp
from kmikro.lib.sstp.negotiation import FAILURES, REQUESTS, RESTART, Negotiation
from kmikro.lib.sstp.ppp import Options, Packet


class Wants:
    """Asks for options, takes those that it knows."""

    def __init__(
        self, options: Options, judge: Callable[[Options], tuple[int, Options]] | None = None
    ) -> None:
        self.options, self.judge = list(options), judge

    def wanted(self) -> Options:
        return self.options

    def judged(self, asked: Options) -> tuple[int, Options]:
        return self.judge(asked) if self.judge else (ppp.ACK, asked)

    def refused(self, code: int, answered: Options) -> bool:
        self.options = [each for each in self.options if each[0] not in dict(answered)]
        return bool(self.options)


def settle(one: Negotiation, other: Negotiation) -> None:
    """Both start, and talk until neither has anything to say."""
    letters = [(other, each) for each in one.start(0)] + [(one, each) for each in other.start(0)]
    turns = 0
    while letters:
        turns += 1
        assert turns < 100
        to, letter = letters.pop(0)
        letters += [(one if to is other else other, each) for each in to.take(letter, 0)]


@given(st.sets(st.integers(1, 9), min_size=1), st.sets(st.integers(1, 9)))
def test_ends_that_can_agree_do(wanted: set[int], unknown: set[int]) -> None:
    def judge(asked: Options) -> tuple[int, Options]:
        wrong = [each for each in asked if each[0] in unknown]
        return (ppp.REJECT, wrong) if wrong else (ppp.ACK, asked)

    one = Negotiation(Wants([(each, b"v") for each in sorted(wanted)]))
    other = Negotiation(Wants([], judge))
    try:
        settle(one, other)
    except Malformed:
        assert wanted <= unknown
        return
    assert one.is_open
    assert other.is_open


def test_nobody_is_asked_for_ever() -> None:
    end = Negotiation(Wants([(1, b"a")]))
    sent, now = end.start(0.0), 0.0
    with pytest.raises(Malformed, match="does not negotiate"):
        while now < 1000:
            now += 1
            sent += end.tick(now)
    assert len(sent) == REQUESTS
    assert now <= RESTART * REQUESTS
    assert len({each.ident for each in sent}) == 1


def test_what_was_asked_twice_is_answered_twice_and_changes_nothing() -> None:
    one, other = Negotiation(Wants([(1, b"a")])), Negotiation(Wants([(1, b"b")]))
    settle(one, other)
    again = Packet(ppp.REQUEST, 77, ppp.joined([(1, b"b")]))
    assert one.take(again, 0) == [Packet(ppp.ACK, 77, again.data)]
    assert one.take(Packet(ppp.NAK, 1, again.data), 0) == []
    assert one.is_open
    with pytest.raises(Malformed, match="again"):
        one.take(Packet(ppp.REQUEST, 78, ppp.joined([(1, b"c")])), 0)


def test_answers_to_other_requests_or_with_other_options_are_none() -> None:
    end = Negotiation(Wants([(1, b"a")]))
    (asked,) = end.start(0)
    end.take(Packet(ppp.REQUEST, 1, b""), 0)
    for wrong in (Packet(ppp.ACK, asked.ident + 1, asked.data), Packet(ppp.ACK, asked.ident, b"")):
        assert end.take(wrong, 0) == []
        assert not end.is_open
    end.take(Packet(ppp.ACK, asked.ident, asked.data), 0)
    assert end.is_open


def test_who_always_wants_something_else_is_given_up() -> None:
    end = Negotiation(Wants([(1, b"a")], lambda asked: (ppp.NAK, [(1, b"x")])))
    with pytest.raises(Malformed, match="cannot give"):
        for each in range(FAILURES + 1):
            end.take(Packet(ppp.REQUEST, each, ppp.joined([(1, bytes((each,)))])), 0)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3), st.binary(max_size=12)), max_size=30))
def test_whatever_comes_is_answered_or_malformed(letters: list[tuple[int, int, bytes]]) -> None:
    end = Negotiation(Wants([(1, b"a"), (2, b"b")]))
    end.start(0)
    for code, ident, data in letters:
        try:
            assert len(end.take(Packet(code, ident, data), 0)) <= 1
        except Malformed:
            return
