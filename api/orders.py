"""Orders: the same work on one or many routers, with what became of it on each."""

from datetime import UTC, datetime

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, Named, Nothing, Number, PageQuery, Strict
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from kmikro.lib.refusal import Refusal
from routers import care, care_tasks, queries
from routers.models import CareItem, CareRun
from subscribers.models import Site

KINDS = [(value, label) for value, label in CareRun.Kind.choices if value != CareRun.Kind.RESTORE]


class OrderOut(serializers.Serializer[CareRun]):
    """An order with its counts."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(CareRun.Kind.choices)
    state = serializers.ChoiceField(CareRun.State.choices)
    by = serializers.CharField()
    made_at = Moment()
    not_before = Moment(allow_null=True)
    not_after = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)
    routers = serializers.IntegerField(help_text="How many routers it names.")
    fine = serializers.IntegerField()
    bad = serializers.IntegerField()
    skipped = serializers.IntegerField()


class OrderStep(serializers.Serializer[dict[str, str]]):
    """Something that was looked at or done."""

    state = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()


class OrderItem(serializers.Serializer[CareItem]):
    """What became of an order on one router."""

    id = serializers.IntegerField()
    router = Named()
    state = serializers.ChoiceField(CareItem.State.choices)
    trouble = serializers.CharField(help_text="Why it failed or was left out, and the fix.")
    steps = OrderStep(many=True)
    started_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)


class OrderNew(Strict):
    kind = serializers.ChoiceField(KINDS)
    routers = serializers.ListField(
        child=Number(min_value=1), min_length=1, max_length=care.MOST, help_text="Ids of routers."
    )
    site = Number(min_value=1, required=False, help_text="Id of the new site, for the kind `site`.")
    not_before = Moment(required=False)
    not_after = Moment(required=False, help_text="Nothing is begun after this moment.")


class OrderQuery(PageQuery):
    state = serializers.ChoiceField(CareRun.State.choices, required=False)


class Orders(View):
    scopes = {"GET": Action.SEE_ROUTERS, "POST": Action.CHANGE_ROUTERS}
    takes = {"GET": OrderQuery}
    pagination_class = CursorPages

    @extend_schema(responses=OrderOut(many=True))
    def get(self, request: Request) -> Response:
        """List orders on routers."""
        rows = care.all_runs()
        if "state" in self.asked:
            rows = rows.filter(state=self.asked["state"])
        return self.page(rows, OrderOut)

    @extend_schema(request=OrderNew, responses={202: OrderOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Order work on routers.

        Upgrades and restarts begin with one router alone and stop at the first failure.
        """
        wanted = self.body(request, OrderNew)
        ids = set(wanted["routers"])
        routers = list(queries.all_routers().filter(pk__in=ids))
        if len(routers) != len(ids):
            raise Refusal("unknown_router", "There is no router with one of these ids.", field="routers")
        run = care.order(
            wanted["kind"],
            routers,
            by=access.actor(request),
            now=datetime.now(UTC),
            site=Site.objects.filter(pk=wanted["site"]).first() if "site" in wanted else None,
            not_before=wanted.get("not_before"),
            not_after=wanted.get("not_after"),
        )
        care_tasks.go_on.soon(run.pk)
        where = reverse("api-router-order", kwargs={"pk": run.pk})
        return Response(
            OrderOut(care.all_runs().get(pk=run.pk)).data, status=202, headers={"Location": where}
        )


class OneOrder(View):
    scopes = {"GET": Action.SEE_ROUTERS}

    @extend_schema(responses=OrderOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at an order."""
        return Response(OrderOut(one(care.all_runs(), pk)).data)


class OrderItems(View):
    scopes = {"GET": Action.SEE_ROUTERS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=OrderItem(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List what became of an order on each router."""
        return self.page(care.items_of(one(care.all_runs(), pk)).order_by("-pk"), OrderItem)


class StopOrder(View):
    scopes = {"POST": Action.CHANGE_ROUTERS}

    @extend_schema(request=Nothing, responses=OrderOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Stop an order.

        Nothing more is begun; what runs on a router now goes to its end.
        """
        self.body(request, Nothing)
        run = one(care.all_runs(), pk)
        care.stop(run, by=access.actor(request), now=datetime.now(UTC))
        return Response(OrderOut(one(care.all_runs(), pk)).data)
