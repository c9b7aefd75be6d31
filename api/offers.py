"""What a router offers, over the API, and what would be written on it now."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from routers import offering, offers, previews, queries
from routers.models import Offering

SPEEDS = "Speeds are `512k`, `50M` or `1G` of bits per second; `50 Mbit/s` and `50 Mbps` are taken too."
ALL_KINDS = f"One of {', '.join(offers.KINDS)}."


class OfferOut(serializers.Serializer[Offering]):
    """Something that a router offers."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text=ALL_KINDS)
    key = serializers.CharField()
    values = serializers.SerializerMethodField()
    made_at = Moment()
    changed_at = Moment()

    @extend_schema_field(serializers.DictField(child=serializers.CharField(), help_text=SPEEDS))
    def get_values(self, held: Offering) -> dict[str, str]:
        return offers.as_written(held.kind, held.values)


class OfferNew(Strict):
    kind = Text(max_length=12, help_text=ALL_KINDS)
    key = Text(max_length=offers.LONGEST_KEY, help_text="Small letters, digits and dashes.")
    values = serializers.DictField(child=serializers.CharField(max_length=4_000), help_text=SPEEDS)


class OfferChange(Strict):
    values = serializers.DictField(
        child=serializers.CharField(max_length=4_000),
        help_text=f"All of them: those left out are empty. {SPEEDS}",
    )


class RouterPlanOut(serializers.Serializer[Any]):
    """What would be written on a router as it was last read; secrets are masked."""

    read_at = Moment(allow_null=True)
    trouble = serializers.CharField(help_text="Why nothing could be written.")
    cautions = serializers.ListField(child=serializers.CharField())
    sentences = serializers.ListField(child=serializers.CharField())
    lines = serializers.ListField(child=serializers.CharField())


class Offers(View):
    scopes = {"GET": Action.SEE_ROUTERS, "POST": Action.CHANGE_ROUTERS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=OfferOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List a router's own offers."""
        router = one(queries.all_routers(), pk)
        return self.page(Offering.objects.filter(router=router), OfferOut)

    @extend_schema(request=OfferNew, responses={201: OfferOut})
    @idempotent
    @transaction.atomic
    def post(self, request: Request, pk: int) -> Response:
        """Let a router offer something more.

        Nothing is written on the router yet: look at its plan.
        """
        router = one(queries.all_routers(), pk)
        wanted = self.body(request, OfferNew)
        made = offering.add(
            router,
            kind=wanted["kind"],
            key=wanted["key"],
            given=wanted["values"],
            by=access.actor(request),
            now=datetime.now(UTC),
        )
        return Response(OfferOut(made).data, status=201)


class OneOffer(View):
    scopes = {"GET": Action.SEE_ROUTERS, "PATCH": Action.CHANGE_ROUTERS, "DELETE": Action.CHANGE_ROUTERS}

    @extend_schema(responses=OfferOut)
    def get(self, request: Request, pk: int, number: int) -> Response:
        """Look at an offer of a router."""
        return Response(OfferOut(_one(pk, number)).data)

    @extend_schema(request=OfferChange, responses=OfferOut)
    @transaction.atomic
    def patch(self, request: Request, pk: int, number: int) -> Response:
        """Give an offer other values.

        Nothing is written on the router yet: look at its plan.
        """
        held, wanted = _one(pk, number), self.body(request, OfferChange)
        offering.change(held, given=wanted["values"], by=access.actor(request), now=datetime.now(UTC))
        return Response(OfferOut(held).data)

    @extend_schema(responses={204: None})
    @transaction.atomic
    def delete(self, request: Request, pk: int, number: int) -> Response:
        """Let a router offer something no more.

        Its rows are still on the router: look at its plan.
        """
        offering.remove(_one(pk, number), by=access.actor(request), now=datetime.now(UTC))
        return Response(status=204)


def _one(pk: int, number: int) -> Offering:
    router = one(queries.all_routers(), pk)
    held: Offering = one(Offering.objects.select_related("router").filter(router=router), number)
    return held


class RouterPlan(View):
    scopes = {"GET": Action.SEE_ROUTERS}

    @extend_schema(responses=RouterPlanOut)
    def get(self, request: Request, pk: int) -> Response:
        """Preview a router's plan.

        The router is not asked: it is compared as it was last read.
        """
        router = one(queries.all_routers(), pk)
        host = access.host(request)
        return Response(RouterPlanOut(previews.of(router, host, now=datetime.now(UTC))).data)
