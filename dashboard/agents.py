"""Agents: the list, one agent's page, making and changing one, stopping and taking up again."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Action
from billing import agent_sales, agent_stock, agents
from billing.agent_models import Agent, AgentEntry
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.forms_agents import AgentForm, typed
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal

LIST, SHOW, FORM = (f"dashboard/agents/{name}.html" for name in ("index", "agent", "form"))
SORTS = {"name": ("name", "pk"), "float": ("balance_minor", "pk"), "since": ("made_at", "pk")}
NEWEST = 8  # rows of the ledger on the agent's page
HEADS = (
    "Agent", "Phone", "Signs in as", "Below", "State", "Currency", "Float", "Credit limit", "Commission %", "Vouchers an hour",
    "Vouchers a day", "Worth a day", "Since (UTC)",
)  # fmt: skip


def me(request: Request) -> int | None:
    """Whose agents this person sees: None is everybody's, else their own record and those below it."""
    return None if access.may(request, Action.SEE_ALL_AGENTS) else request.user.pk


def agent_or_404(request: Request, pk: int) -> Agent:
    """An agent whom this person may look at."""
    return get_object_or_404(
        Agent.objects.filter(agents.of_whom(me(request))).select_related("parent", "user"), pk=pk
    )


def own_or_404(request: Request, pk: int) -> Agent:
    """An agent for whom this person may act: themselves, or anybody for who may change agents."""
    rows = Agent.objects.all()
    if not access.may(request, Action.CHANGE_AGENTS):
        rows = rows.filter(user_id=request.user.pk)
    return get_object_or_404(rows, pk=pk)


@operator(Action.SEE_AGENTS)
@require_GET
def index(request: Request) -> HttpResponse:
    """Everybody who sells; an agent sees their own record and those below it."""
    text, state = listing.search(request), listing.choice(request, "state", agents.STATES)
    chosen, fields = listing.order(request, SORTS, "name")
    rows = agents.search(text, state, me(request)).order_by(*fields)
    if listing.wants_csv(request):
        listing.limit_statements()
        return listing.csv_answer("agents", HEADS, (_csv(each) for each in rows.iterator(chunk_size=1000)))
    found = listing.paged(request, rows)
    counted = dict(
        Agent.objects.filter(agents.of_whom(me(request)))
        .order_by()
        .values_list("is_active")
        .annotate(Count("pk"))
    )
    counts = {"active": counted.get(True, 0), "stopped": counted.get(False, 0)}
    counts[""] = sum(counts.values())
    options = [("", "All"), ("active", "Active"), ("stopped", "Stopped")]
    return page(
        request,
        LIST,
        nav_key="agents",
        page=found,
        rows=found,
        total=counts[""],
        q=text,
        filtered=bool(text or state),
        keep=[("state", state)] if state else [],
        chips=listing.chips(request, "state", options, state, counts),
        heads=listing.headings(
            request,
            chosen,
            [
                ("name", "Agent"),
                ("", "Below"),
                ("", "State"),
                ("", "Commission", "num"),
                ("", "Credit", "num"),
                ("float", "Float", "num"),
            ],
        ),
        export_url=listing.link(request, format="csv"),
        may_change=access.may(request, Action.CHANGE_AGENTS),
    )


def _csv(each: Agent) -> tuple[object, ...]:
    return (
        each.name, each.phone, each.user.email if each.user else "", each.parent.name if each.parent else "",
        "active" if each.is_active else "stopped", each.currency, typed(each.balance_minor, each.currency),
        typed(each.limit_minor, each.currency), each.commission / 100, each.per_hour or "", each.per_day or "",
        typed(each.per_day_minor, each.currency), f"{each.made_at:%Y-%m-%d %H:%M:%S}",
    )  # fmt: skip


@operator(Action.SEE_AGENTS)
@require_GET
def show(request: Request, pk: int) -> HttpResponse:
    """One agent: float, newest rows of the ledger, terms, and who is below."""
    agent, now = agent_or_404(request, pk), datetime.now(UTC)
    below = list(agent.subagents.all()[:50])
    acts = access.may(request, Action.CHANGE_AGENTS)
    is_own = agent.user_id == request.user.pk
    return page(
        request,
        SHOW,
        nav_key="agents",
        agent=agent,
        newest=AgentEntry.objects.filter(agent=agent).select_related("other")[:NEWEST],
        below=below,
        prices=list(agent.prices.select_related("plan")[:50]),
        today=agent_sales.sold_today(agent, now),
        in_stock=agent_stock.sellable(agent, now).count(),
        on_its_way=agent.batches.filter(received_at=None).count(),
        may_change=acts,
        may_sell=agent.is_active and (acts or (is_own and access.may(request, Action.SELL))),
        may_send=bool(below) and agent.is_active and (acts or (is_own and access.may(request, Action.SELL))),
    )


@operator(Action.CHANGE_AGENTS)
@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int | None = None) -> HttpResponse:
    """Make an agent, or change one."""
    there = get_object_or_404(Agent, pk=pk) if pk is not None else None
    currency = there.currency if there else request.isp.currency
    context: dict[str, Any] = {"nav_key": "agents", "agent": there, "currency": currency}
    if request.method == "GET":
        return page(request, FORM, form=AgentForm(agent=there, currency=currency), **context)
    form = AgentForm(request.POST, agent=there, currency=currency)
    if form.is_valid():
        wanted = form.wanted()
        if not form.errors:
            actor, now = access.actor(request), datetime.now(UTC)
            try:
                if there is None:
                    made = agents.create(wanted, currency=currency, by=actor, now=now)
                else:
                    made = agents.change(there, wanted, by=actor, now=now)
            except Refusal as refusal:
                return refused(request, FORM, form=form, refusal=refusal, **context)
            return done(request, reverse("agent", args=[made.pk]), f"{made.name} is saved.")
    return refused(request, FORM, form=form, **context)


@operator(Action.CHANGE_AGENTS)
@require_http_methods(["GET", "POST"])
def stop(request: Request, pk: int) -> HttpResponse:
    agent = get_object_or_404(Agent, pk=pk)
    here = reverse("agent", args=[pk])
    if request.method == "GET":
        return confirm(
            request,
            title=f"Stop {agent.name}?",
            text="Nothing is sold, received or sent by this agent any more. Float, stock and ledger stay as they are, "
            "and codes that were sold go on working.",
            action=reverse("agent-stop", args=[pk]),
            verb="Stop agent",
            cancel_url=here,
            nav_key="agents",
        )
    agents.stop(agent, by=access.actor(request), now=datetime.now(UTC))
    return done(request, here, f"{agent.name} is stopped.")


@operator(Action.CHANGE_AGENTS)
@require_POST
def resume(request: Request, pk: int) -> HttpResponse:
    agent = get_object_or_404(Agent, pk=pk)
    agents.resume(agent, by=access.actor(request), now=datetime.now(UTC))
    return done(request, reverse("agent", args=[pk]), f"{agent.name} can sell again.")
