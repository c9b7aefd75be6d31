"""Bulk acts on accounts and subscribers: looked at, begun, followed, stopped, undone."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

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
from subscribers import bulk, queries, tasks
from subscribers.bulk_judging import MOST_DAYS
from subscribers.models import BulkAct, BulkItem, Service, Subscriber
from subscribers.queries import State

READ, WRITE = Action.SEE_SUBSCRIBERS, Action.CHANGE_SUBSCRIBERS
MOST_IDS = 5_000


class BulkFilter(Strict):
    """Whom: as the lists are filtered. state is a subscriber's, or an account's when `of` is accounts."""

    search = Text(max_length=100, required=False)
    state = Text(max_length=20, required=False)
    tag = Text(max_length=30, required=False, help_text="Of people.")
    site = Number(min_value=1, required=False, help_text="Of people.")
    plan = Number(min_value=1, required=False)
    access = serializers.ChoiceField(Service.Access.values, required=False, help_text="Of accounts.")


class BulkNew(Strict):
    of = serializers.ChoiceField(BulkAct.Of.choices)
    act = serializers.ChoiceField(BulkAct.Act.choices)
    ids = serializers.ListField(
        child=Number(min_value=1), max_length=MOST_IDS, required=False, help_text="Instead of a filter."
    )
    filter = BulkFilter(required=False, help_text="Without ids and filter: all.")
    plan = Number(min_value=1, required=False, help_text="Of act plan.")
    days = Number(min_value=1, max_value=MOST_DAYS, required=False, help_text="Of act extend.")
    tag = Text(max_length=30, required=False, help_text="Of add_tag and remove_tag.")
    site = Number(min_value=1, required=False, allow_null=True, help_text="Of act site; null: none.")


class BulkOut(serializers.Serializer[BulkAct]):
    """An act, whom it would change, and how far it is: done of will in the stage that its state names."""

    id = serializers.IntegerField()
    of = serializers.ChoiceField(BulkAct.Of.choices)
    act = serializers.ChoiceField(BulkAct.Act.choices)
    value = serializers.DictField(help_text="Plan, days, tag or site, and how it is called.")
    state = serializers.ChoiceField(BulkAct.State.choices)
    state_text = serializers.CharField(help_text="Why it failed.")
    items = serializers.IntegerField(help_text="How many were chosen.")
    will = serializers.IntegerField(help_text="How many would change.")
    done = serializers.IntegerField()
    made_by = Named(source="by", allow_null=True)
    made_at = Moment()
    done_at = Moment(allow_null=True)


class BulkItemOut(serializers.Serializer[BulkItem]):
    id = serializers.IntegerField()
    who = serializers.CharField()
    account = serializers.IntegerField(source="service_id", allow_null=True)
    subscriber = serializers.IntegerField(source="subscriber_id", allow_null=True)
    result = serializers.ChoiceField(BulkItem.Result.choices)
    note = serializers.CharField(help_text="Why it is not changed.")


class BulkQuery(PageQuery):
    state = serializers.ChoiceField(BulkAct.State.choices, required=False)
    act = serializers.ChoiceField(BulkAct.Act.choices, required=False)


class BulkItemQuery(PageQuery):
    result = serializers.ChoiceField(BulkItem.Result.choices, required=False)


def _rows(of: str, given: dict[str, Any], now: datetime) -> Any:
    if "ids" in given:
        if of == BulkAct.Of.PEOPLE:
            return Subscriber.objects.filter(pk__in=given["ids"], merged_into=None)
        return Service.objects.filter(pk__in=given["ids"], kind=Service.Kind.ACCOUNT)
    asked = given.get("filter", {})
    if of == BulkAct.Of.PEOPLE:
        names = ("state", "tag", "site", "plan")
        return queries.narrowed(
            queries.people(asked.get("search", "")), **{name: asked.get(name) for name in names}
        )
    rows: Any = queries.accounts(now, asked.get("search", ""))
    if "state" in asked:
        rows = rows.filter(state=asked["state"]) if asked["state"] in set(State) else rows.none()
    if "plan" in asked:
        rows = rows.filter(queries.on_plans([asked["plan"]]))
    return rows.filter(access=asked["access"]) if "access" in asked else rows


def _by(request: Request) -> dict[str, Any]:
    return {"by": access.actor(request), "now": datetime.now(UTC)}


def _one(pk: int) -> BulkAct:
    found = one(BulkAct.objects.select_related("by"), pk)
    assert isinstance(found, BulkAct)
    return found


class BulkActs(View):
    scopes = {"GET": READ, "POST": WRITE}
    takes = {"GET": BulkQuery}
    pagination_class = CursorPages

    @extend_schema(responses=BulkOut(many=True))
    def get(self, request: Request) -> Response:
        """List bulk acts."""
        rows = BulkAct.objects.select_related("by")
        for name in ("state", "act"):
            rows = rows.filter(**{name: self.asked[name]}) if name in self.asked else rows
        return self.page(rows, BulkOut)

    @extend_schema(request=BulkNew, responses={201: BulkOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Look at what an act would do to many accounts or subscribers.

        Nothing is changed: its items say who would change and who not, with the reason. Then start it.
        """
        given, by = self.body(request, BulkNew), _by(request)
        value = {name: given.get(name) for name in ("plan", "days", "tag", "site")}
        made = bulk.ask(given["act"], value, given["of"], _rows(given["of"], given, by["now"]), **by)
        where = reverse("api-bulk-act", kwargs={"pk": made.pk})
        return Response(BulkOut(_one(made.pk)).data, status=201, headers={"Location": where})


class OneBulkAct(View):
    scopes = {"GET": READ, "DELETE": WRITE}

    @extend_schema(responses=BulkOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at a bulk act."""
        return Response(BulkOut(_one(pk)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Forget a bulk act that was only looked at."""
        bulk.discard(_one(pk), **_by(request))
        return Response(status=204)


class BulkItems(View):
    scopes = {"GET": READ}
    takes = {"GET": BulkItemQuery}
    pagination_class = CursorPages

    @extend_schema(responses=BulkItemOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List whom a bulk act would change or has changed, and whom not with the reason."""
        rows = _one(pk).rows.all()
        return self.page(
            rows.filter(result=self.asked["result"]) if "result" in self.asked else rows, BulkItemOut
        )


class _Move(View):
    scopes = {"POST": WRITE}

    def move(self, request: Request, pk: int, verb: Callable[..., BulkAct]) -> Response:
        held = _one(pk)
        self.body(request, Nothing)
        tasks.go_on_with(verb(held, **_by(request)))
        return Response(BulkOut(_one(pk)).data, status=202)


class StartBulkAct(_Move):
    @extend_schema(request=Nothing, responses={202: BulkOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Do it; look at the act until `state` is `done`."""
        return self.move(request, pk, bulk.start)


class StopBulkAct(_Move):
    @extend_schema(request=Nothing, responses={202: BulkOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Stop after those that are being changed."""
        return self.move(request, pk, bulk.stop)


class GoOnWithBulkAct(_Move):
    @extend_schema(request=Nothing, responses={202: BulkOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Take up what stopped, failed or lost its worker; nobody is changed twice."""
        return self.move(request, pk, bulk.go_on)


class UndoBulkAct(_Move):
    @extend_schema(request=Nothing, responses={202: BulkOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Undo it, for 30 days; a change of plan is not undone. Who was changed since stays."""
        return self.move(request, pk, bulk.undo)
