"""What plans cost with an agent: the list, and settling one."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from billing import agent_sums, agents
from billing.agent_models import Agent
from dashboard import access
from dashboard.access import Request, operator
from dashboard.forms_agents import PriceForm
from dashboard.page import done, page, refused
from kmikro.lib.refusal import Refusal
from subscribers import queries
from subscribers.models import Plan

PAGE = "dashboard/agents/prices.html"
MOST_PLANS = 300


@operator(Action.CHANGE_AGENTS)
@require_http_methods(["GET", "POST"])
def index(request: Request, pk: int) -> HttpResponse:
    """Every plan on sale with what the customer pays and what the agent keeps; a POST settles one."""
    agent = get_object_or_404(Agent, pk=pk)
    plans = list(queries.plans().filter(currency=agent.currency).order_by("name")[:MOST_PLANS])
    choices = [(plan.pk, plan.name) for plan in plans]
    form = PriceForm(request.POST or None, plans=choices, currency=agent.currency)
    context: dict[str, Any] = {"nav_key": "agents", "agent": agent, "form": form}
    if request.method == "POST":
        refusal = None
        if form.is_valid():
            given = form.given()
            if not form.errors:
                plan = next(each for each in plans if str(each.pk) == form.cleaned_data["plan"])
                try:
                    agents.price(agent, plan, given, by=access.actor(request), now=datetime.now(UTC))
                except Refusal as caught:
                    refusal = caught
                else:
                    here = reverse("agent-prices", args=[pk])
                    return done(request, here, f"The price of {plan.name} is settled.")
        return refused(request, PAGE, refusal=refusal, rows=_rows(agent, plans), **context)
    return page(request, PAGE, rows=_rows(agent, plans), **context)


def _rows(agent: Agent, plans: list[Plan]) -> list[dict[str, Any]]:
    own = set(agent.prices.values_list("plan_id", flat=True))
    terms = agents.terms(agent, [plan.pk for plan in plans])
    return [
        {"plan": plan, "line": agent_sums.line(plan.price_minor, terms[plan.pk]), "is_own": plan.pk in own}
        for plan in plans
    ]
