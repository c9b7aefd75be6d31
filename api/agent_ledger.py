"""An agent's ledger: rows that nobody changes; float bought, corrected, and sent to an agent below."""

from datetime import UTC, datetime

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.agents import acted_for, seen
from api.fields import Moment, Named, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.refusals import naming
from api.view import View, one
from billing import agent_ledger
from billing.agent_models import AgentEntry
from kmikro.lib.refusal import Refusal


class AgentEntryOut(serializers.Serializer[AgentEntry]):
    """One row; the balance after it is the sum of all amounts up to it."""

    id = serializers.IntegerField()
    number = serializers.IntegerField(help_text="From 1, without gaps.")
    at = Moment()
    day = serializers.DateField(help_text="On which it is booked, of the ISP's calendar.")
    kind = serializers.ChoiceField(AgentEntry.Kind.choices)
    amount_minor = serializers.IntegerField(help_text="With its sign.")
    balance_minor = serializers.IntegerField()
    text = serializers.CharField()
    other = Named(allow_null=True, help_text="The agent who sent or received.")
    by = serializers.CharField()


class AgentEntryQuery(PageQuery):
    kind = serializers.ChoiceField(AgentEntry.Kind.choices, required=False)
    day = serializers.DateField(required=False)


class TopUpIn(Strict):
    amount_minor = Number(min_value=1)
    text = Text(required=False, default="", allow_blank=True, max_length=200)


class CorrectionIn(Strict):
    amount_minor = Number(min_value=-(10**15), help_text="With its sign.")
    text = Text(max_length=200, help_text="Why.")


class SendIn(Strict):
    to = Number(min_value=1, help_text="Id of an agent directly below.")
    amount_minor = Number(min_value=1)


class Ledger(View):
    scopes = {"GET": Action.SEE_AGENTS}
    takes = {"GET": AgentEntryQuery}
    pagination_class = CursorPages

    @extend_schema(responses=AgentEntryOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the ledger of an agent."""
        rows = AgentEntry.objects.filter(agent=one(seen(request), pk)).select_related("other")
        rows = rows.filter(**{name: self.asked[name] for name in ("kind", "day") if name in self.asked})
        return self.page(rows, AgentEntryOut)


class TopUp(View):
    scopes = {"POST": Action.CHANGE_AGENTS}

    @extend_schema(request=TopUpIn, responses={201: AgentEntryOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Book cash that an agent paid: it becomes float, or pays back what is owed."""
        agent = one(seen(request), pk)
        given = self.body(request, TopUpIn)
        with naming(amount="amount_minor"):
            made = agent_ledger.top_up(
                agent,
                given["amount_minor"],
                text=given["text"],
                by=access.actor(request),
                now=datetime.now(UTC),
            )
        return Response(AgentEntryOut(made).data, status=201)


class Correct(View):
    scopes = {"POST": Action.CHANGE_AGENTS}

    @extend_schema(request=CorrectionIn, responses={201: AgentEntryOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Put an agent's float right, with a reason that stays."""
        agent = one(seen(request), pk)
        given = self.body(request, CorrectionIn)
        with naming(amount="amount_minor"):
            made = agent_ledger.correct(
                agent, given["amount_minor"], given["text"], by=access.actor(request), now=datetime.now(UTC)
            )
        return Response(AgentEntryOut(made).data, status=201)


class Send(View):
    scopes = {"POST": Action.SELL}

    @extend_schema(request=SendIn, responses={201: AgentEntryOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Send float to an agent directly below.

        Without the scope `agents:write` only from the token's maker's own.
        """
        agent = one(acted_for(request), pk)
        given = self.body(request, SendIn)
        receiver = agent.subagents.filter(pk=given["to"]).first()
        if receiver is None:
            raise Refusal("not_below", f"No agent with this id is directly below {agent.name}.", field="to")
        with naming(amount="amount_minor"):
            made = agent_ledger.send(
                agent, receiver, given["amount_minor"], by=access.actor(request), now=datetime.now(UTC)
            )
        return Response(AgentEntryOut(made).data, status=201)
