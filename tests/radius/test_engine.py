"""Exchanges: the same question gets the same octets, once; no router can push another out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from radius.engine import KEPT, MOST_STATUS, Engine
from radius.events import Ask, Drop, Port, Recorded, Reject, Resend
from tests.radius import vectors as v
from tests.radius.fakes import ROUTER

NOW = 1_000.0
WALL = 1_700_000_010.0
NO = Reject("ended", "Expired")


def receive(
    engine: Engine, datagram: bytes, number: int = 40_000, now: float = NOW, address: str = "127.0.0.1",
    port: Port = Port.AUTH,
) -> Ask | Resend | Drop:  # fmt: skip
    nas = replace(ROUTER, address=address)
    return engine.receive(datagram, nas, (address, number), port, now, WALL)


def ask(
    engine: Engine, datagram: bytes, number: int = 40_000, now: float = NOW, address: str = "127.0.0.1"
) -> Ask:
    outcome = receive(engine, datagram, number, now, address)
    assert isinstance(outcome, Ask), outcome
    return outcome


def request(number: int, identifier: int = 7) -> bytes:
    authenticator = number.to_bytes(16, "big")
    return v.access(v.pap(b"nemo", b"x", authenticator), identifier, authenticator)


def test_in_flight_then_the_same_octets_then_anew() -> None:
    engine = Engine()
    asked = ask(engine, v.G1)
    assert receive(engine, v.G1) == Drop("in_progress")
    reply = engine.answer(asked, NO, NOW)
    assert reply == v.G3
    assert receive(engine, v.G1, now=NOW + KEPT - 0.01) == Resend(reply)
    assert isinstance(receive(engine, v.G1, now=NOW + KEPT), Ask)


def test_a_held_reject_is_not_resent_before_its_time() -> None:
    engine = Engine()
    reply = engine.answer(ask(engine, v.G1), NO, NOW, hold=1.2)
    assert receive(engine, v.G1, now=NOW + 1.1) == Drop("in_progress")
    assert receive(engine, v.G1, now=NOW + 1.2) == Resend(reply)


def test_another_authenticator_another_port_another_socket_is_another_question() -> None:
    engine = Engine()
    engine.answer(ask(engine, request(1)), NO, NOW)
    ask(engine, request(2))
    ask(engine, request(2), number=40_001)
    assert isinstance(receive(engine, v.G8, port=Port.ACCT), Ask)
    assert len(engine) == 2


def test_a_late_answer_to_an_evicted_question_spoils_nothing() -> None:
    engine = Engine()
    first = ask(engine, request(1))
    second = ask(engine, request(2))
    engine.answer(first, NO, NOW)
    assert receive(engine, request(2)) == Drop("in_progress")
    engine.forget(first)
    assert receive(engine, request(2)) == Drop("in_progress")
    reply = engine.answer(second, NO, NOW)
    assert receive(engine, request(2)) == Resend(reply)


def test_what_was_forgotten_is_asked_anew() -> None:
    engine = Engine()
    engine.forget(ask(engine, v.G1))
    assert len(engine) == 0
    assert isinstance(receive(engine, v.G1), Ask)


def test_accounting_is_kept_too() -> None:
    engine = Engine()
    outcome = receive(engine, v.G4, port=Port.ACCT)
    assert isinstance(outcome, Ask)
    assert receive(engine, v.G4, port=Port.ACCT) == Drop("in_progress")
    reply = engine.answer(outcome, Recorded(), NOW)
    assert receive(engine, v.G4, port=Port.ACCT) == Resend(reply)


def test_a_wrong_signature_touches_nothing() -> None:
    engine = Engine()
    reply = engine.answer(ask(engine, v.G1), NO, NOW)
    for at in range(4, 20):
        forged = bytearray(v.G1)
        forged[at] ^= 1
        assert receive(engine, bytes(forged)) == Drop("wrong_message_authenticator", alert=True)
    assert len(engine) == 1
    assert receive(engine, v.G1) == Resend(reply)


def test_one_router_has_a_bounded_number_in_flight() -> None:
    engine = Engine(most_in_flight=3)
    asked = [ask(engine, request(1), number) for number in range(3)]
    assert receive(engine, request(1), 9) == Drop("router_busy")
    ask(engine, request(1), 9, address="127.0.0.2")
    engine.answer(asked[0], NO, NOW)
    ask(engine, request(1), 9)


def test_a_greedy_router_loses_its_own_answers_only() -> None:
    engine = Engine(most=10)
    quiet = engine.answer(ask(engine, request(1), address="127.0.0.2"), NO, NOW)
    for number in range(50):
        engine.answer(ask(engine, request(1), number), NO, NOW)
        assert len(engine) <= 10
    assert receive(engine, request(1), address="127.0.0.2") == Resend(quiet)
    engine.answer(ask(engine, request(1), address="127.0.0.3"), NO, NOW)
    assert receive(engine, request(1), address="127.0.0.2") == Resend(quiet)


def test_when_all_are_in_flight_a_new_question_is_dropped() -> None:
    engine = Engine(most=3)
    for number in range(3):
        ask(engine, request(1), number)
    assert receive(engine, request(1), 9, address="127.0.0.2") == Drop("full")


def test_churn_of_one_identifier_does_not_grow() -> None:
    engine = Engine()
    for number in range(5_000):
        engine.answer(ask(engine, request(number)), NO, NOW)
    assert len(engine) == 1
    assert len(engine._ages) < 1_100, "the dead must be cleared away"


def test_time_clears_everything_and_frees_the_router() -> None:
    engine = Engine(most_in_flight=3)
    for number in range(3):
        ask(engine, request(1), number)
    ask(engine, request(1), 9, NOW + KEPT)
    assert len(engine) == 1


def test_status_server_is_answered_a_few_times_a_second() -> None:
    engine = Engine()
    outcomes = [receive(engine, v.G8) for _ in range(MOST_STATUS + 5)]
    assert [type(each) for each in outcomes] == [Ask] * MOST_STATUS + [Drop] * 5
    assert isinstance(receive(engine, v.G8, now=NOW + 1), Ask)
    assert isinstance(receive(engine, v.G8, address="127.0.0.2"), Ask)


def test_a_verdict_of_the_wrong_kind_is_a_bug() -> None:
    engine = Engine()
    with pytest.raises(TypeError, match="does not answer"):
        engine.answer(ask(engine, v.G1), Recorded(), NOW)
