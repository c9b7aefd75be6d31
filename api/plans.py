"""Plans: list, make, look at, change, take out of sale."""

from dataclasses import replace
from datetime import UTC, datetime

from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, Nothing, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.refusals import naming
from api.view import View, one
from radius import change as changes
from subscribers import plans, queries, versions
from subscribers.models import Plan, PlanVersion
from subscribers.versions import Reach

NAMES = {
    "price": "price_minor",
    "download": "download_bps",
    "upload": "upload_bps",
    "validity": "validity_seconds",
    "time_limit": "time_limit_seconds",
    "data_limit": "data_limit_bytes",
}


class PlanOut(serializers.Serializer[Plan]):
    """A hotspot plan; 0 bits per second and null limits mean no limit."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    price_minor = serializers.IntegerField()
    currency = serializers.CharField()
    download_bps = serializers.IntegerField()
    upload_bps = serializers.IntegerField()
    validity_seconds = serializers.IntegerField(allow_null=True)
    validity_days = serializers.IntegerField(allow_null=True)
    validity_months = serializers.IntegerField(allow_null=True)
    validity_begins = serializers.ChoiceField(choices=Plan.Begins.choices)
    data_limit_bytes = serializers.IntegerField(allow_null=True)
    time_limit_seconds = serializers.IntegerField(allow_null=True)
    devices = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Of its terms; each change makes the next.")
    frozen_of = serializers.IntegerField(
        source="frozen_of_id",
        allow_null=True,
        help_text="The plan whose older terms these are, for who keeps them.",
    )
    is_archived = serializers.BooleanField()
    made_at = Moment()
    changed_at = Moment()


class PlanIn(Strict):
    """What is sold, in the ISP's currency."""

    name = Text(max_length=60)
    price_minor = Number(help_text="In the smallest unit of the ISP's currency.")
    download_bps = Number(help_text="Bits per second; 0 is no limit.")
    upload_bps = Number(help_text="Bits per second; 0 is no limit.")
    validity_seconds = Number(required=False, allow_null=True, help_text="Elapsed; or days, or months.")
    validity_days = Number(required=False, allow_null=True, help_text="To the same hour by the ISP's clock.")
    validity_months = Number(
        required=False, allow_null=True, help_text="To the same day of the month, or the last one it has."
    )
    validity_begins = Text(
        required=False, max_length=9, help_text="`first_use`, or `start`: when it is sold."
    )
    data_limit_bytes = Number(required=False, allow_null=True, help_text="Up and down together.")
    time_limit_seconds = Number(required=False, allow_null=True, help_text="Online time.")
    devices = Number(required=False, help_text="At once; 1 when it is left out.")


class PlanChange(PlanIn):
    """What is left out stays."""

    reach = Text(
        required=False, max_length=9, help_text="`everybody` on the plan, or `new`: what is sold from now on."
    )


class PlanVersionOut(serializers.Serializer[PlanVersion]):
    """The terms of a plan from a moment on; they never change."""

    number = serializers.IntegerField()
    reach = serializers.ChoiceField(choices=PlanVersion.Reach.choices)
    made_at = Moment()
    made_by = serializers.CharField()
    terms = serializers.DictField(help_text="Names as in the plan and its rules.")


class PlanQuery(PageQuery):
    archived = serializers.BooleanField(
        required=False, help_text="Only those out of sale, or only the others."
    )


class Plans(View):
    scopes = {"GET": Action.SEE_PLANS, "POST": Action.CHANGE_PLANS}
    takes = {"GET": PlanQuery}
    pagination_class = CursorPages

    @extend_schema(responses=PlanOut(many=True))
    def get(self, request: Request) -> Response:
        """List plans."""
        rows = queries.living_plans()
        if "archived" in self.asked:
            rows = rows.filter(is_archived=self.asked["archived"])
        return self.page(rows, PlanOut)

    @extend_schema(request=PlanIn, responses={201: PlanOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Make a plan."""
        terms = plans.Terms(**self.body(request, PlanIn), currency=access.isp(request).currency)
        with naming(**NAMES):
            plan = plans.create(terms, by=access.actor(request), now=datetime.now(UTC))
        where = reverse("api-plan", kwargs={"pk": plan.pk})
        return Response(PlanOut(plan).data, status=201, headers={"Location": where})


class OnePlan(View):
    scopes = {"GET": Action.SEE_PLANS, "PATCH": Action.CHANGE_PLANS}

    @extend_schema(responses=PlanOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at a plan."""
        return Response(PlanOut(one(Plan.objects.all(), pk)).data)

    @extend_schema(request=PlanChange, responses=PlanOut)
    @transaction.atomic
    def patch(self, request: Request, pk: int) -> Response:
        """Change a plan.

        What is left out stays. Everybody on the plan gets the new terms at the next login, and who is online gets a
        new speed at once (`change_state` of the session says what the router answered); vouchers keep the price they
        were made at. With `reach` `new`, who has the plan is moved to a copy of it as it was.
        """
        plan = one(Plan.objects.select_for_update(), pk)
        before, now = plans.terms_of(plan), datetime.now(UTC)
        given = self.body(request, PlanChange, partial=True)
        reach = versions.read_reach(given.pop("reach", Reach.EVERYBODY))
        terms = replace(before, **given)
        with naming(**NAMES):
            plan = plans.change(plan, terms, by=access.actor(request), now=now, reach=reach)
        if reach == Reach.EVERYBODY and plans.speed_of(terms) != plans.speed_of(before):
            changes.ask(plan.services.values("pk"), now=now)
        return Response(PlanOut(plan).data)


class ArchivePlan(View):
    scopes = {"POST": Action.CHANGE_PLANS}

    @extend_schema(request=Nothing, responses=PlanOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Take a plan out of sale.

        Who has it keeps it. A second time changes nothing.
        """
        self.body(request, Nothing)
        plan = one(Plan.objects.select_for_update(), pk)
        plan = plans.archive(plan, by=access.actor(request), now=datetime.now(UTC))
        return Response(PlanOut(plan).data)


class PlanVersions(View):
    scopes = {"GET": Action.SEE_PLANS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=PlanVersionOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the versions of a plan."""
        return self.page(versions.history(one(queries.living_plans(), pk)), PlanVersionOut)


class BringUp(View):
    scopes = {"POST": Action.CHANGE_PLANS}

    @extend_schema(request=Nothing, responses=PlanOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Move everybody on these older terms to the newest, and answer with the plan that has them.

        `pk` is a plan with `frozen_of`. Who is online gets a new speed at once.
        """
        self.body(request, Nothing)
        frozen, now = one(Plan.objects.select_for_update(), pk), datetime.now(UTC)
        versions.bring_up(frozen, by=access.actor(request), now=now)
        newest = one(Plan.objects.all(), frozen.frozen_of_id or pk)
        changes.ask(newest.services.values("pk"), now=now)
        return Response(PlanOut(newest).data)
