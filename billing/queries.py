"""Reads about batches and vouchers. `owner` limits to what one person made or has received as an agent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from billing import vouchers as verbs
from billing.models import Batch, Voucher
from kmikro.lib import codes
from subscribers.models import Service
from subscribers.queries import State, state_at


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a batch's vouchers."""

    unused: int = 0
    used: int = 0
    void: int = 0


@dataclass(frozen=True, slots=True)
class Reach:
    """What voiding vouchers of a batch would find; `voided` of them would be made void, `kept` are left as they are."""

    unused: int
    in_use: int
    used_up: int
    void: int
    voided: int

    @property
    def kept(self) -> int:
        return self.unused + self.in_use + self.used_up - self.voided


@dataclass(frozen=True, slots=True)
class Sales:
    """Vouchers whose clock started in a span of time; minor is what they were to be sold for."""

    count: int
    minor: int


def theirs(owner: int, to: str = "") -> Q:
    """Batches of a person: made by them, or received as an agent; `to` leads from the filtered model to the batch."""
    received = {f"{to}agent__user_id": owner, f"{to}received_at__isnull": False}
    return Q(**{f"{to}made_by_id": owner, f"{to}agent": None}) | Q(**received)


def batches(owner: int | None = None) -> "QuerySet[Batch]":
    rows = Batch.objects.select_related("plan", "made_by", "agent")
    return rows if owner is None else rows.filter(theirs(owner))


def tallies(batch_ids: Collection[int]) -> dict[int, Tally]:
    """Per batch what became of its vouchers."""
    void = Q(service__status=Service.Status.VOID)
    rows = (
        Voucher.objects.filter(batch_id__in=batch_ids)
        .values("batch_id")
        .annotate(
            void=Count("pk", filter=void),
            used=Count("pk", filter=~void & Q(service__first_used_at__isnull=False)),
            unused=Count("pk", filter=~void & Q(service__first_used_at=None)),
        )
        .order_by()
    )
    found = {row["batch_id"]: Tally(row["unused"], row["used"], row["void"]) for row in rows}
    return {pk: found.get(pk, Tally()) for pk in batch_ids}


def vouchers(now: datetime, owner: int | None = None) -> "QuerySet[Any]":
    """Voucher rows with `state` (subscribers.queries.State), their service, plan and batch."""
    rows = Voucher.objects.select_related("service__plan", "batch").annotate(state=state_at(now, "service__"))
    return rows if owner is None else rows.filter(theirs(owner, "batch__"))


def shapes() -> list[codes.Shape]:
    """What codes look like here: the usual, and what was chosen for batches."""
    chosen = Batch.objects.order_by().values_list("prefix", "alphabet", "length").distinct()
    return list(dict.fromkeys([codes.DEFAULT, *(codes.Shape(*each) for each in chosen)]))


def is_code(text: str) -> bool:
    """Whether what was typed is a whole code without a slip."""
    return any(codes.is_plausible(text, shape) for shape in shapes())


def is_typo(text: str) -> bool:
    """Whether what was typed was to be a code, and a character of it is wrong."""
    bare = codes.normalise(text)
    near = [shape for shape in shapes() if shape.total == len(bare) and _is_near(bare, shape)]
    return bool(near) and not any(codes.is_plausible(bare, shape) for shape in near)


def _is_near(bare: str, shape: codes.Shape) -> bool:
    """All its signs but one are those of the shape."""
    begins, signs = len(shape.prefix), codes.ALPHABETS[shape.alphabet]
    right = sum(mine == sign for mine, sign in zip(bare, shape.prefix, strict=False))
    return right + sum(sign in signs for sign in bare[begins:]) >= len(bare) - 1


def reach(
    batch: Batch, now: datetime, *, unused_only: bool, first: int | None = None, last: int | None = None
) -> Reach:
    """What billing.vouchers.void_batch would do, without doing it."""
    rows = vouchers(now).filter(batch=batch)
    if first is not None:
        rows = rows.filter(serial__gte=first)
    if last is not None:
        rows = rows.filter(serial__lte=last)
    never = Q(service__first_used_at=None)
    working = Q(state__in=verbs.WORKING)
    counts = rows.order_by().aggregate(
        unused=Count("pk", filter=working & never),
        in_use=Count("pk", filter=working & ~never),
        void=Count("pk", filter=Q(state=State.VOID)),
        used_up=Count("pk", filter=Q(state__in=[State.SPENT, State.ENDED])),
    )
    return Reach(**counts, voided=counts["unused"] + (0 if unused_only else counts["in_use"]))


def matching(rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
    """Those whose full code, serial ('12-0004' or '4') or last four characters were typed."""
    if is_code(text):
        return rows.filter(service__lookup=verbs.lookup(text))
    if text.isascii() and text.isdigit() and len(text) <= 5:
        return rows.filter(Q(serial=int(text)) | Q(tail=codes.normalise(text)))
    return rows.filter(Q(service__label__startswith=text) | Q(tail=codes.normalise(text)))


def sold(since: datetime, until: datetime, owner: int | None = None) -> Sales:
    """What was activated from `since` until before `until`, at the price of its batch."""
    rows = Voucher.objects.filter(service__first_used_at__gte=since, service__first_used_at__lt=until)
    if owner is not None:
        rows = rows.filter(theirs(owner, "batch__"))
    found = rows.aggregate(count=Count("pk"), minor=Sum("batch__price_minor"))
    return Sales(found["count"], found["minor"] or 0)


def stock(owner: int | None = None) -> Sales:
    """What is printed and not used yet, and what it is worth."""
    rows = Voucher.objects.filter(service__status=Service.Status.ACTIVE, service__first_used_at=None)
    if owner is not None:
        rows = rows.filter(theirs(owner, "batch__"))
    found = rows.aggregate(count=Count("pk"), minor=Sum("batch__price_minor"))
    return Sales(found["count"], found["minor"] or 0)


def in_use(now: datetime) -> int:
    """Vouchers whose clock runs."""
    return vouchers(now).filter(state=State.IN_USE).count()
