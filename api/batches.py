"""Voucher batches: ask for one, follow how it is made, make vouchers of it void."""

from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Flag, Id, Moment, Named, Nothing, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from billing import handover, queries, tasks, vouchers
from billing.batch_options import Options
from billing.models import Batch
from kmikro.lib import codes
from kmikro.lib.refusal import Refusal
from radius import disconnect
from radius.models import Session
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
    prefix = serializers.CharField()
    alphabet = serializers.ChoiceField(Batch.Alphabet.choices)
    length = serializers.IntegerField(help_text="Random signs; a check character follows them.")
    use_by = Moment(allow_null=True, help_text="What is unused then is ended.")
    open_until = Moment(
        allow_null=True, help_text="Then its codes are covered. Null: until it is handed over."
    )
    made_by = Named(allow_null=True)
    made_at = Moment()


class BatchNew(Strict):
    plan = Number(min_value=1, help_text="Id of a plan on sale.")
    count = Number(help_text="1 to 100,000.")
    note = Text(max_length=120, required=False, default="", allow_blank=True)
    alphabet = serializers.ChoiceField(Batch.Alphabet.choices, required=False, default=Batch.Alphabet.MIXED)
    length = Number(
        required=False,
        help_text="Random signs, 6 to 16; too few for the count are refused. Not given: enough for any batch.",
    )
    prefix = Text(
        max_length=codes.LONGEST_PREFIX,
        required=False,
        default="",
        allow_blank=True,
        help_text="Up to 3 letters that all codes begin with.",
    )
    price_minor = Number(required=False, help_text="Of one voucher. Not given: the plan's.")
    use_by = serializers.DateField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The last day, on the ISP's clock, on which a code is used for the first time.",
    )


class BatchVoid(Strict):
    """Which vouchers of a batch are made void, and why."""

    everything = Flag(
        required=False, default=False, help_text="Also those in use; who is online is disconnected."
    )
    first = Number(required=False, min_value=1, help_text="The first serial. Not given: of the batch.")
    last = Number(required=False, min_value=1, help_text="The last serial. Not given: of the batch.")
    reason = Text(max_length=200, help_text="Stands in the journal and with each voucher.")
    preview = Flag(required=False, default=False, help_text="Only say what would happen.")


class OpenAgainIn(Strict):
    reason = Text(max_length=handover.LONGEST_REASON, help_text="Stands in the journal.")


class BatchVoidOut(serializers.Serializer[Any]):
    """What is, or was, there of the vouchers that were asked about; `voided` cannot be undone."""

    unused = serializers.IntegerField()
    in_use = serializers.IntegerField()
    used_up = serializers.IntegerField()
    void = serializers.IntegerField(help_text="Before.")
    voided = serializers.IntegerField()
    disconnected = serializers.IntegerField(help_text="Sessions whose end is asked for.")


def _options(wanted: dict[str, Any]) -> Options:
    alphabet = wanted["alphabet"]
    usual = codes.DEFAULT.length if alphabet == codes.DEFAULT.alphabet else 0
    return Options(
        prefix=wanted["prefix"],
        alphabet=alphabet,
        length=wanted.get("length") or usual or codes.shortest_for(alphabet, vouchers.LARGEST_BATCH),
        price_minor=wanted.get("price_minor"),
        use_by=wanted["use_by"],
    )


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
            plan,
            wanted["count"],
            wanted["note"],
            by=access.actor(request),
            now=datetime.now(UTC),
            options=_options(wanted),
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


def _online(batch: Batch, first: int | None, last: int | None) -> int:
    live = Session.objects.filter(ended_at=None, service__voucher__batch=batch)
    if first is not None:
        live = live.filter(service__voucher__serial__gte=first)
    if last is not None:
        live = live.filter(service__voucher__serial__lte=last)
    return live.count()


class VoidBatch(View):
    scopes = {"POST": Action.MAKE_VOUCHERS}

    @extend_schema(request=BatchVoid, responses=BatchVoidOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Make vouchers of a batch void.

        All, or a range of serials. It cannot be undone; `preview` says what would happen.
        """
        batch = one(queries.batches(access.owner(request)), pk)
        wanted, now = self.body(request, BatchVoid), datetime.now(UTC)
        chosen: dict[str, Any] = {
            "unused_only": not wanted["everything"],
            "first": wanted.get("first"),
            "last": wanted.get("last"),
        }
        reach = queries.reach(batch, now, **chosen)
        said: dict[str, Any] = {
            name: getattr(reach, name) for name in ("unused", "in_use", "used_up", "void")
        }
        if wanted["preview"]:
            ended = 0 if chosen["unused_only"] else _online(batch, chosen["first"], chosen["last"])
            return Response({**said, "voided": reach.voided, "disconnected": ended})
        actor = access.actor(request)
        voided = vouchers.void_batch(batch, by=actor, now=now, reason=wanted["reason"], **chosen)
        ended = disconnect.end_all(voided, by=actor, now=now)
        return Response({**said, "voided": len(voided), "disconnected": ended})


class HandBatchOver(View):
    scopes = {"POST": Action.MAKE_VOUCHERS}

    @extend_schema(request=Nothing, responses=BatchOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Hand a batch over.

        Its codes are covered from then on, for everybody; it happens by itself a day after they were made.
        """
        batch = one(queries.batches(access.owner(request)), pk)
        self.body(request, Nothing)
        handover.hand_over(batch, by=access.actor(request), now=datetime.now(UTC))
        return Response(BatchOut(one(queries.batches(access.owner(request)), pk)).data)


class OpenBatchAgain(View):
    scopes = {"POST": Action.PRINT_AGAIN}

    @extend_schema(request=OpenAgainIn, responses=BatchOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Show the codes of a batch for an hour more."""
        batch = one(queries.batches(access.owner(request)), pk)
        reason = self.body(request, OpenAgainIn)["reason"]
        handover.open_again(batch, by=access.actor(request), now=datetime.now(UTC), reason=reason)
        return Response(BatchOut(one(queries.batches(access.owner(request)), pk)).data)
