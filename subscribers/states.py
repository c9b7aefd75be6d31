"""The states of subscribers and of services as one table: from, verb, to, and what each state means. Pure.

`grace` and `walled` are no states that somebody writes: the clock and the ISP's fallbacks make them of a service
(`subscribers.queries.offered_at`), so no job has to run for a state to be right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kmikro.lib.refusal import Refusal


class Effect(StrEnum):
    """What a verb of a subscriber does to the services."""

    NOTHING = ""
    SWITCH_ON = "switch_on"  # pending ones become active
    HOLD = "hold"  # active ones are suspended, with the state of the subscriber as the cause
    RESTORE = "restore"  # those that were held, and only those, are active again
    END = "end"  # whatever is not over ends


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a state is to RADIUS and to billing, in one sentence for people."""

    label: str
    connects: bool
    is_billed: bool
    about: str


@dataclass(frozen=True, slots=True)
class Move:
    """A verb in a state, where it leads, and what it does to services."""

    start: str
    verb: str
    to: str
    effect: Effect = Effect.NOTHING


SUBSCRIBER: Mapping[str, Meaning] = {
    "lead": Meaning("Lead", False, False, "Has asked; nothing is agreed."),
    "pending": Meaning("Pending", False, False, "Has agreed; nothing is switched on yet."),
    "active": Meaning("Active", True, True, "Connects as far as each service allows, and is billed."),
    "blocked": Meaning("Blocked", False, True, "Connects with nothing, and is still billed."),
    "inactive": Meaning("Inactive", False, False, "Connects with nothing, and is not billed."),
    "ended": Meaning("Ended", False, False, "Is no subscriber any more; stays in every record."),
}
SERVICE: Mapping[str, Meaning] = {
    "pending": Meaning("Pending", False, False, "Agreed, and not switched on yet."),
    "active": Meaning("Active", True, True, "Connects until its time, its data or its end."),
    "suspended": Meaning("Paused", False, True, "Connects not; the clock of its validity goes on."),
    "ended": Meaning("Ended", False, False, "Has ended for good."),
    "void": Meaning("Void", False, False, "Should never have been used."),
}
SUBSCRIBER_MOVES = (
    Move("lead", "accept", "pending"),
    Move("lead", "activate", "active", Effect.SWITCH_ON),
    Move("pending", "activate", "active", Effect.SWITCH_ON),
    Move("active", "block", "blocked", Effect.HOLD),
    Move("blocked", "unblock", "active", Effect.RESTORE),
    Move("active", "deactivate", "inactive", Effect.HOLD),
    Move("blocked", "deactivate", "inactive", Effect.HOLD),
    Move("inactive", "reactivate", "active", Effect.RESTORE),
    *(
        Move(start, "end", "ended", Effect.END)
        for start in ("lead", "pending", "active", "blocked", "inactive")
    ),
)
SERVICE_MOVES = (
    Move("pending", "activate", "active"),
    Move("active", "pause", "suspended"),
    Move("suspended", "resume", "active"),
    *(Move(start, "end", "ended") for start in ("pending", "active", "suspended")),
    *(Move(start, "void", "void") for start in ("pending", "active", "suspended")),
)
VERBS = tuple(dict.fromkeys(move.verb for move in SUBSCRIBER_MOVES))
OVER = frozenset({"ended", "void"})


def moves_from(state: str) -> list[Move]:
    """What can be done with a subscriber in this state."""
    return [move for move in SUBSCRIBER_MOVES if move.start == state]


def move(state: str, verb: str) -> Move:
    """Where a verb leads a subscriber in this state. Raises Refusal when the table has no such line."""
    found = next((each for each in SUBSCRIBER_MOVES if (each.start, each.verb) == (state, verb)), None)
    if found is None:
        word = SUBSCRIBER[state].label.lower() if state in SUBSCRIBER else state
        raise Refusal("wrong_state", f"A subscriber who is {word} cannot be changed by {verb}.")
    return found


def starts_of(verb: str) -> frozenset[str]:
    """In which states of a service a verb does something."""
    return frozenset(each.start for each in SERVICE_MOVES if each.verb == verb)


def affected(status: str, held: str, effect: Effect, state: str) -> tuple[str, str]:
    """Status and cause of a service after its subscriber came to `state` with this effect."""
    if status in OVER:
        return status, held
    match effect:
        case Effect.SWITCH_ON if status == "pending":
            return "active", ""
        case Effect.HOLD if status == "active":
            return "suspended", state
        case Effect.HOLD if held:
            return status, state  # held already: the cause is the newer state
        case Effect.RESTORE if held:
            return "active", ""
        case Effect.END:
            return "ended", ""
    return status, held
