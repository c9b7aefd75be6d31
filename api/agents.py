"""Agents: who sells vouchers, on which terms, and what plans cost with them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, Named, Nothing, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from billing import agents
from billing.agent_models import Agent, AgentPrice
from kmikro.lib.refusal import Refusal
from subscribers import queries
from subscribers.models import Plan


class AgentOut(serializers.Serializer[Agent]):
    """An agent; `balance_minor` is the float, below zero what is owed."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    phone = serializers.CharField()
    user = Named(allow_null=True, help_text="Who signs in as this agent.")
    parent = Named(allow_null=True, help_text="The agent above.")
    is_active = serializers.BooleanField()
    currency = serializers.CharField()
    balance_minor = serializers.IntegerField()
    limit_minor = serializers.IntegerField(help_text="Of credit; 0 is prepaid.")
    commission = serializers.IntegerField(help_text="Hundredths of a percent.")
    per_hour = serializers.IntegerField(allow_null=True, help_text="Vouchers; null is no limit.")
    per_day = serializers.IntegerField(allow_null=True)
    per_day_minor = serializers.IntegerField(allow_null=True)
    closed_until = serializers.DateField(allow_null=True, help_text="The last day that is closed.")
    made_at = Moment()


class AgentIn(Strict):
    name = Text(max_length=80)
    phone = Text(max_length=32, required=False, allow_blank=True)
    user = Number(
        required=False, allow_null=True, min_value=1, help_text="Id of a person with the role reseller."
    )
    parent = Number(required=False, allow_null=True, min_value=1, help_text="Id of the agent above.")  # type: ignore[assignment]
    limit_minor = Number(required=False)
    commission = Number(required=False, help_text="Hundredths of a percent: 1250 is 12.5 %.")
    per_hour = Number(required=False, allow_null=True)
    per_day = Number(required=False, allow_null=True)
    per_day_minor = Number(required=False, allow_null=True)


class AgentQuery(PageQuery):
    search = serializers.CharField(required=False, max_length=80, help_text="In name, phone or email.")
    state = serializers.ChoiceField(list(agents.STATES), required=False)


def seen(request: Request) -> "QuerySet[Agent]":
    """Whom the token may look at: everybody with agents:all, else its maker's record and those below it."""
    me = None if access.may(request, Action.SEE_ALL_AGENTS) else access.token(request).made_by_id or 0
    return agents.search(me=me)


def acted_for(request: Request) -> "QuerySet[Agent]":
    """For whom the token may sell and send: whom it may look at with agents:write, else its maker."""
    if access.may(request, Action.CHANGE_AGENTS):
        return seen(request)
    return Agent.objects.filter(user_id=access.token(request).made_by_id or 0)


def _wanted(start: agents.Wanted, given: dict[str, Any]) -> agents.Wanted:
    ids = {f"{name}_id": given.pop(name) for name in ("user", "parent") if name in given}
    return replace(start, **given, **ids)


def shown(agent: Agent) -> dict[str, Any]:
    return dict(AgentOut(agent).data)


class Agents(View):
    scopes = {"GET": Action.SEE_AGENTS, "POST": Action.CHANGE_AGENTS}
    takes = {"GET": AgentQuery}
    pagination_class = CursorPages

    @extend_schema(responses=AgentOut(many=True))
    def get(self, request: Request) -> Response:
        """List agents.

        Without the scope `agents:all` only that of the token's maker and those below.
        """
        me = None if access.may(request, Action.SEE_ALL_AGENTS) else access.token(request).made_by_id or 0
        rows = agents.search(self.asked.get("search", ""), self.asked.get("state", ""), me)
        return self.page(rows, AgentOut)

    @extend_schema(request=AgentIn, responses={201: AgentOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Make an agent."""
        wanted = _wanted(agents.Wanted(""), self.body(request, AgentIn))
        made = agents.create(
            wanted, currency=access.isp(request).currency, by=access.actor(request), now=datetime.now(UTC)
        )
        where = reverse("api-agent", kwargs={"pk": made.pk})
        return Response(shown(made), status=201, headers={"Location": where})


class OneAgent(View):
    scopes = {"GET": Action.SEE_AGENTS, "PATCH": Action.CHANGE_AGENTS}

    @extend_schema(responses=AgentOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at an agent."""
        return Response(shown(one(seen(request), pk)))

    @extend_schema(request=AgentIn, responses=AgentOut)
    @transaction.atomic
    def patch(self, request: Request, pk: int) -> Response:
        """Change an agent; what is left out stays."""
        agent = one(seen(request), pk)
        wanted = _wanted(agents.wanted_of(agent), self.body(request, AgentIn, partial=True))
        return Response(shown(agents.change(agent, wanted, by=access.actor(request), now=datetime.now(UTC))))


class StopAgent(View):
    scopes = {"POST": Action.CHANGE_AGENTS}

    @extend_schema(request=Nothing, responses=AgentOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Stop an agent: nothing is sold, received or sent any more."""
        agent = one(seen(request), pk)
        self.body(request, Nothing)
        return Response(shown(agents.stop(agent, by=access.actor(request), now=datetime.now(UTC))))


class ResumeAgent(View):
    scopes = {"POST": Action.CHANGE_AGENTS}

    @extend_schema(request=Nothing, responses=AgentOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Take a stopped agent up again."""
        agent = one(seen(request), pk)
        self.body(request, Nothing)
        return Response(shown(agents.resume(agent, by=access.actor(request), now=datetime.now(UTC))))


class AgentPriceOut(serializers.Serializer[AgentPrice]):
    """What a plan costs with an agent, where it is not the plan's price and the agent's commission."""

    plan = Named()
    sells_for_minor = serializers.IntegerField(allow_null=True, help_text="To the customer.")
    pays_minor = serializers.IntegerField(
        allow_null=True, help_text="To the ISP; the rest is the commission."
    )
    commission = serializers.IntegerField(allow_null=True, help_text="Hundredths of a percent.")


class AgentPriceIn(Strict):
    """All empty takes the plan's own price away."""

    plan = Number(min_value=1, help_text="Id of a plan on sale.")
    sells_for_minor = Number(required=False, allow_null=True, default=None)
    pays_minor = Number(required=False, allow_null=True, default=None)
    commission = Number(required=False, allow_null=True, default=None)


class AgentPrices(View):
    scopes = {"GET": Action.SEE_AGENTS, "PATCH": Action.CHANGE_AGENTS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=AgentPriceOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List what plans cost with an agent."""
        return self.page(one(seen(request), pk).prices.select_related("plan"), AgentPriceOut)

    @extend_schema(request=AgentPriceIn, responses=AgentPriceIn)
    @transaction.atomic
    def patch(self, request: Request, pk: int) -> Response:
        """Settle what a plan costs with an agent."""
        agent = one(seen(request), pk)
        given = self.body(request, AgentPriceIn)
        plan: Plan | None = queries.plans().filter(pk=given.pop("plan")).first()
        if plan is None:
            raise Refusal("unknown_plan", "There is no plan on sale with this id.", field="plan")
        agents.price(agent, plan, given, by=access.actor(request), now=datetime.now(UTC))
        return Response({"plan": plan.pk, **given})
