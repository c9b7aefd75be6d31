"""What the verdicts on imported rows ask for, written in sets: COPY for what is new, one UPDATE for what changes."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection
from psycopg2.extras import Json

from accounts.journal import Actor
from accounts.models import JournalEntry
from kmikro.lib import copying
from subscribers import accounts, sale
from subscribers.import_judging import Kind, Person, Verdict
from subscribers.import_values import Account, Row
from subscribers.import_world import FIELDS
from subscribers.models import Device, Email, Phone, Plan, Service, Subscriber

REACH = 200_000  # so far the sequence of account numbers is moved for numbers that came with a file
Judged = tuple[int, Row, Verdict]
_SECRET: Any = Service._meta.get_field("secret")


@dataclass(slots=True)
class Outcome:
    """What a row made."""

    subscriber: int | None = None
    service: int | None = None
    has_made_secret: bool = False


def write(judged: Sequence[Judged], file_id: int, *, by: Actor, now: datetime) -> dict[int, Outcome]:
    """Make and change what the verdicts say; by the number of the row. Raises IntegrityError as an INSERT does."""
    doing = [each for each in judged if each[2].kind in {Kind.NEW, Kind.MERGE}]
    lines: list[tuple[Any, ...]] = []  # of the journal

    def note(verb: str, model: Any, pk: int, called: str, **facts: Any) -> None:
        kind = model._meta.label_lower
        lines.append((verb, kind, str(pk), called[:200], Json({**facts, "import": file_id})))

    changed = _changed(doing)  # before the new ones have ids
    _new_people([v.person for _n, _r, v in doing if v.kind == Kind.NEW and v.person], now)
    for _number, _row, verdict in doing:
        person = verdict.person
        assert person is not None and person.id is not None
        if verdict.kind == Kind.NEW:
            note(
                "subscriber.add", Subscriber, person.id, person.values["name"], account=person.account_number
            )
        elif verdict.changes or verdict.phones or verdict.emails:
            note("subscriber.change", Subscriber, person.id, person.values["name"], changed=said(verdict))
    _update(changed)
    _ways(doing)
    outcomes = _accounts(doing, note, now)
    copying.add(
        JournalEntry(at=now, actor_id=by.id, actor=by.name[:140], address=by.address),
        ("verb", "target_kind", "target_id", "target", "facts"),
        lines,
    )
    return outcomes


def said(verdict: Verdict) -> dict[str, list[Any]]:
    """What a joined row changes, before and after, as JSON."""
    found = {name: [_plain(before), _plain(after)] for name, (before, after) in verdict.changes.items()}
    if verdict.phones:
        found["phones"] = [[], [number for number, _digits, _label in verdict.phones]]
    if verdict.emails:
        found["emails"] = [[], list(verdict.emails)]
    return found


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _changed(doing: Iterable[Judged]) -> dict[str, list[Person]]:
    """Per field of a subscriber, whose it changes; those that are made in the same part are written whole."""
    found: dict[str, dict[int, Person]] = {}
    for _number, _row, verdict in doing:
        person = verdict.person
        if verdict.kind == Kind.MERGE and person is not None and person.id is not None:
            for name in verdict.changes:
                found.setdefault(name, {})[person.id] = person
    return {name: list(people.values()) for name, people in found.items()}


def _update(changed: dict[str, list[Person]]) -> None:
    for name, people in changed.items():
        rows = []
        for person in people:
            row = Subscriber(pk=person.id)
            setattr(row, name, person.custom if name == "custom" else person.values[name])
            rows.append(row)
        Subscriber.objects.bulk_update(rows, [name.removesuffix("_id")], batch_size=250)


def _new_people(people: Sequence[Person], now: datetime) -> None:
    given = [person.account_number for person in people if person.account_number]
    numbers = iter(new_numbers(len(people) - len(given), given))
    for person, pk in zip(people, copying.new_ids(Subscriber, len(people)), strict=True):
        person.id, person.account_number = pk, person.account_number or next(numbers)
    usual = Subscriber(made_at=now)
    wrapped = {"tags": Json}
    copying.add(
        usual,
        ("id", "account_number", "state", "custom", *FIELDS),
        [
            (
                person.id,
                person.account_number,
                person.state,
                Json(person.custom),
                *(wrapped.get(name, _same)(person.values.get(name, getattr(usual, name))) for name in FIELDS),
            )
            for person in people
        ],
    )


def _same(value: Any) -> Any:
    return value


def new_numbers(count: int, given: Iterable[str] = ()) -> list[str]:
    """Account numbers of the ISP's sequence that nobody has and that are not among `given`."""
    avoid, found = set(given), list[str]()
    while len(found) < count:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval('subscribers_account_number')::text FROM generate_series(1, %s)",
                [count - len(found)],
            )
            drawn = [number for (number,) in cursor.fetchall()]
        taken = set(
            Subscriber.objects.filter(account_number__in=drawn).values_list("account_number", flat=True)
        )
        found += [number for number in drawn if number not in taken and number not in avoid]
    return found


def reach(given: Iterable[str]) -> None:
    """Move the sequence past numbers of a file that it would come to soon: nobody else gets one of them meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM subscribers_account_number")
        last = cursor.fetchone()[0]
        near = [int(each) for each in given if each.isascii() and each.isdecimal()]
        behind = max((number - last for number in near if number - last <= REACH), default=0)
        if behind > 0:  # the tenant's role may draw from the sequence and not set it
            cursor.execute(
                "SELECT max(nextval('subscribers_account_number')) FROM generate_series(1, %s)", [behind]
            )


def _ways(doing: Sequence[Judged]) -> None:
    """Phones and emails; the first of somebody who had none is called first."""
    phones: list[tuple[Any, ...]] = []
    emails: list[tuple[Any, ...]] = []
    more: dict[str, Counter[int]] = {"phones": Counter(), "emails": Counter()}
    for _number, _row, verdict in doing:
        more["phones"][id(verdict.person)] += len(verdict.phones)
        more["emails"][id(verdict.person)] += len(verdict.emails)
    led: set[tuple[str, int]] = set()

    def leads(what: str, person: Person) -> bool:
        key = (what, id(person))
        first = key not in led and len(getattr(person, what)) == more[what][id(person)]
        led.add(key)
        return first

    for _number, _row, verdict in doing:
        person = verdict.person
        assert person is not None
        for number, digits, label in verdict.phones:
            phones.append((person.id, number, digits, label, leads("phones", person)))
        for address in verdict.emails:
            emails.append((person.id, address, leads("emails", person)))
    if phones:
        copying.add(Phone(), ("subscriber_id", "number", "digits", "label", "is_primary"), phones)
    if emails:
        copying.add(Email(), ("subscriber_id", "address", "is_primary"), emails)


def _accounts(doing: Sequence[Judged], note: Callable[..., None], now: datetime) -> dict[int, Outcome]:
    outcomes = {number: Outcome(v.person.id if v.person else None) for number, _row, v in doing}
    opening = [
        (number, row.account, v.person) for number, row, v in doing if v.opens and row.account and v.person
    ]
    plans = {plan.pk: plan for plan in Plan.objects.filter(pk__in={each.plan for _n, each, _p in opening})}
    until = cache(lambda plan_id: sale.until(plans[plan_id], now=now))
    rows: list[tuple[Any, ...]] = []
    devices: list[tuple[Any, ...]] = []
    ids = copying.new_ids(Service, len(opening))
    for pk, (number, account, person) in zip(ids, opening, strict=True):
        secret, lookup = account.password or accounts.new_secret(), accounts.lookup(account.username)
        sealed = _SECRET.sealed(secret, _SECRET.place(Service(lookup=lookup)))
        ends = account.expires_at if account.has_end else until(account.plan)
        rows.append(
            (
                pk,
                account.username,
                lookup,
                sealed,
                person.id,
                account.plan,
                _status(account, person),
                account.access,
                ends,
                Json(list(account.sites)),
                Json(list(account.routers)),
                account.framed_ip,
            )
        )
        if account.mac:
            devices.append((account.mac, pk))
        outcome = outcomes[number]
        outcome.service, outcome.has_made_secret = pk, not account.password
        plan = plans[account.plan or 0].name
        note("account.open", Service, pk, account.username, plan=plan, access=account.access)
    if rows:
        copying.add(
            Service(kind=Service.Kind.ACCOUNT, made_at=now),
            (
                "id",
                "label",
                "lookup",
                "secret",
                "subscriber_id",
                "plan_id",
                "status",
                "access",
                "expires_at",
                "sites",
                "routers",
                "framed_ip",
            ),
            rows,
        )
    if devices:
        copying.add(Device(made_at=now), ("mac", "service_id"), devices)
    return outcomes


def _status(account: Account, person: Person) -> str:
    if person.state != Subscriber.State.ACTIVE:
        return Service.Status.PENDING.value
    return (Service.Status.SUSPENDED if account.is_paused else Service.Status.ACTIVE).value
