"""Voucher batches: ask for one, follow how it is made."""

from datetime import UTC, datetime

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Id, Moment, Named, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from billing import queries, tasks, vouchers
from billing.models import Batch
from kmikro.lib.refusal import Refusal
from subscribers.models import Plan


class BatchOut(serializers.Serializer[Batch]):
    """Vouchers made together; `made` of `count` says how far it is."""

    id = serializers.IntegerField()
    plan = Named()
    count = serializers.IntegerField()
    made = serializers.IntegerField()
    state = serializers.ChoiceField(Batch.State.choices)
    state_text = serializers.CharField(help_text="Why it failed.")
    price_minor = serializers.IntegerField(help_text="Of one voucher, frozen when the batch was asked for.")
    currency = serializers.CharField()
    note = serializers.CharField()
    made_by = Named(allow_null=True)
    made_at = Moment()


class BatchNew(Strict):
    plan = Number(min_value=1, help_text="Id of a plan on sale.")
    count = Number(help_text="1 to 100,000.")
    note = Text(max_length=120, required=False, default="", allow_blank=True)


class BatchQuery(PageQuery):
    plan = Id(help_text="Id of a plan.")
    state = serializers.ChoiceField(Batch.State.choices, required=False)


class Batches(View):
    scopes = {"GET": Action.SEE_VOUCHERS, "POST": Action.MAKE_VOUCHERS}
    takes = {"GET": BatchQuery}
    pagination_class = CursorPages

    @extend_schema(responses=BatchOut(many=True))
    def get(self, request: Request) -> Response:
        """List voucher batches.

        Without the scope `vouchers:all` only those of the token's maker.
        """
        rows = queries.batches(access.owner(request))
        if "plan" in self.asked:
            rows = rows.filter(plan_id=self.asked["plan"])
        if "state" in self.asked:
            rows = rows.filter(state=self.asked["state"])
        return self.page(rows, BatchOut)

    @extend_schema(request=BatchNew, responses={202: BatchOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Ask for a batch of vouchers.

        A worker makes them; look at the batch until `state` is `ready`.
        """
        wanted = self.body(request, BatchNew)
        plan = Plan.objects.filter(pk=wanted["plan"]).first()
        if plan is None:
            raise Refusal("unknown_plan", "There is no plan with this id.", field="plan")
        asked = vouchers.ask_batch(
            plan, wanted["count"], wanted["note"], by=access.actor(request), now=datetime.now(UTC)
        )
        tasks.make_batch.soon(asked.pk)
        where = reverse("api-voucher-batch", kwargs={"pk": asked.pk})
        return Response(BatchOut(asked).data, status=202, headers={"Location": where})


class OneBatch(View):
    scopes = {"GET": Action.SEE_VOUCHERS}

    @extend_schema(responses=BatchOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at a voucher batch."""
        return Response(BatchOut(one(queries.batches(access.owner(request)), pk)).data)
