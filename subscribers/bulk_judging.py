"""Whom a bulk act would change and whom not, and why not: the same that the verbs refuse. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kmikro.lib.refusal import Refusal
from subscribers.person_values import MOST_TAGS, tags_of
from subscribers.states import SERVICE, SUBSCRIBER, starts_of

OF_ACCOUNTS = ("plan", "suspend", "resume", "extend")
OF_PEOPLE = ("add_tag", "remove_tag", "site")
UNDONE = ("suspend", "resume", "extend", "add_tag", "remove_tag", "site")
MOST_DAYS = 366
OVER = frozenset({"ended", "void"})
_VERBS = {"suspend": "pause", "resume": "resume"}


@dataclass(frozen=True, slots=True)
class Account:
    """What is asked of an account."""

    status: str
    owner_state: str = ""  # empty: it belongs to nobody
    plan: int = 0
    expires_at: datetime | None = None
    was_ended: bool = False  # by a person, so nothing wakes it


@dataclass(frozen=True, slots=True)
class Person:
    tags: Sequence[str] = ()
    site: int | None = None


def checked(act: str, value: dict[str, Any]) -> dict[str, Any]:
    """The value that an act takes, as it is kept: plan, days, tag or site. Raises Refusal with the field."""
    match act:
        case "plan":
            if not value.get("plan"):
                raise Refusal("no_plan", "Choose the plan that they get.", field="plan")
            return {"plan": value["plan"]}
        case "extend":
            days = value.get("days")
            if not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
                raise Refusal("bad_days", f"Give from 1 to {MOST_DAYS} days.", field="days")
            return {"days": days}
        case "add_tag" | "remove_tag":
            tags = tags_of([value.get("tag") or ""])
            if not tags:
                raise Refusal("no_tag", "Write the tag.", field="tag")
            return {"tag": tags[0]}
        case "site":
            return {"site": value.get("site")}
        case "suspend" | "resume":
            return {}
    raise Refusal("bad_act", f"There are {', '.join((*OF_ACCOUNTS, *OF_PEOPLE))}.", field="act")


def account(act: str, value: dict[str, Any], found: Account) -> str:
    """Why an account would not be changed; '' where it would be."""
    if act == "extend":
        if found.status == "void" or found.was_ended:
            return "It was ended for good."
        return "" if found.expires_at is not None else "It has no end that could be moved."
    if found.status in OVER:
        return "It has ended."
    if act == "plan":
        return "It has this plan already." if found.plan == value["plan"] else ""
    if found.status not in starts_of(_VERBS[act]):
        return f"It is {SERVICE[found.status].label.lower()}."
    if act == "resume" and found.owner_state and found.owner_state != "active":
        return f"Its subscriber is {SUBSCRIBER[found.owner_state].label.lower()}."
    return ""


def person(act: str, value: dict[str, Any], found: Person) -> str:
    """Why a subscriber would not be changed; '' where one would be."""
    if act == "site":
        return "This is the site already." if found.site == value["site"] else ""
    has = value["tag"] in found.tags
    if act == "remove_tag":
        return "" if has else "The tag is not there."
    if has:
        return "The tag is there already."
    return f"A subscriber has at most {MOST_TAGS} tags." if len(found.tags) >= MOST_TAGS else ""
