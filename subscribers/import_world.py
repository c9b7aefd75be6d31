"""What the judging of imported rows has to know of the database: read in sets, a few statements for a whole part."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from kmikro.lib.secrets import purpose_key
from subscribers import accounts, importing, queries
from subscribers.import_columns import Rules
from subscribers.import_judging import Person, World
from subscribers.import_values import Context, Row
from subscribers.lifecycle import OVER
from subscribers.models import (
    Device,
    Email,
    ImportFile,
    ImportPart,
    ImportRow,
    Phone,
    Service,
    Site,
    Subscriber,
)
from tenants import zones

FIELDS = (
    "kind", "name", "legal_name", "tax_number", "language", "address", "latitude", "longitude", "site_id", "tags",
)  # fmt: skip
_FARTHEST = 5  # mergers of mergers that are followed


def context_of(file: ImportFile, now: datetime) -> Context:
    """What the names in a file mean now."""
    sites = Site.objects.values_list("name", "pk")
    routers = Site.objects.exclude(routers=None).values_list("routers__name", "routers__pk")
    rules = dict(file.rules)
    rules["match"] = tuple(rules.get("match", ()))
    return Context(
        columns=file.columns,
        rules=Rules(**rules),
        country=file.country,
        zone=zones.own(),
        now=now,
        key=purpose_key("imported rows"),
        plans=_plain(queries.plans().values_list("name", "pk")),
        sites=_plain(sites),
        routers=_plain(routers),
        own=importing.own_fields(),
        is_email=_is_email,
    )


def _plain(named: Iterable[tuple[str, int]]) -> dict[str, int]:
    return {" ".join(name.split()).casefold(): pk for name, pk in named}


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def rows_of(file: ImportFile, part: int) -> list[tuple[int, list[str]]]:
    """Rows of a part with their numbers in the file."""
    content = ImportPart.objects.get(file=file, number=part).content
    return [(number, cells) for number, cells in json.loads(content)]


def load(world: World, rows: Sequence[Row], file: ImportFile, *, lock: bool = False) -> None:
    """Let the world know what there is of what these rows name; what it knows already stays as it is."""
    digests = {row.digest for row in rows} - world.digests.keys()
    done = ImportRow.objects.filter(digest__in=digests, is_done=True).exclude(undone=ImportRow.Undone.UNDONE)
    for digest, of, name, number in done.values_list("digest", "file_id", "file__name", "number"):
        where = "this file" if of == file.pk else f"{name} of import {of}"
        world.digests[digest] = f"Imported already: row {number} of {where}."[:300]
    asked = [row.account for row in rows if row.account is not None]
    numbers = {row.account_number for row in rows if row.account_number} - world.numbers.keys()
    users = {account.username for account in asked} - world.users.keys()
    digits = {each for row in rows for _n, each, _l in row.phones} - world.phones.keys()
    held = dict(_by_number(numbers))
    names = {accounts.lookup(name): name for name in users}
    for digest, owner in Service.objects.filter(lookup__in=names.keys()).values_list(
        "lookup", "subscriber_id"
    ):
        held[f"user {names[digest]}"] = owner
    reached = list(
        Phone.objects.filter(digits__in=digits, subscriber__merged_into=None).values_list(
            "digits", "subscriber_id"
        )
    )
    _people(world, {pk for pk in (*held.values(), *(pk for _d, pk in reached)) if pk}, file, lock)
    for key, pk in held.items():
        kind, _space, value = key.partition(" ")
        if kind == "user":
            world.users[value] = world.people[pk] if pk else None
        elif pk:
            world.numbers[value] = world.people[pk]
    for each, pk in reached:
        world.phones.setdefault(each, []).append(world.people[pk])
    macs = {account.mac for account in asked if account.mac} - world.macs.keys()
    world.macs |= dict(Device.objects.filter(mac__in=macs).values_list("mac", "service__label"))
    addresses = {account.framed_ip for account in asked if account.framed_ip} - world.addresses.keys()
    given = Service.objects.filter(framed_ip__in=addresses).exclude(status__in=OVER)
    world.addresses |= {str(ip): label for ip, label in given.values_list("framed_ip", "label")}


def _by_number(numbers: Collection[str]) -> Iterable[tuple[str, int | None]]:
    """Who has these account numbers; a record that was merged away leads to the one that is kept."""
    rows = Subscriber.objects.filter(account_number__in=numbers)
    found = {
        number: (pk, into) for number, pk, into in rows.values_list("account_number", "pk", "merged_into_id")
    }
    for number, (pk, into) in found.items():
        for _step in range(_FARTHEST):
            if into is None:
                break
            pk, into = Subscriber.objects.values_list("pk", "merged_into_id").get(pk=into)
        yield f"number {number}", pk


def _people(world: World, ids: Collection[int], file: ImportFile, lock: bool) -> None:
    unknown = set(ids) - world.people.keys()
    rows = Subscriber.objects.filter(pk__in=unknown).order_by("pk")
    made = ImportRow.objects.filter(file=file, subscriber__in=unknown, is_done=True, kind=ImportRow.Kind.NEW)
    fresh = dict(made.values_list("subscriber_id", "number"))
    for each in rows.select_for_update(of=("self",)) if lock else rows:
        world.people[each.pk] = Person(
            each.pk,
            each.account_number,
            each.state,
            {name: getattr(each, name) for name in FIELDS},
            custom=each.custom,
            is_fresh=each.pk in fresh,
            row=fresh.get(each.pk, 0),
        )
    for pk, digits in Phone.objects.filter(subscriber__in=unknown).values_list("subscriber_id", "digits"):
        world.people[pk].phones.add(digits)
    for pk, address in Email.objects.filter(subscriber__in=unknown).values_list("subscriber_id", "address"):
        world.people[pk].emails.add(address.lower())
