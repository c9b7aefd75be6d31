"""What becomes of a row of an imported file: new, joined to somebody known, there already, or wrong. Pure.

The dry run and the import judge with the same function over the same world; each verdict changes the world, so a row
sees the rows before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kmikro.lib.refusal import Refusal
from subscribers.import_columns import OwnField, Rules
from subscribers.import_values import Problem, Row
from subscribers.person_values import tags_of

MOST_WAYS = 10  # phones or emails of one subscriber, as in subscribers.contacts
SHUT = {"blocked", "inactive", "ended"}
_WORDS = {"site_id": "site", "legal_name": "legal name", "tax_number": "tax number"}


class Kind(StrEnum):
    NEW = "new"
    MERGE = "merge"
    THERE = "there"
    SKIP = "skip"
    ERROR = "error"


@dataclass(slots=True, eq=False)
class Person:
    """A subscriber as far as an import must know: of the database, or made by a row before."""

    id: int | None
    account_number: str
    state: str
    values: dict[str, Any] = field(default_factory=dict)
    phones: set[str] = field(default_factory=set)  # digits
    emails: set[str] = field(default_factory=set)  # in small letters
    custom: dict[str, Any] = field(default_factory=dict)
    is_fresh: bool = False  # made by this import
    row: int = 0  # by which of its rows

    @property
    def called(self) -> str:
        number = self.account_number or (f"row {self.row}" if self.row else "")
        return f"{self.values.get('name', '')} ({number})" if number else str(self.values.get("name", ""))


@dataclass(slots=True)
class World:
    """Who and what there is, as far as the rows to be judged touch it."""

    people: dict[int, Person] = field(default_factory=dict)  # those of the database, by id
    numbers: dict[str, Person] = field(default_factory=dict)
    users: dict[str, Person | None] = field(default_factory=dict)  # None: an account of nobody
    phones: dict[str, list[Person]] = field(default_factory=dict)
    macs: dict[str, str] = field(default_factory=dict)  # to the user name that has it
    addresses: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)  # of rows that were imported, to where


@dataclass(slots=True)
class Verdict:
    """What to do for a row. changes: field to before and after; phones and emails are those to add."""

    kind: Kind
    problems: list[Problem] = field(default_factory=list)
    note: str = ""
    person: Person | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)
    phones: list[tuple[str, str, str]] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    opens: bool = False  # the account of the row


def judge(number: int, row: Row, world: World, rules: Rules, own: Iterable[OwnField] = ()) -> Verdict:
    """The verdict on a row; the world knows of it afterwards."""
    if row.problems:
        return Verdict(Kind.ERROR, row.problems)
    if row.digest in world.digests:
        return Verdict(Kind.THERE, note=world.digests[row.digest])
    try:
        person, has_account = _known(row, world, rules)
        opens = row.account is not None and not has_account
        if opens:
            _check_account(row, person, world)
        if person is None:
            verdict = _new(number, row, world, rules, own)
        else:
            verdict = _join(row, person, rules, opens, own)
    except _Wrong as wrong:
        return Verdict(Kind.ERROR, [Problem(wrong.column, wrong.text)])
    if verdict.kind != Kind.SKIP:
        world.digests[row.digest] = f"The same as row {number}."
        _settle(row, verdict, world)
    return verdict


class _Wrong(Exception):
    def __init__(self, column: str, text: str) -> None:
        super().__init__(text)
        self.column, self.text = column, text


def _known(row: Row, world: World, rules: Rules) -> tuple[Person | None, bool]:
    """Who the row is about, and whether they have its account."""
    person = world.numbers.get(row.account_number) if row.account_number else None
    if person is not None and "account_number" not in rules.match:
        text = (
            f"{row.account_number} is the account of {person.called}. Change it, or join by account number."
        )
        raise _Wrong("Account number", text)
    name = row.account.username if row.account else ""
    if name and name in world.users:
        holder = world.users[name]
        if holder is None or "username" not in rules.match:
            raise _Wrong("User name", f"{name} is taken. Change it, or join by user name.")
        if (person is not None and holder is not person) or (person is None and row.account_number):
            text = f"{name} is a user name of {holder.called}, and the row has another account number."
            raise _Wrong("User name", text)
        return holder, True
    if person is None and "phone" in rules.match and not row.account_number:
        found = {id(each): each for _n, digits, _l in row.phones for each in world.phones.get(digits, ())}
        if len(found) > 1:
            names = ", ".join(each.called for each in list(found.values())[:3])
            text = (
                f"These numbers belong to several: {names}. Give the account number, or do not join by phone."
            )
            raise _Wrong("Phone", text)
        person = next(iter(found.values()), None)
    return person, False


def _check_account(row: Row, person: Person | None, world: World) -> None:
    account = row.account
    assert account is not None
    if account.plan is None:
        raise _Wrong("Plan", "Name a plan, or choose one for rows without.")
    if account.mac in world.macs:
        text = f"{account.mac} is on the list of {world.macs[account.mac]} already."
        raise _Wrong("Device that signs in by MAC", text)
    if account.framed_ip and account.framed_ip in world.addresses:
        text = f"{account.framed_ip} is the address of {world.addresses[account.framed_ip]} already."
        raise _Wrong("Fixed IPv4 address", text)
    if person is not None and person.state in SHUT:
        text = f"{person.called} is {person.state}: a new account needs an active subscriber."
        raise _Wrong("User name", text)


def _new(number: int, row: Row, world: World, rules: Rules, own: Iterable[OwnField]) -> Verdict:
    if not row.who:
        raise _Wrong("Name", "Give the subscriber a name.")
    if row.account is not None and not (row.account.password or rules.make_passwords):
        raise _Wrong("Password", "Give a password, or let passwords be made.")
    _check_ways(len(row.phones), len(row.emails))
    _check_own(row.custom, row.custom, own)
    values = {**row.values, "name": row.who}  # the user name where there is none
    person = Person(None, row.account_number, rules.state, values, is_fresh=True, row=number)
    person.phones = {digits for _n, digits, _l in row.phones}
    person.emails = {each.lower() for each in row.emails}
    person.custom = dict(row.custom)
    return Verdict(
        Kind.NEW,
        person=person,
        phones=list(row.phones),
        emails=list(row.emails),
        opens=row.account is not None,
    )


def _join(row: Row, person: Person, rules: Rules, opens: bool, own: Iterable[OwnField]) -> Verdict:
    if rules.on_match == "skip" and not person.is_fresh:
        return Verdict(Kind.SKIP, note=f"Known as {person.called}; left alone.", person=person)
    if opens and not (row.account and row.account.password) and not rules.make_passwords:
        raise _Wrong("Password", "Give a password, or let passwords be made.")
    wins = rules.on_match == "replace" and not person.is_fresh
    verdict = Verdict(Kind.MERGE, note=f"Joined to {person.called}.", person=person, opens=opens)
    for name, after in row.values.items():
        before = person.values.get(name)
        if name == "tags":
            after = _tags(before or [], after)
        elif not wins and before not in {None, ""}:
            continue
        if after != before:
            verdict.changes[name] = [before, after]
    custom = {**person.custom, **row.custom} if wins else {**row.custom, **person.custom}
    if custom != person.custom:
        _check_own(row.custom, custom, own)
        verdict.changes["custom"] = [person.custom, custom]
    verdict.phones = [each for each in row.phones if each[1] not in person.phones]
    verdict.emails = [each for each in row.emails if each.lower() not in person.emails]
    _check_ways(len(person.phones) + len(verdict.phones), len(person.emails) + len(verdict.emails))
    if not (verdict.changes or verdict.phones or verdict.emails or opens):
        return Verdict(Kind.THERE, note=f"All of it is known of {person.called}.", person=person)
    return verdict


def _tags(before: list[str], more: list[str]) -> list[str]:
    try:
        return tags_of([*before, *more])
    except Refusal as refusal:
        raise _Wrong("Tags", refusal.text) from None


def _check_ways(phones: int, emails: int) -> None:
    for column, count in (("Phone", phones), ("Email", emails)):
        if count > MOST_WAYS:
            raise _Wrong(column, f"A subscriber has at most {MOST_WAYS} of them.")


def _check_own(given: dict[str, Any], after: dict[str, Any], own: Iterable[OwnField]) -> None:
    """As subscribers.custom: what must be filled in is asked for where any own field is given."""
    for each in own if given else ():
        if each.is_required and each.key.removeprefix("custom-") not in after:
            raise _Wrong(each.name, f"{each.name} is needed.")


def _settle(row: Row, verdict: Verdict, world: World) -> None:
    """Let the rows that follow see what this one does."""
    person = verdict.person
    assert person is not None
    if verdict.kind == Kind.NEW and person.account_number:
        world.numbers[person.account_number] = person
    for name, (_before, after) in verdict.changes.items():
        if name == "custom":
            person.custom = after
        else:
            person.values[name] = after
    for _number, digits, _label in verdict.phones:
        person.phones.add(digits)
        world.phones.setdefault(digits, []).append(person)
    person.emails |= {each.lower() for each in verdict.emails}
    if verdict.opens and row.account is not None:
        world.users[row.account.username] = person
        if row.account.mac:
            world.macs[row.account.mac] = row.account.username
        if row.account.framed_ip:
            world.addresses[row.account.framed_ip] = row.account.username
