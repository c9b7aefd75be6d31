"""When memory may be believed."""

from __future__ import annotations

from radius.trust import COINCIDE, FRESH, LONGEST, UNBROKEN, Trust


def test_memory_is_believed_while_the_listener_hears_and_not_a_second_longer() -> None:
    trust = Trust()
    assert not trust.holds(100.0)
    trust.heard(100.0)
    assert trust.holds(100.0 + FRESH - 0.01)
    assert not trust.holds(100.0 + FRESH + 0.01)
    assert FRESH < 1.0


def test_a_lost_listener_alone_is_doubt() -> None:
    trust = Trust()
    trust.heard(100.0)
    trust.lost()
    assert not trust.holds(100.1)


def test_while_nobody_can_commit_memory_is_the_truth_for_ten_minutes() -> None:
    trust = Trust()
    trust.heard(100.0)
    trust.lost()
    at = 100.2
    while at + 0.25 <= 100.0 + LONGEST:
        trust.refused(at)
        assert trust.holds(at + 0.25)
        at += 0.25
    trust.refused(at + 0.5)
    assert not trust.holds(at + 0.5)


def test_a_refusal_that_comes_too_late_proves_nothing() -> None:
    trust = Trust()
    trust.heard(100.0)
    trust.lost()
    trust.refused(100.0 + UNBROKEN + 0.1)  # in between somebody may have committed
    assert not trust.holds(100.0 + UNBROKEN + 0.1)


def test_a_busy_machine_costs_the_belief_for_a_moment_only() -> None:
    trust = Trust()
    trust.heard(100.0)
    trust.lost()
    trust.refused(100.0 + UNBROKEN - 0.5)  # the thread had to wait for a processor
    at = 100.0 + UNBROKEN - 0.5
    assert trust.holds(at + COINCIDE)
    assert not trust.holds(at + COINCIDE + 0.1), "no proof is good for longer"
    trust.refused(at + UNBROKEN - 0.1)
    assert trust.holds(at + UNBROKEN)


def test_a_gap_between_refusals_ends_the_belief_for_good() -> None:
    trust = Trust()
    trust.heard(100.0)
    trust.refused(100.2)
    trust.refused(100.2 + UNBROKEN + 0.1)
    trust.refused(100.2 + UNBROKEN + 0.2)
    assert not trust.holds(100.2 + UNBROKEN + 0.2)
    trust.heard(110.0)
    assert trust.holds(110.1)
