"""What a router offers, over the API, and what would be written on it now."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.http.request import split_domain_port
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from kmikro.lib.refusal import Refusal
from routers import inventory, lines, offer_checks, offering, offers, plan, queries, sync
from routers.models import Offering

ALL_KINDS = f"One of {', '.join(offers.KINDS)}."


class OfferOut(serializers.Serializer[Offering]):
    """Something that a router offers."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text=ALL_KINDS)
    key = serializers.CharField()
    values = serializers.DictField(child=serializers.CharField())
    made_at = Moment()
    changed_at = Moment()


class OfferNew(Strict):
    kind = Text(max_length=12, help_text=ALL_KINDS)
    key = Text(max_length=offers.LONGEST_KEY, help_text="Small letters, digits and dashes.")
    values = serializers.DictField(child=serializers.CharField(max_length=4_000))


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


class RouterPlan(View):
    scopes = {"GET": Action.SEE_ROUTERS}

    @extend_schema(responses=RouterPlanOut)
    def get(self, request: Request, pk: int) -> Response:
        """Preview a router's plan.

        The router is not asked: it is compared as it was last read.
        """
        router = one(queries.all_routers(), pk)
        held = inventory.of(router)
        found: dict[str, Any] = {"read_at": None, "trouble": "", "cautions": [], "sentences": [], "lines": []}
        if held is not None:
            host = split_domain_port(request.get_host())[0]
            facts = inventory.facts_of(held)
            wish = sync.job_of(router, host, now=datetime.now(UTC)).wish
            found["read_at"] = held.read_at
            try:
                steps = inventory.preview(wish, facts)
                found["sentences"] = [plan.sentence(step) for step in steps]
                found["lines"] = lines.lines(steps)
                found["cautions"] = offer_checks.cautions(wish.offers, facts)
            except Refusal as refusal:
                found["trouble"] = refusal.text
        return Response(RouterPlanOut(found).data)
