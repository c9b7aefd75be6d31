"""An agent's stock: batches given, received, returned, and taken into the ISP's own stock again."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Action
from billing import agent_sales, agent_stock, queries
from billing.agent_models import Agent
from billing.models import Batch
from billing.stock_models import Consignment
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.agents import agent_or_404, own_or_404
from dashboard.page import confirm, done, page
from kmikro.lib.refusal import Refusal

PAGE = "dashboard/agents/stock.html"
STATES = (
    ("sent", "On its way"),
    ("held", "With the agent"),
    ("returned", "Coming back"),
    ("stocked", "Back"),
)
MOST_BATCHES = 200  # that can be chosen; older ones are found in the list of batches
HEADS = (
    "Batch",
    "Plan",
    "State",
    "Given (UTC)",
    "By",
    "Received (UTC)",
    "By",
    "Returned (UTC)",
    "By",
    "Codes returned",
)


@operator(Action.SEE_AGENTS)
@require_GET
def index(request: Request, pk: int) -> HttpResponse:
    """Every batch that this agent has or had, and for who may, the form that gives another."""
    agent = agent_or_404(request, pk)
    state = listing.choice(request, "state", [name for name, _label in STATES])
    rows = Consignment.objects.filter(agent=agent, **_in(state)).select_related("batch__plan").order_by("-pk")
    if listing.wants_csv(request):
        listing.limit_statements()
        return listing.csv_answer(f"stock-{pk}", HEADS, (_csv(each) for each in rows.iterator()))
    found = listing.paged(request, rows)
    tallies = queries.tallies([each.batch_id for each in found])
    left = agent_stock.left(agent, [each.batch_id for each in found])
    gives = access.may(request, Action.CHANGE_AGENTS)
    return page(
        request,
        PAGE,
        nav_key="agents",
        agent=agent,
        page=found,
        rows=[
            {"row": each, "left": left.get(each.batch_id, 0), "tally": tallies[each.batch_id]}
            for each in found
        ],
        filtered=bool(state),
        chips=listing.chips(request, "state", [("", "All"), *STATES], state),
        export_url=listing.link(request, format="csv"),
        gives=gives,
        acts=gives or agent.user_id == request.user.pk,
        free=_free(agent) if gives and agent.is_active else [],
        unpaid=agent_stock.unpaid(agent).count(),
    )


def _in(state: str) -> dict[str, Any]:
    match state:
        case "sent":
            return {"received_at": None, "returned_at": None}
        case "held":
            return {"received_at__isnull": False, "returned_at": None}
        case "returned":
            return {"returned_at__isnull": False, "stocked_at": None}
        case "stocked":
            return {"stocked_at__isnull": False}
    return {}


def _free(agent: Agent) -> list[Batch]:
    rows = Batch.objects.filter(agent=None, state=Batch.State.READY, currency=agent.currency)
    return list(rows.select_related("plan").order_by("-pk")[:MOST_BATCHES])


def _csv(each: Consignment) -> tuple[object, ...]:
    def moment(at: datetime | None) -> str:
        return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""

    return (
        each.batch_id, each.batch.plan.name, dict(STATES)[each.state], moment(each.given_at), each.given_by,
        moment(each.received_at), each.received_by, moment(each.returned_at), each.returned_by, each.unsold if each.unsold is not None else "",
    )  # fmt: skip


@operator(Action.CHANGE_AGENTS)
@require_POST
def give(request: Request, pk: int) -> HttpResponse:
    """Send a batch to the agent: its codes work when the agent has received it."""
    agent = get_object_or_404(Agent, pk=pk)
    number = listing.identity(request.POST.get("batch", ""))
    batch = Batch.objects.filter(pk=number).first() if number is not None else None
    here = reverse("agent-stock", args=[pk])
    if batch is None:
        return done(request, here, "Choose a batch.", "bad")
    try:
        agent_stock.give(batch, agent, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(
        request, here, f"Batch {batch.pk} is on its way. Its codes work when {agent.name} has received it."
    )


def _acted(request: Request, pk: int, act: Callable[[], str]) -> HttpResponse:
    here = reverse("agent-stock", args=[pk])
    try:
        text = act()
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(request, here, text)


@operator(Action.SELL)
@require_POST
def receive(request: Request, pk: int, number: int) -> HttpResponse:
    """The agent has the batch in their hands: its codes work from now on."""
    batch = get_object_or_404(Batch, pk=number, agent=own_or_404(request, pk))

    def act() -> str:
        agent_stock.receive(batch, by=access.actor(request), now=datetime.now(UTC))
        return f"Batch {number} is received. Its codes work now."

    return _acted(request, pk, act)


@operator(Action.SELL)
@require_http_methods(["GET", "POST"])
def take_back(request: Request, pk: int, number: int) -> HttpResponse:
    """What is unsold goes back to the ISP; those codes stop working."""
    agent = own_or_404(request, pk)
    batch = get_object_or_404(Batch, pk=number, agent=agent)
    if request.method == "GET":
        left = agent_stock.unsold(batch).count()
        return confirm(
            request,
            title=f"Return batch {number}?",
            text=f"{left:,} unsold codes stop working until somebody receives them again. What was sold goes on.",
            action=reverse("agent-stock-return", args=[pk, number]),
            verb="Return the batch",
            cancel_url=reverse("agent-stock", args=[pk]),
            nav_key="agents",
        )

    def act() -> str:
        count = agent_stock.take_back(batch, by=access.actor(request), now=datetime.now(UTC))
        return f"{count:,} codes of batch {number} are on their way back and do not work."

    return _acted(request, pk, act)


@operator(Action.CHANGE_AGENTS)
@require_POST
def restock(request: Request, pk: int, number: int) -> HttpResponse:
    """What came back lies in the ISP's own stock, where it works."""
    get_object_or_404(Agent, pk=pk)
    batch = get_object_or_404(Batch.objects.filter(consignments__agent=pk).distinct(), pk=number)

    def act() -> str:
        count = agent_stock.restock(batch, by=access.actor(request), now=datetime.now(UTC))
        return f"{count:,} codes of batch {number} are in your own stock and work."

    return _acted(request, pk, act)


@operator(Action.SELL)
@require_POST
def book_used(request: Request, pk: int) -> HttpResponse:
    """Sell what was used out of the stock without being sold."""
    agent = own_or_404(request, pk)

    def act() -> str:
        made = agent_sales.book_used(agent, by=access.actor(request), now=datetime.now(UTC))
        return f"{len(made)} used codes are booked as sold."

    return _acted(request, pk, act)
