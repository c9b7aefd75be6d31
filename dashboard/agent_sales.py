"""What an agent has sold: the list with search and export, and taking a sale back."""

from datetime import UTC, date, datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Action
from billing import agent_sales
from billing.agent_models import Agent
from billing.agent_sales import UNDO_WITHIN
from billing.stock_models import Sale
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.agents import agent_or_404, own_or_404
from dashboard.forms_agents import typed
from dashboard.page import done, page
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats

PAGE, UNDO = "dashboard/agents/sales.html", "dashboard/agents/undo.html"
STATES = (("", "All"), ("sold", "Sold"), ("undone", "Taken back"), ("found", "Used unsold"))
HEADS = (
    "At (UTC)", "Day", "Voucher", "Plan", "Price", "Commission", "Float after", "Currency", "By", "Taken back (UTC)", "By", "Why",
)  # fmt: skip


@operator(Action.SEE_AGENTS)
@require_GET
def index(request: Request, pk: int) -> HttpResponse:
    """Every sale, newest first; a serial, a plan or who sold is found, and a day can be chosen."""
    agent = agent_or_404(request, pk)
    text = listing.search(request)
    state = listing.choice(request, "state", [name for name, _label in STATES])
    day = _day(request)
    rows = Sale.objects.filter(agent=agent).select_related("voucher__service", "plan").order_by("-pk")
    if text:
        named = rows.filter(voucher__service__label__startswith=text) | rows.filter(
            plan__name__icontains=text
        )
        rows = named | rows.filter(by__icontains=text)
    if state in {"sold", "undone"}:
        rows = rows.filter(undone_at__isnull=state == "sold")
    elif state:
        rows = rows.filter(is_found=True)
    if day is not None:
        rows = rows.filter(day=day)
    if listing.wants_csv(request):
        listing.limit_statements()
        return listing.csv_answer(f"sales-{pk}", HEADS, (_csv(each, agent) for each in rows.iterator()))
    found = listing.paged(request, rows)
    return page(
        request,
        PAGE,
        nav_key="agents",
        agent=agent,
        page=found,
        rows=found,
        q=text,
        day=day,
        filtered=bool(text or state or day),
        keep=[(name, value) for name, value in (("state", state), ("day", day and day.isoformat())) if value],
        chips=listing.chips(request, "state", STATES, state),
        export_url=listing.link(request, format="csv"),
        may_undo=agent.user_id == request.user.pk or access.may(request, Action.CHANGE_AGENTS),
    )


def _day(request: Request) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None


def _csv(each: Sale, agent: Agent) -> tuple[object, ...]:
    return (
        f"{each.at:%Y-%m-%d %H:%M:%S}", f"{each.day:%Y-%m-%d}", each.voucher.service.label, each.plan.name,
        typed(each.price_minor, agent.currency), typed(each.commission_minor, agent.currency),
        typed(each.balance_minor, agent.currency), agent.currency, each.by,
        f"{each.undone_at:%Y-%m-%d %H:%M:%S}" if each.undone_at else "", each.undone_by, each.why,
    )  # fmt: skip


@operator(Action.SELL)
@require_http_methods(["GET", "POST"])
def undo(request: Request, pk: int, number: int) -> HttpResponse:
    """Take a sale back: an agent within minutes, who may change agents at any time and with a reason."""
    agent = own_or_404(request, pk)
    sale = get_object_or_404(
        Sale.objects.select_related("voucher__batch", "plan", "agent"), pk=number, agent=agent
    )
    here = reverse("agent-sales", args=[pk])
    late = datetime.now(UTC) - sale.at > UNDO_WITHIN
    if request.method == "GET":
        worth = formats.amount(sale.price_minor - sale.commission_minor, agent.currency)
        fate = "Its code becomes void." if sale.is_spot else "The voucher lies in the stock again."
        return page(
            request,
            UNDO,
            nav_key="agents",
            agent=agent,
            sale=sale,
            late=late,
            text=f"{worth} go back to the float. {fate}",
        )
    try:
        agent_sales.undo(
            sale,
            by=access.actor(request),
            now=datetime.now(UTC),
            why=request.POST.get("why", ""),
            at_any_time=access.may(request, Action.CHANGE_AGENTS),
        )
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(request, here, f"The sale of voucher {sale.voucher} is taken back.")
