"""An agent's money: the whole ledger, float bought with cash, corrections, float sent to an agent below."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.journal import Actor
from accounts.roles import Action
from billing import agent_ledger
from billing.agent_models import Agent, AgentEntry
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.agents import agent_or_404, own_or_404
from dashboard.forms_agents import CorrectionForm, KeyedForm, SendForm, TopUpForm, typed
from dashboard.page import done, page, refused
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats

LEDGER, FORM = "dashboard/agents/ledger.html", "dashboard/agents/money.html"
HEADS = (
    "Number",
    "At (UTC)",
    "Day",
    "What",
    "Text",
    "Other agent",
    "Amount",
    "Float after",
    "Currency",
    "By",
)
Booking = Callable[[int, Actor, datetime], object]


@operator(Action.SEE_AGENTS)
@require_GET
def ledger(request: Request, pk: int) -> HttpResponse:
    """Every row, newest first; text is looked for in what a row says and in who wrote it."""
    agent = agent_or_404(request, pk)
    text, kind = listing.search(request), listing.choice(request, "kind", AgentEntry.Kind.values)
    rows = AgentEntry.objects.filter(agent=agent).select_related("other").order_by("-number")
    if text:
        rows = rows.filter(text__icontains=text) | rows.filter(by__icontains=text)
    if kind:
        rows = rows.filter(kind=kind)
    if listing.wants_csv(request):
        listing.limit_statements()
        return listing.csv_answer(f"ledger-{pk}", HEADS, (_csv(each, agent) for each in rows.iterator()))
    found = listing.paged(request, rows)
    return page(
        request,
        LEDGER,
        nav_key="agents",
        agent=agent,
        page=found,
        rows=found,
        q=text,
        filtered=bool(text or kind),
        keep=[("kind", kind)] if kind else [],
        kinds=[(value, label, value == kind) for value, label in AgentEntry.Kind.choices],
        export_url=listing.link(request, format="csv"),
    )


def _csv(each: AgentEntry, agent: Agent) -> tuple[object, ...]:
    return (
        each.number, f"{each.at:%Y-%m-%d %H:%M:%S}", f"{each.day:%Y-%m-%d}", each.get_kind_display(), each.text,
        each.other.name if each.other else "", typed(each.amount_minor, agent.currency),
        typed(each.balance_minor, agent.currency), agent.currency, each.by,
    )  # fmt: skip


@operator(Action.CHANGE_AGENTS)
@require_http_methods(["GET", "POST"])
def top_up(request: Request, pk: int) -> HttpResponse:
    """Cash comes in, float goes up."""
    agent = get_object_or_404(Agent, pk=pk)
    form = TopUpForm(request.POST or None, currency=agent.currency)

    def book(minor: int, by: Actor, now: datetime) -> object:
        data = form.cleaned_data
        return agent_ledger.top_up(agent, minor, by=by, now=now, text=data["text"], key=str(data["key"]))

    return _booked(request, agent, form, book, title="Top up", verb="Book the cash")


@operator(Action.CHANGE_AGENTS)
@require_http_methods(["GET", "POST"])
def correct(request: Request, pk: int) -> HttpResponse:
    """Put something right, with a reason."""
    agent = get_object_or_404(Agent, pk=pk)
    form = CorrectionForm(request.POST or None, currency=agent.currency)

    def book(minor: int, by: Actor, now: datetime) -> object:
        data = form.cleaned_data
        signed = -minor if data["direction"] == "down" else minor
        return agent_ledger.correct(agent, signed, data["text"], by=by, now=now, key=str(data["key"]))

    return _booked(request, agent, form, book, title="Correction", verb="Book the correction")


@operator(Action.SELL)
@require_http_methods(["GET", "POST"])
def send(request: Request, pk: int) -> HttpResponse:
    """Float to an agent directly below."""
    agent = own_or_404(request, pk)
    below = list(agent.subagents.filter(is_active=True)[:200])
    form = SendForm(request.POST or None, currency=agent.currency, below=below)

    def book(minor: int, by: Actor, now: datetime) -> object:
        data = form.cleaned_data
        receiver = next(each for each in below if str(each.pk) == data["to"])
        return agent_ledger.send(agent, receiver, minor, by=by, now=now, key=str(data["key"]))

    return _booked(request, agent, form, book, title="Send float", verb="Send it", nobody=not below)


def _booked(request: Request, agent: Agent, form: KeyedForm, book: Booking, **context: Any) -> HttpResponse:
    """The form, or the page of the agent after it was booked; what was sent twice is booked once."""
    context = {"nav_key": "agents", "agent": agent, "form": form, **context}
    if request.method == "GET":
        # Bound with nothing it would show errors; the unbound one has a fresh key.
        return page(request, FORM, **context)
    minor = form.minor("amount") if form.is_valid() else None
    if minor is None:
        return refused(request, FORM, **context)
    try:
        book(minor, access.actor(request), datetime.now(UTC))
    except Refusal as refusal:
        return refused(request, FORM, refusal=refusal, **context)
    agent.refresh_from_db()
    text = f"{agent.name}'s float is {formats.amount(agent.balance_minor, agent.currency)} now."
    return done(request, reverse("agent", args=[agent.pk]), text)
