"""No sequence of verbs leaves the table; what a block held, and only that, comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.refusal import Refusal
from subscribers import states
from subscribers.models import Service, Subscriber
from subscribers.states import Effect

SERVICES = st.lists(st.tuples(st.sampled_from(list(states.SERVICE)), st.just("")), max_size=5)


def test_the_columns_know_the_states_of_the_table() -> None:
    assert set(Subscriber.State.values) == set(states.SUBSCRIBER)
    assert set(Service.Status.values) == set(states.SERVICE)
    assert {move.to for move in states.SUBSCRIBER_MOVES} | {"lead"} == set(states.SUBSCRIBER)
    assert {move.to for move in states.SERVICE_MOVES} | {"pending"} == set(states.SERVICE)


def test_blocked_is_billed_and_inactive_is_not() -> None:
    billed = {name for name, meaning in states.SUBSCRIBER.items() if meaning.is_billed}
    assert billed == {"active", "blocked"}
    assert {name for name, meaning in states.SUBSCRIBER.items() if meaning.connects} == {"active"}


def test_a_line_is_given_once() -> None:
    for table in (states.SUBSCRIBER_MOVES, states.SERVICE_MOVES):
        lines = [(move.start, move.verb) for move in table]
        assert len(lines) == len(set(lines))


def test_ended_is_final() -> None:
    assert states.moves_from("ended") == []
    assert not any(move.start in states.OVER for move in states.SERVICE_MOVES)


@given(
    st.sampled_from(list(states.SUBSCRIBER)), st.lists(st.sampled_from(states.VERBS), max_size=12), SERVICES
)
def test_no_sequence_of_verbs_leaves_the_table(
    state: str, verbs: list[str], services: list[tuple[str, str]]
) -> None:
    for verb in verbs:
        try:
            move = states.move(state, verb)
        except Refusal as refusal:
            assert refusal.code == "wrong_state"
            continue
        before, state = services, move.to
        services = [states.affected(status, held, move.effect, state) for status, held in before]
        for (old, _was), (status, held) in zip(before, services, strict=True):
            assert status in states.SERVICE
            assert old not in states.OVER or status == old, "what is over stays over"
            assert not held or status == "suspended"
            assert not (held and state not in {"blocked", "inactive"}), (
                "nothing stays held when nobody holds it"
            )
        if state in {"blocked", "inactive", "ended"}:
            assert not any(status == "active" for status, _held in services)


@given(SERVICES, st.booleans())
def test_unblocking_restores_exactly_what_blocking_took(
    services: list[tuple[str, str]], longer: bool
) -> None:
    held = [states.affected(*each, Effect.HOLD, "blocked") for each in services]
    if longer:
        held = [states.affected(*each, Effect.HOLD, "inactive") for each in held]
    assert [states.affected(*each, Effect.RESTORE, "active") for each in held] == services


def test_an_unknown_state_or_verb_is_refused() -> None:
    for state, verb in (("active", "unblock"), ("nonsense", "block"), ("active", "nonsense")):
        with pytest.raises(Refusal):
            states.move(state, verb)
    assert states.starts_of("resume") == {"suspended"}
