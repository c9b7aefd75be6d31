"""Where an agent sells, made for a phone: choose a plan, sell, show the code."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Action
from billing import agent_sales, agent_stock, agent_sums, agents, handover
from billing.agent_models import Agent
from billing.agent_sales import MOST, UNDO_WITHIN
from billing.stock_models import Sale
from dashboard import access, names
from dashboard.access import Request, operator
from dashboard.agents import agent_or_404, own_or_404
from dashboard.page import page, refused
from kmikro.lib import codes
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats
from subscribers import offers, queries
from subscribers.models import Plan

DESK, SOLD = "dashboard/agents/sell.html", "dashboard/agents/sold.html"
MOST_PLANS = 40  # on one page of a phone


class SellForm(forms.Form):
    """Fields are named as billing.agent_sales refuses them; key makes a double tap one sale."""

    plan = forms.ChoiceField(label="What", widget=forms.RadioSelect)
    count = forms.IntegerField(
        label="How many",
        min_value=1,
        max_value=MOST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    source = forms.ChoiceField(
        label="From",
        widget=forms.RadioSelect,
        choices=[
            ("stock", "Your stock\nOn paper, the oldest first"),
            ("spot", "Made now\nA new code on the screen"),
        ],
    )
    serial = forms.CharField(
        label="Serial on the paper",
        max_length=20,
        required=False,
        help_text="Such as 12-0004; empty: the next one",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, plans: list[tuple[str, str]], has_stock: bool, **kwargs: Any) -> None:
        first = plans[0][0] if plans else ""
        source = "stock" if has_stock else "spot"
        kwargs.setdefault("initial", {"count": 1, "key": str(uuid4()), "source": source, "plan": first})
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = plans  # type: ignore[attr-defined]


def _offered(agent: Agent, now: datetime) -> tuple[dict[str, Plan], list[tuple[str, str]], int]:
    """Plans on sale with what they cost here and how many are in stock; those in stock come first."""
    stock = agent_stock.by_plan(agent, now)
    plans = list(queries.plans().filter(currency=agent.currency).order_by("price_minor", "name")[:300])
    plans = sorted(plans, key=lambda plan: not stock.get(plan.pk))[:MOST_PLANS]
    terms = agents.terms(agent, [plan.pk for plan in plans])
    choices = []
    for plan in plans:
        line = agent_sums.line(plan.price_minor, terms[plan.pk])
        there = f"{stock[plan.pk]:,} in stock" if stock.get(plan.pk) else "none in stock"
        price = formats.amount(line.price_minor, agent.currency)
        choices.append((str(plan.pk), f"{plan.name}\n{price}, {offers.words(plan)}; {there}"))
    return {str(plan.pk): plan for plan in plans}, choices, sum(stock.values())


@operator(Action.SELL)
@require_GET
def mine(request: Request) -> HttpResponse:
    """To one's own desk; who is no agent chooses one."""
    agent = Agent.objects.filter(user=request.user).first()
    return HttpResponseRedirect(reverse("agent-sell", args=[agent.pk]) if agent else reverse("agents"))


@operator(Action.SELL)
@require_http_methods(["GET", "POST"])
def sell(request: Request, pk: int) -> HttpResponse:
    """The desk; a POST sells and shows the codes."""
    agent, now = own_or_404(request, pk), datetime.now(UTC)
    plans, choices, in_stock = _offered(agent, now)
    data = request.POST if request.method == "POST" else None
    form = SellForm(data, plans=choices, has_stock=bool(in_stock))
    context: dict[str, Any] = {
        "nav_key": "agents" if access.may(request, Action.SEE_ALL_AGENTS) else "sell",
        "agent": agent,
        "form": form,
        "in_stock": in_stock,
        "on_its_way": agent.batches.filter(received_at=None).count(),
    }
    if request.method == "GET":
        return page(request, DESK, **context)
    if not form.is_valid():
        return refused(request, DESK, **context)
    wanted = form.cleaned_data
    try:
        sold = agent_sales.sell(
            agent,
            plans[wanted["plan"]],
            wanted["count"],
            by=access.actor(request),
            now=now,
            key=str(wanted["key"]),
            on_the_spot=wanted["source"] == "spot",
            serial=wanted["serial"],
        )
    except Refusal as refusal:
        return refused(request, DESK, refusal=refusal, **context)
    return HttpResponseRedirect(reverse("agent-sold", args=[pk, sold[0].pk]))


@operator(Action.SEE_AGENTS)
@require_GET
def sold(request: Request, pk: int, number: int) -> HttpResponse:
    """What one tap sold: each code big, with its QR, to be shown, copied or sent."""
    agent, now = agent_or_404(request, pk), datetime.now(UTC)
    first = get_object_or_404(Sale, pk=number, agent=agent)
    rows = Sale.objects.filter(agent=agent, key=first.key) if first.key else Sale.objects.filter(pk=first.pk)
    acts = agent.user_id == request.user.pk or access.may(request, Action.CHANGE_AGENTS)
    clear = acts and names.may_see_codes(request) and agent_sales.shows_code(first, now)
    portal = request.build_absolute_uri("/portal/")
    made = []
    for each in rows.select_related("voucher__service", "voucher__batch", "plan").order_by("line"):
        code = codes.shown(each.voucher.code) if clear else codes.masked(each.voucher.code)
        url = f"{portal}?v={each.voucher.code}"
        said = f"{request.isp.name}, {each.plan.name}: {code}. {url}"
        made.append(
            {
                "sale": each,
                "code": code,
                "url": url if clear else "",
                "said": said,
                "sms": f"sms:?&body={quote(said)}",
                "offer": offers.words(each.voucher.service.plan),
                "may_print": clear and handover.is_open(each.voucher.batch, now),
                "may_undo": acts and _can_be_undone(each, now),
            }
        )
    return page(
        request,
        SOLD,
        nav_key="agents" if access.may(request, Action.SEE_ALL_AGENTS) else "sell",
        agent=agent,
        made=made,
        clear=clear,
        may_sell=acts and access.may(request, Action.SELL),
    )


def _can_be_undone(sale: Sale, now: datetime) -> bool:
    fresh = sale.undone_at is None and now - sale.at <= UNDO_WITHIN
    return fresh and sale.voucher.service.first_used_at is None
