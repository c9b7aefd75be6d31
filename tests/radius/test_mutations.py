"""200,000 mutated packets through the whole server: no exception, no hang, nobody let in who should not be."""

from __future__ import annotations

import random

import pytest

from radius.packet import Malformed, parse
from tests.radius import fuzz, mutants
from tests.radius import vectors as v


def test_200_000_mutated_packets_are_dropped_or_judged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("ERROR")
    tally = fuzz.Fuzz(5461).run(200_000)
    seen = tally.counts
    assert tally.wrong == []
    assert tally.packets == 200_000
    assert seen["fault"] == 0
    for enough in ("accept", "reject", "recorded", "alive", "refused_malformed", "refused_wrong_password"):
        assert seen[enough] > 1_000, (enough, seen)
    for enough in ("drop_malformed_attribute_length", "drop_wrong_message_authenticator", "stream_malformed"):
        assert seen[enough] > 100, (enough, seen)
    assert caplog.records == []


def test_a_program_that_falls_over_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a server with a bug, and one that lets in whoever comes."""
    broken = fuzz.Fuzz(1)
    monkeypatch.setattr(broken.world, "of", lambda *_: 1 / 0)
    assert any("exceptions" in each for each in broken.run(2_000).wrong)
    lax = fuzz.Fuzz(1)
    monkeypatch.setattr("radius.passwords.is_right", lambda *_: True)
    assert any("without a password" in each for each in lax.run(4_000).wrong)


def test_bent_packets_keep_their_lengths_right() -> None:
    dice = random.Random(3)
    for _ in range(2_000):
        seed = dice.choice([*mutants.AUTH, *mutants.ACCT])
        body = mutants.bend(dice, seed[20:])
        try:
            parse(v.build(1, 1, body))
        except Malformed as why:
            assert str(why) in {"message_authenticator", "oversize", "attribute_length"}
            assert str(why) != "attribute_length" or b"\0" in body
