"""Selling as an agent over the API: from stock or made on the spot, once under one key, and taken back."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.agents import acted_for, seen
from api.fields import Flag, Moment, Named, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from billing import agent_sales
from billing.stock_models import Sale
from kmikro.lib import codes
from kmikro.lib.refusal import Refusal
from subscribers import queries


class SaleOut(serializers.Serializer[Sale]):
    """One voucher that an agent sold."""

    id = serializers.IntegerField()
    voucher = serializers.IntegerField(source="voucher_id")
    serial = serializers.CharField(source="voucher.service.label")
    code = serializers.SerializerMethodField(
        help_text="For a day, with the scope vouchers:codes; then covered."
    )
    plan = Named()
    at = Moment()
    day = serializers.DateField(help_text="On which it is booked.")
    price_minor = serializers.IntegerField(help_text="What the customer pays.")
    commission_minor = serializers.IntegerField(help_text="What the agent keeps of it.")
    balance_minor = serializers.IntegerField(help_text="The float after it.")
    by = serializers.CharField()
    on_the_spot = serializers.BooleanField(source="is_spot", help_text="Made for this sale.")
    used_unsold = serializers.BooleanField(source="is_found", help_text="Was used before it was sold.")
    undone_at = Moment(allow_null=True)
    undone_by = serializers.CharField()
    why = serializers.CharField()

    def get_code(self, sale: Sale) -> str:
        code, clear = sale.voucher.code, self.context["clear"]
        return (
            codes.shown(code)
            if clear and agent_sales.shows_code(sale, datetime.now(UTC))
            else codes.masked(code)
        )


class SaleIn(Strict):
    plan = Number(min_value=1, help_text="Id of a plan on sale.")
    count = Number(required=False, default=1, help_text="1 to 20.")
    on_the_spot = Flag(required=False, default=False, help_text="Make new ones; else from the stock.")
    serial = Text(
        required=False, default="", allow_blank=True, max_length=20, help_text="Of the one on paper."
    )


class UndoIn(Strict):
    why = Text(required=False, default="", allow_blank=True, max_length=200)


class SaleQuery(PageQuery):
    day = serializers.DateField(required=False)
    state = serializers.ChoiceField(["sold", "undone"], required=False)


def _rows(request: Request, pk: int) -> Any:
    return Sale.objects.filter(agent=one(seen(request), pk)).select_related("voucher__service", "plan")


class Sales(View):
    scopes = {"GET": Action.SEE_AGENTS, "POST": Action.SELL}
    takes = {"GET": SaleQuery}
    pagination_class = CursorPages

    @extend_schema(responses=SaleOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List what an agent sold."""
        rows = _rows(request, pk)
        if "day" in self.asked:
            rows = rows.filter(day=self.asked["day"])
        if "state" in self.asked:
            rows = rows.filter(undone_at__isnull=self.asked["state"] == "sold")
        return self.page(rows, SaleOut, clear=access.may(request, Action.SEE_CODES))

    @extend_schema(request=SaleIn, responses={201: SaleOut(many=True)})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Sell vouchers of a plan.

        Without the scope `agents:write` only as the token's maker. Refused with `too_fast` and the time when it is free again
        where the agent's limits say so, and with `float_short` where float and credit do not pay for it.
        """
        agent = one(acted_for(request), pk)
        given = self.body(request, SaleIn)
        plan = queries.plans().filter(pk=given["plan"]).first()
        if plan is None:
            raise Refusal("unknown_plan", "There is no plan on sale with this id.", field="plan")
        sold = agent_sales.sell(
            agent,
            plan,
            given["count"],
            by=access.actor(request),
            now=datetime.now(UTC),
            on_the_spot=given["on_the_spot"],
            serial=given["serial"],
        )
        rows: Any = Sale.objects.filter(pk__in=[each.pk for each in sold]).select_related(
            "voucher__service", "plan"
        )
        clear = access.may(request, Action.SEE_CODES)
        made = SaleOut(rows.order_by("line"), many=True, context={"clear": clear}).data
        return Response(list(made), status=201)


class UndoSale(View):
    scopes = {"POST": Action.SELL}

    @extend_schema(request=UndoIn, responses=SaleOut)
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        """Take a sale of an unused voucher back.

        Within ten minutes; with the scope `agents:write` at any time, and then with a reason.
        """
        rows = Sale.objects.filter(agent=one(acted_for(request), pk)).select_related(
            "voucher__service", "plan"
        )
        sale = one(rows, number)
        given = self.body(request, UndoIn)
        done = agent_sales.undo(
            sale,
            by=access.actor(request),
            now=datetime.now(UTC),
            why=given["why"],
            at_any_time=access.may(request, Action.CHANGE_AGENTS),
        )
        clear = access.may(request, Action.SEE_CODES)
        return Response(SaleOut(one(rows, done.pk), context={"clear": clear}).data)
