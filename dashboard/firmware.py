"""The RouterOS versions of all routers: what runs, what is there, and the way to an upgrade."""

from django.db.models import Q
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.page import page
from routers import queries
from routers.models import Router

SORTS = {
    "name": ("name", "pk"),
    "site": ("site__name", "name", "pk"),
    "version": ("version", "name", "pk"),
    "checked": ("firmware__checked_at", "name", "pk"),
}
FILTERS = {
    "behind": Q(firmware__is_behind=True),
    "current": Q(firmware__is_behind=False),
    "unknown": Q(firmware=None),
}
CHIPS = [("", "All"), ("behind", "New version there"), ("current", "Up to date"), ("unknown", "Never asked")]
HEADS = (
    "Name",
    "Site",
    "Board",
    "RouterOS",
    "Channel",
    "Latest",
    "Behind",
    "Board firmware",
    "Said",
    "Asked",
)


@operator(Action.SEE_ROUTERS)
@require_GET
def index(request: Request) -> HttpResponse:
    text, state = listing.search(request), listing.choice(request, "firmware", FILTERS)
    chosen, fields = listing.order(request, SORTS, "name")
    ready = queries.search(text, "").filter(state=Router.State.READY).select_related("firmware")
    rows = (ready.filter(FILTERS[state]) if state else ready).order_by(*fields)
    if listing.wants_csv(request):
        return listing.csv_answer("firmware", HEADS, (_csv(router) for router in rows.iterator()))
    found = listing.paged(request, rows)
    return page(
        request,
        "dashboard/firmware/index.html",
        nav_key="routers",
        page=found,
        q=text,
        firmware=state,
        keep=[("firmware", state)] if state else [],
        chips=listing.chips(request, "firmware", CHIPS, state),
        heads=listing.headings(
            request,
            chosen,
            [
                ("name", "Router"),
                ("site", "Site"),
                ("version", "Runs"),
                ("", "Channel offers"),
                ("checked", "Asked"),
            ],
        ),
        may_change=access.may(request, Action.CHANGE_ROUTERS),
        export_url=listing.link(request, format="csv"),
        shown=[router.pk for router in found],
    )


def _csv(router: Router) -> tuple[object, ...]:
    told = getattr(router, "firmware", None)
    if told is None:
        return (router.name, router.site.name, router.board, router.version, "", "", "", "", "", "")
    return (
        router.name, router.site.name, router.board, told.installed or router.version, told.channel, told.latest,
        "yes" if told.is_behind else "no", told.board_firmware, told.status, told.checked_at.isoformat(),
    )  # fmt: skip
