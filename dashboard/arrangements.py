"""All that is arranged with services beside their plans: what holds now, what comes, what was; with CSV."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.arranging import home_of, words
from dashboard.page import page
from subscribers import finding
from subscribers.models import Arrangement, Service

STATES = {"": "Now and to come", "over": "Over", "undone": "Undone", "all": "All"}
KINDS = {
    "extension": {"tone": "ok", "icon": "calendar-plus", "label": "Extension"},
    "data": {"tone": "brand", "icon": "hard-drive-download", "label": "Extra data"},
    "speed": {"tone": "brand", "icon": "gauge", "label": "Speed"},
    "pause": {"tone": "warn", "icon": "tree-palm", "label": "Holiday"},
}
SORTS = {"made": ("made_at", "pk"), "from": ("starts_at", "pk"), "until": ("ends_at", "pk")}
HEADS = ("Account or voucher", "Subscriber", "Kind", "What", "From", "Until", "Why", "Made", "By", "Undone")
SHOWN = 6


def found(state: str, kind: str, text: str, service: int | None, now: datetime) -> "QuerySet[Arrangement]":
    """The arrangements that pass the filters."""
    rows = Arrangement.objects.select_related("service__plan", "service__subscriber", "service__voucher")
    rows = rows.defer("service__secret", "service__voucher__code")
    over = Q(ends_at__lte=now) & ~Q(kind=Arrangement.Kind.EXTENSION)
    if state == "":
        rows = rows.filter(undone_at=None).exclude(over)
    elif state == "over":
        rows = rows.filter(over, undone_at=None)
    elif state == "undone":
        rows = rows.filter(undone_at__isnull=False)
    if kind:
        rows = rows.filter(kind=kind)
    if service is not None:
        rows = rows.filter(service=service)
    if text:
        rows = rows.filter(
            Q(service__label__icontains=text) | Q(service__subscriber__in=finding.matching(text))
        )
    return rows


def row(each: Arrangement, now: datetime) -> dict[str, Any]:
    """As lists show it."""
    over = each.kind != Arrangement.Kind.EXTENSION and each.ends_at is not None and each.ends_at <= now
    return {
        "row": each,
        "pill": KINDS[each.kind],
        "what": words(each),
        "over": over,
        "runs": each.kind == Arrangement.Kind.PAUSE and each.starts_at <= now,
        "may_undo": each.undone_at is None and not over,
    }


def of_service(service: Service, now: datetime) -> list[dict[str, Any]]:
    """The newest ones of a service, for its page."""
    return [row(each, now) for each in service.arrangements.all()[:SHOWN]]


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def index(request: Request) -> HttpResponse:
    now = datetime.now(UTC)
    state = listing.choice(request, "state", STATES)
    kind = listing.choice(request, "kind", KINDS)
    text, service = listing.search(request), listing.number(request, "service")
    rows = found(state, kind, text, service, now)
    chosen, fields = listing.order(request, SORTS, "-made")
    if listing.wants_csv(request):
        listing.limit_statements()
        return listing.csv_answer("arrangements", HEADS, _cells(rows.order_by(*fields)))
    shown = listing.paged(request, rows.order_by(*fields))
    return page(
        request,
        "dashboard/subscribers/arrangements.html",
        "list",
        nav_key="subscribers",
        page=shown,
        rows=[{**row(each, now), "home": home_of(each.service)} for each in shown],
        q=text,
        keep=[(name, value) for name, value in (("state", state), ("kind", kind)) if value],
        chips=listing.chips(request, "state", STATES.items(), state),
        kind_chips=listing.chips(
            request, "kind", [("", "All kinds"), *((key, each["label"]) for key, each in KINDS.items())], kind
        ),
        heads=listing.headings(
            request,
            chosen,
            [
                ("", "Whose"),
                ("", "Kind"),
                ("", "What"),
                ("made", "Made"),
                ("until", "Until"),
                ("", "", "num"),
            ],
        ),
        filtered=bool(text or kind or service is not None),
        may_change=access.may(request, Action.CHANGE_SUBSCRIBERS),
        export_url=listing.link(request, format="csv"),
    )


def _cells(rows: "QuerySet[Arrangement]") -> Iterator[list[object]]:
    for each in rows.iterator(chunk_size=1000):
        owner = each.service.subscriber
        yield [
            each.service.label,
            owner.name if owner else "",
            KINDS[each.kind]["label"],
            words(each),
            f"{each.starts_at:%Y-%m-%d %H:%M:%S}",
            f"{each.ends_at:%Y-%m-%d %H:%M:%S}" if each.ends_at else "",
            each.why,
            f"{each.made_at:%Y-%m-%d %H:%M:%S}",
            each.made_by,
            f"{each.undone_at:%Y-%m-%d %H:%M:%S}" if each.undone_at else "",
        ]
