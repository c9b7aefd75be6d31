"""An agent's stock over the API: batches given, received and returned."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.agent_sales import SaleOut
from api.agents import acted_for, seen
from api.fields import Moment, Nothing, Number, PageQuery, Strict
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from billing import agent_sales, agent_stock
from billing.models import Batch
from billing.stock_models import Consignment, Sale
from kmikro.lib.refusal import Refusal

STATES = ("sent", "held", "returned", "stocked")


class ConsignmentOut(serializers.Serializer[Consignment]):
    """A batch that an agent has or had; its codes work while it is `held`, and in the ISP's own stock."""

    id = serializers.IntegerField()
    batch = serializers.IntegerField(source="batch_id")
    state = serializers.ChoiceField(STATES)
    given_at = Moment()
    given_by = serializers.CharField()
    received_at = Moment(allow_null=True)
    received_by = serializers.CharField()
    returned_at = Moment(allow_null=True)
    returned_by = serializers.CharField()
    unsold = serializers.IntegerField(allow_null=True, help_text="Codes that came back.")
    stocked_at = Moment(allow_null=True)


class GiveIn(Strict):
    batch = Number(min_value=1, help_text="Id of a batch in the ISP's own stock.")


def _last(batch: Batch) -> Response:
    return Response(ConsignmentOut(Consignment.objects.filter(batch=batch).first()).data)


class Stock(View):
    scopes = {"GET": Action.SEE_AGENTS, "POST": Action.CHANGE_AGENTS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=ConsignmentOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the batches that an agent has or had."""
        return self.page(Consignment.objects.filter(agent=one(seen(request), pk)), ConsignmentOut)

    @extend_schema(request=GiveIn, responses={201: ConsignmentOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Give a batch to an agent: its codes do not work until it is received."""
        agent = one(seen(request), pk)
        batch = Batch.objects.filter(pk=self.body(request, GiveIn)["batch"]).first()
        if batch is None:
            raise Refusal("unknown_batch", "There is no batch with this id.", field="batch")
        made = agent_stock.give(batch, agent, by=access.actor(request), now=datetime.now(UTC))
        return Response(ConsignmentOut(made).data, status=201)


class ReceiveStock(View):
    scopes = {"POST": Action.SELL}

    @extend_schema(request=Nothing, responses=ConsignmentOut)
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        """Receive a batch: its codes work from now on."""
        batch = one(Batch.objects.filter(agent=one(acted_for(request), pk)), number)
        self.body(request, Nothing)
        return _last(agent_stock.receive(batch, by=access.actor(request), now=datetime.now(UTC)))


class ReturnStock(View):
    scopes = {"POST": Action.SELL}

    @extend_schema(request=Nothing, responses=ConsignmentOut)
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        """Return what is unsold of a batch: those codes stop working."""
        batch = one(Batch.objects.filter(agent=one(acted_for(request), pk)), number)
        self.body(request, Nothing)
        agent_stock.take_back(batch, by=access.actor(request), now=datetime.now(UTC))
        return _last(batch)


class Restock(View):
    scopes = {"POST": Action.CHANGE_AGENTS}

    @extend_schema(request=Nothing, responses=ConsignmentOut)
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        """Take what came back into the ISP's own stock: its codes work again."""
        agent = one(seen(request), pk)
        batch = one(Batch.objects.filter(consignments__agent=agent).distinct(), number)
        self.body(request, Nothing)
        agent_stock.restock(batch, by=access.actor(request), now=datetime.now(UTC))
        return _last(batch)


class BookUsed(View):
    scopes = {"POST": Action.SELL}

    @extend_schema(request=Nothing, responses={201: SaleOut(many=True)})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Book as sold what was used out of the stock without being sold."""
        agent = one(acted_for(request), pk)
        self.body(request, Nothing)
        made = agent_sales.book_used(agent, by=access.actor(request), now=datetime.now(UTC))
        rows: Any = Sale.objects.filter(pk__in=[each.pk for each in made]).select_related(
            "voucher__service", "plan"
        )
        clear = access.may(request, Action.SEE_CODES)
        return Response(
            list(SaleOut(rows.order_by("pk"), many=True, context={"clear": clear}).data), status=201
        )
