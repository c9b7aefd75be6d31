"""The list of subscribers, with a service or without: filters, saved choices of them, export."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import Action
from dashboard import access, listing, paging
from dashboard.access import Request, operator
from dashboard.page import done, page
from kmikro.lib.refusal import Refusal
from subscribers import custom, filters, queries, states
from subscribers.models import SavedFilter, Site, Subscriber

SORTS = {"name": ("name", "pk"), "number": ("account_number", "pk"), "since": ("made_at", "pk")}
HEADS = (
    "Account", "Subscriber", "Kind", "Legal name", "Tax number", "State", "Phones", "Emails", "Address", "Latitude", "Longitude",
    "Site", "Tags", "Language", "Services", "Plans", "Since (UTC)",
)  # fmt: skip
ASKED = ("state", "tag", "site", "plan")
STATES = [("", "All"), *((name, meaning.label) for name, meaning in states.SUBSCRIBER.items())]


def _chosen(request: Request) -> dict[str, Any]:
    return {
        "state": listing.choice(request, "state", states.SUBSCRIBER),
        "tag": listing.search(request, "tag").lower(),
        "site": listing.number(request, "site"),
        "plan": listing.number(request, "plan"),
        "q": listing.search(request),
    }


def filtered(request: Request) -> tuple[dict[str, Any], Any]:
    """The filters as they were chosen, and the people who pass them."""
    chosen = _chosen(request)
    asked = {name: chosen[name] for name in ASKED}
    return chosen, queries.narrowed(queries.people(chosen["q"]), **asked)


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def index(request: Request) -> HttpResponse:
    """People and companies, whatever they have."""
    chosen, rows = filtered(request)
    sort, fields = listing.order(request, SORTS, "name")
    if listing.wants_csv(request):
        listing.limit_statements()
        return _csv(rows.order_by(*fields))
    counts = paging.counted("people", _counts)
    counts[""] = sum(counts.values())
    total = paging.known(chosen, counts)
    found = paging.paged(request, rows.order_by(*fields), queries.people(), total=total)
    return page(
        request,
        "dashboard/subscribers/people.html",
        nav_key="subscribers",
        page=found,
        rows=[{"person": person, "services": list(person.services.all())} for person in found],
        total=counts[""],
        filtered=any(chosen.values()),
        keep=[(name, chosen[name]) for name in ASKED if chosen[name]],
        chips=listing.chips(request, "state", STATES, chosen["state"], counts),
        sites=list(Site.objects.all()[:200]),
        plans=queries.living_plans().order_by("is_archived", "name").only("name")[:100],
        saved=_saved(request),
        now_chosen=[(name, value) for name in filters.NAMES if (value := request.GET.get(name))],
        heads=listing.headings(
            request,
            sort,
            [
                ("name", "Subscriber"),
                ("number", "Account"),
                ("", "Phone"),
                ("", "State"),
                ("", "Services"),
                ("since", "Since"),
            ],
        ),
        may_change=access.may(request, Action.CHANGE_SUBSCRIBERS),
        may_define=access.may(request, Action.CHANGE_SETTINGS),
        export_url=listing.link(request, format="csv"),
        bulk_url=f"{reverse('bulk-new')}{listing.link(request, of='people')}",
        **chosen,
    )


def _counts() -> dict[str, int]:
    rows = Subscriber.objects.filter(merged_into=None).order_by()
    return dict(rows.values_list("state").annotate(Count("pk")))


def _saved(request: Request) -> list[dict[str, Any]]:
    return [
        {
            "filter": each,
            "url": f"{reverse('subscriber-people')}?{urlencode(each.chosen)}",
            "is_mine": each.owner_id == request.user.pk,
        }
        for each in filters.seen_by(request.user)[:100]
    ]


def _csv(rows: Any) -> HttpResponse:
    own = custom.fields()
    return listing.csv_answer(
        "people",
        [*HEADS, *(field.name for field in own)],
        (
            [
                person.account_number, person.name, person.kind, person.legal_name, person.tax_number, person.state,
                "; ".join(each.number for each in person.phones.all()), "; ".join(each.address for each in person.emails.all()),
                person.address.replace("\n", ", "), person.latitude or "", person.longitude or "", person.site.name if person.site else "",
                ", ".join(person.tags), person.language, len(person.services.all()),
                ", ".join(sorted({each.plan.name for each in person.services.all()})), f"{person.made_at:%Y-%m-%d %H:%M:%S}",
                *(person.custom.get(str(field.pk), "") for field in own),
            ]
            for person in rows.iterator(chunk_size=1000)
        ),
    )  # fmt: skip


@operator(Action.SEE_SUBSCRIBERS)
@require_POST
def save(request: Request) -> HttpResponse:
    """Keep the filters that are on under a name."""
    chosen = {name: request.POST.get(name, "")[:100] for name in filters.NAMES}
    here = (
        f"{reverse('subscriber-people')}?{urlencode({key: value for key, value in chosen.items() if value})}"
    )
    try:
        made = filters.save(
            request.POST.get("name", ""),
            chosen,
            owner=request.user,
            is_shared=request.POST.get("shared") == "1",
            by=access.actor(request),
            now=datetime.now(UTC),
        )
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(request, here, f"“{made.name}” is saved.")


@operator(Action.SEE_SUBSCRIBERS)
@require_POST
def forget(request: Request, number: int) -> HttpResponse:
    """Forget one's own saved filters."""
    saved = get_object_or_404(SavedFilter, pk=number, owner=request.user)
    filters.remove(saved, by=access.actor(request), now=datetime.now(UTC))
    return done(request, reverse("subscriber-people"), f"“{saved.name}” is forgotten.")
