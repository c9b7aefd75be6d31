"""Rows of others on a router: found, taken over, changed after a preview, put back as they were, given back."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, Nothing, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.offers import RouterPlanOut
from api.paging import CursorPages
from api.view import View, one
from routers import adopting, inventory, previews, proposals, queries
from routers.models import Router, Taken


class OtherRow(serializers.Serializer[Any]):
    """A row of somebody else, as the router was read last; secrets are left out."""

    ref = serializers.CharField(help_text="Names it when it is taken over.")
    menu = serializers.CharField(source="path")
    name = serializers.CharField()
    values = serializers.SerializerMethodField()
    may_take = serializers.BooleanField()
    take = serializers.BooleanField(help_text="Whether we propose it.")
    reason = serializers.CharField()

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_values(self, row: proposals.Proposal) -> dict[str, str]:
        return dict(row.told)


class TakenOut(serializers.Serializer[Taken]):
    """A row that was taken over."""

    id = serializers.IntegerField()
    menu = serializers.CharField(source="path")
    name = serializers.CharField()
    values = serializers.SerializerMethodField(help_text="As it should be; `PATCH` takes these names.")
    original = serializers.DictField(child=serializers.CharField(), help_text="As it was.")
    made_at = Moment()
    marked_at = Moment(allow_null=True, help_text="When our mark was seen on it.")
    leaving_at = Moment(allow_null=True, help_text="Since when it is being given back.")

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_values(self, taken: Taken) -> dict[str, str]:
        return adopting.changeable(taken)


class TakeIn(Strict):
    rows = serializers.ListField(
        child=Text(max_length=100), min_length=1, max_length=adopting.MOST, help_text="`ref`s of other rows."
    )


class TakenCount(serializers.Serializer[Any]):
    """How many rows were taken over."""

    taken = serializers.IntegerField()


class TakenChange(Strict):
    values = serializers.DictField(
        child=Text(max_length=adopting.LONGEST, allow_blank=True),
        help_text="Those that shall be others; those left out stay.",
    )


class OthersQuery(PageQuery):
    menu = serializers.ChoiceField(proposals.SHOWN, required=False)


class Others(View):
    scopes = {"GET": Action.SEE_ROUTERS}
    takes = {"GET": OthersQuery}
    pagination_class = CursorPages

    @extend_schema(responses=OtherRow(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List what is on a router that is not ours, as it was read last."""
        menu = self.asked.get("menu", "")
        router = one(queries.all_routers(), pk)
        rows = adopting.proposed(router, inventory.of(router))
        found = [each for each in rows if menu in ("", each.path)]
        numbered = list(zip(range(len(found), 0, -1), found, strict=True))
        pages = CursorPages()
        shown = pages.of_list(
            numbered, cursor=self.asked.get("cursor"), limit=self.asked["limit"], number=lambda row: row[0]
        )
        return pages.get_paginated_response(OtherRow([row for _number, row in shown], many=True).data)


class TakenRows(View):
    scopes = {"GET": Action.SEE_ROUTERS, "POST": Action.CHANGE_ROUTERS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=TakenOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the rows of a router that were taken over."""
        return self.page(_all(one(queries.all_routers(), pk)), TakenOut)

    @extend_schema(request=TakeIn, responses={201: TakenCount})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Take rows of others over: from now on they are kept as they are.

        Nothing is written on the router yet: look at its plan.
        """
        router = one(queries.all_routers(), pk)
        rows = self.body(request, TakeIn)["rows"]
        count = adopting.take(router, rows, by=access.actor(request), now=datetime.now(UTC))
        where = reverse("api-router-taken", kwargs={"pk": router.pk})
        return Response({"taken": count}, status=201, headers={"Location": where})


def _all(router: Router) -> Any:
    return Taken.objects.filter(router=router).exclude(key="").select_related("router")


def _one(pk: int, number: int) -> Taken:
    held: Taken = one(_all(one(queries.all_routers(), pk)), number)
    return held


class OneTaken(View):
    scopes = {"GET": Action.SEE_ROUTERS, "PATCH": Action.CHANGE_ROUTERS}

    @extend_schema(responses=TakenOut)
    def get(self, request: Request, pk: int, number: int) -> Response:
        """Look at a row that was taken over."""
        return Response(TakenOut(_one(pk, number)).data)

    @extend_schema(request=TakenChange, responses=TakenOut)
    @transaction.atomic
    def patch(self, request: Request, pk: int, number: int) -> Response:
        """Give a row that was taken over other values.

        Nothing is written on the router yet: look at its plan.
        """
        held, wanted = _one(pk, number), self.body(request, TakenChange)
        adopting.change(held, wanted["values"], by=access.actor(request), now=datetime.now(UTC))
        return Response(TakenOut(held).data)


class TakenPreview(View):
    scopes = {"POST": Action.SEE_ROUTERS}

    @extend_schema(request=TakenChange, responses=RouterPlanOut)
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        """Preview a router's plan as if the row had other values; nothing is kept."""
        held, wanted = _one(pk, number), self.body(request, TakenChange)
        host = access.host(request)
        would_be = adopting.imagined(held, wanted["values"])
        return Response(RouterPlanOut(previews.of(would_be, host, now=datetime.now(UTC))).data)


class UndoTaken(View):
    scopes = {"POST": Action.CHANGE_ROUTERS}

    @extend_schema(request=Nothing, responses=TakenOut)
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        """Want a row as it was when it was taken over; it stays taken over."""
        self.body(request, Nothing)
        adopting.undo(_one(pk, number), by=access.actor(request), now=datetime.now(UTC))
        return Response(TakenOut(_one(pk, number)).data)


class GiveBack(View):
    scopes = {"POST": Action.CHANGE_ROUTERS}

    @extend_schema(request=Nothing, responses={204: None})
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        """Give a row back: it becomes what it was when the router is written next."""
        self.body(request, Nothing)
        adopting.give_back(_one(pk, number), by=access.actor(request), now=datetime.now(UTC))
        return Response(status=204)
