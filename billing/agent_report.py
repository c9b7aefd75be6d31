"""What agents sold between two days, by agent, batch or day: sums of the ledger, so that they agree with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from billing import agents
from billing.agent_models import AgentEntry

Kind = AgentEntry.Kind
BY = {
    "agent": {"agent_name": F("agent__name"), "currency": F("agent__currency")},
    "batch": {
        "batch": F("sale__voucher__batch"), "plan_name": F("sale__plan__name"), "agent_name": F("agent__name"),
        "currency": F("agent__currency"),
    },
    "day": {"agent_name": F("agent__name"), "currency": F("agent__currency")},
}  # fmt: skip
_KEYS = {"agent": ("agent_id",), "batch": ("agent_id",), "day": ("day", "agent_id")}
_ORDER = {
    "agent": ("agent_name", "agent_id"),
    "batch": ("-batch", "agent_id"),
    "day": ("-day", "agent_name", "agent_id"),
}


@dataclass(frozen=True, slots=True)
class Total:
    """Vouchers sold less those taken back, what customers paid, what agents kept, and what is the ISP's."""

    count: int = 0
    price_minor: int = 0
    commission_minor: int = 0

    @property
    def net_minor(self) -> int:
        return self.price_minor - self.commission_minor


def rows(by: str, first: date, last: date, me: int | None = None) -> "QuerySet[Any]":
    """One row for each agent, batch or day with count, price, commission and net; `me` as in agents.of_whom."""
    mine = AgentEntry.objects.filter(agent__in=agents.search(me=me).values("pk"), sale__isnull=False)
    sold, back = Q(kind=Kind.SALE), Q(kind=Kind.SALE_BACK)
    kept = Q(kind__in=[Kind.COMMISSION, Kind.COMMISSION_BACK])
    found = mine.filter(day__gte=first, day__lte=last).order_by().values(*_KEYS[by], **BY[by])
    summed: QuerySet[Any] = found.annotate(
        count=Count("pk", filter=sold) - Count("pk", filter=back),
        price_minor=-Sum("amount_minor", filter=sold | back, default=0),
        commission_minor=Sum("amount_minor", filter=kept, default=0),
    )
    return summed.order_by(*_ORDER[by])


def total(found: Iterable[dict[str, Any]]) -> Total:
    listed = list(found)
    return Total(
        sum(row["count"] for row in listed),
        sum(row["price_minor"] for row in listed),
        sum(row["commission_minor"] for row in listed),
    )
