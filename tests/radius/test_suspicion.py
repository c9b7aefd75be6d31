"""What looks wrong and is answered all the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from radius.events import Kind
from radius.suspicion import Suspicion
from tests.radius.fakes import ROUTER, World
from tests.radius.records import record


def test_each_case_is_counted_and_the_operator_is_told_once_a_minute() -> None:
    world, counts = World(), Counter[str]()
    suspicion = Suspicion(world, counts)
    for _ in range(3):
        suspicion.alert(ROUTER, "flood")
    suspicion.alert(replace(ROUTER, address="127.0.0.2"), "flood")
    assert counts == {"alert_flood": 4}
    assert world.raised_codes == ["flood", "flood"]


def test_restarts_in_a_row() -> None:
    world, counts = World(), Counter[str]()
    suspicion = Suspicion(world, counts)
    suspicion.look_at_record(ROUTER, record("on"), 0.0)
    assert not counts
    suspicion.look_at_record(ROUTER, record("on"), 1.0)
    assert counts == {"alert_restart_flood": 1}
    assert record("on").kind is Kind.ON
