"""Subscribers by what people type: part of a name, phone, email or user name, an account number, a listed device's MAC.

Each way is one walk through an index (trigrams for parts), and they are put together by UNION: an OR over several
tables would walk through all subscribers.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from kmikro.lib import macs, phones
from subscribers.models import Device, Email, Phone, Service, Subscriber

Ids = QuerySet[Any, Any]  # of subscribers, in one column
FEWEST_DIGITS = 3
BROAD = 60  # rows of each way where only the first few are shown


def _ways(text: str) -> Iterator[Ids]:
    """The ids of subscribers, way by way; exact ones first."""
    exact = Subscriber.objects.filter(Q(name__iexact=text) | Q(account_number=text)).order_by()
    yield exact.values("pk")
    for field in ("name", "legal_name"):
        rows = Subscriber.objects.filter(**{f"{field}__icontains": text})
        yield (rows.exclude(legal_name="") if field == "legal_name" else rows).order_by().values("pk")
    if text.isdigit():
        yield Subscriber.objects.filter(account_number__startswith=text).order_by().values("pk")
    digits = phones.part(text)
    if len(digits) >= FEWEST_DIGITS:
        yield _of(Phone.objects.filter(digits__contains=digits))
    yield _of(Email.objects.filter(address__icontains=text))
    yield _of(Service.objects.filter(label__icontains=text).exclude(subscriber=None))
    if mac := macs.normalise(text):
        listed = Device.objects.filter(mac=mac).exclude(service__subscriber=None)
        yield listed.order_by().values("service__subscriber_id")


def _of(rows: "QuerySet[Any, Any]") -> Ids:
    return rows.order_by().values("subscriber_id")


def matching(text: str) -> Ids:
    """The ids of all who match, for filters of lists."""
    first, *rest = _ways(text)
    return first.union(*rest)


def first(text: str, most: int) -> list[Subscriber]:
    """Some who match, those that are called exactly so before others; bounded however common the text is."""
    way, *rest = (rows[:BROAD] for rows in _ways(text))
    found = Subscriber.objects.filter(pk__in=way.union(*rest), merged_into=None)
    rows = list(found.prefetch_related("phones", "emails").order_by("name", "pk"))
    rows.sort(key=lambda each: text.casefold() not in {each.name.casefold(), each.account_number.casefold()})
    return rows[:most]
