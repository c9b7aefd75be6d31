"""What was compared and written on a router, run by run: found, filtered, exported."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.roles import Action
from dashboard import listing
from dashboard.access import Request, operator
from dashboard.enrolments import router_or_404
from dashboard.page import page
from routers import queries
from routers.models import SyncRun

CHIPS = [("", "All"), ("done", "Done"), ("failed", "Failed"), ("running", "Running")]
HEADS = ("Reason", "State", "Begun (UTC)", "Ended (UTC)", "Steps", "Written", "Trouble")
SORTS = {"begun": ("started_at", "pk"), "reason": ("reason", "pk"), "written": ("written", "pk")}


@operator(Action.SEE_ROUTERS)
@require_GET
def index(request: Request, pk: int) -> HttpResponse:
    router = router_or_404(pk)
    text, state = listing.search(request), listing.choice(request, "state", SyncRun.State.values)
    chosen, fields = listing.order(request, SORTS, "-begun")
    rows = queries.search_runs(router, text, state).order_by(*fields)
    if listing.wants_csv(request):
        listing.limit_statements()
        return listing.csv_answer("runs", HEADS, (_csv(each) for each in rows.iterator(chunk_size=1000)))
    return page(
        request,
        "dashboard/routers/runs.html",
        nav_key="routers",
        router=router,
        page=listing.paged(request, rows),
        q=text,
        filtered=bool(text or state),
        keep=[("state", state)] if state else [],
        chips=listing.chips(request, "state", CHIPS, state),
        heads=listing.headings(
            request,
            chosen,
            [
                ("reason", "Why"),
                ("", "State"),
                ("written", "Written", "num"),
                ("begun", "Begun"),
                ("", "What"),
            ],
        ),
        export_url=listing.link(request, format="csv"),
    )


def _csv(run: SyncRun) -> tuple[object, ...]:
    ended = f"{run.ended_at:%Y-%m-%d %H:%M:%S}" if run.ended_at else ""
    return (
        run.reason, run.state, f"{run.started_at:%Y-%m-%d %H:%M:%S}", ended,
        " / ".join(str(step.get("what", "")) for step in run.steps), run.written, run.trouble,
    )  # fmt: skip
