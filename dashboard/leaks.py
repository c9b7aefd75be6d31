"""The newest leak audit: who is online without paying or without being counted, and what that costs a day."""

from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.roles import Action
from dashboard import listing, names
from dashboard.access import Request, operator
from dashboard.page import page
from kmikro.lib import codes
from routers import queries
from routers.models import Leak

SORTS = {
    "money": ("minor", "pk"),
    "who": ("username", "pk"),
    "router": ("router_id", "pk"),
    "kind": ("kind", "pk"),
}
COVER = "••••••"


@operator(Action.SEE_REVENUE)
@require_GET
def index(request: Request) -> HttpResponse:
    audit, text = queries.newest_audit(), listing.search(request)
    kind, clear = listing.choice(request, "kind", Leak.Kind.values), names.may_see_codes(request)
    chosen, fields = listing.order(request, SORTS, "-money")
    rows = Leak.objects.filter(audit=audit)
    counts = {each["kind"]: each["n"] for each in rows.order_by().values("kind").annotate(n=Count("pk"))}
    money = [
        (each["currency"], each["sum"])
        for each in rows.exclude(currency="").order_by().values("currency").annotate(sum=Sum("minor"))
    ]
    if kind:
        rows = rows.filter(kind=kind)
    if text:
        match = Q(mac__icontains=text) | Q(
            username__iexact=text
        )  # parts of a name only for who may see codes
        rows = rows.filter(match | Q(username__icontains=text) if clear else match)
    rows, places = rows.order_by(*fields), names.routers()
    if listing.wants_csv(request):
        listing.limit_statements()
        heads = ("What", "User", "MAC", "Address", "Router", "A day (minor units)", "Currency", "Why")
        return listing.csv_answer(
            "leaks", heads, (_csv(each, places, clear) for each in rows.iterator(chunk_size=1000))
        )
    found = listing.paged(request, rows)
    columns: list[tuple[str, str] | tuple[str, str, str]] = [
        ("who", "User"),
        ("kind", "What"),
        ("router", "Router"),
        ("money", "A day", "num"),
    ]
    chips = [("", "All"), *Leak.Kind.choices]
    return page(
        request,
        "dashboard/alerts/leaks.html",
        nav_key="routers",
        audit=audit,
        page=found,
        rows=[_row(each, places, clear) for each in found],
        money=money,
        q=text,
        filtered=bool(text or kind),
        keep=[("kind", kind)] if kind else [],
        chips=listing.chips(request, "kind", chips, kind, {"": sum(counts.values()), **counts}),
        heads=listing.headings(request, chosen, columns),
        export_url=listing.link(request, format="csv"),
    )


def shown(username: str, *, clear: bool) -> str:
    """A name that may be a code is covered for who may not see codes."""
    if clear:
        return username
    name = codes.normalise(username)
    return codes.masked(name) if len(name) >= codes.LENGTH else COVER


def _row(each: Leak, places: dict[int, str], clear: bool) -> dict[str, Any]:
    router = places.get(each.router_id, names.GONE)
    return {"leak": each, "who": shown(each.username, clear=clear), "router": router}


def _csv(each: Leak, places: dict[int, str], clear: bool) -> tuple[object, ...]:
    return (
        each.get_kind_display(), shown(each.username, clear=clear), each.mac, each.address or "",
        places.get(each.router_id, names.GONE), each.minor, each.currency, each.text,
    )  # fmt: skip
