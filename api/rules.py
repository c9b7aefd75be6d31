"""What a plan rules beside price, speed and limits, and what is given instead of a refusal."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from radius import change as changes
from subscribers import fallbacks, rules, versions
from subscribers.models import Fallback, Plan
from subscribers.versions import Reach


def _bps(text: str) -> Number:
    return Number(required=False, help_text=f"Bits per second; 0 is none. {text}".strip())


class RulesIn(Strict):
    """What is left out stays; null is no limit."""

    grace_seconds = Number(required=False, help_text="After the end; the customer is told.")
    daily_data_bytes = Number(required=False, allow_null=True, help_text="From midnight to midnight.")
    daily_seconds = Number(required=False, allow_null=True, help_text="Online time of a day.")
    download_limit_bytes = Number(required=False, allow_null=True)
    upload_limit_bytes = Number(required=False, allow_null=True)
    windows = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text='Hours: `[{"days": [0, 4], "from": "18:00", "to": "06:00"}]`, Monday is 0; empty is always.',
    )
    stages = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="Fair use: `period` day, week or month, `after_bytes`, `download_bps`, `upload_bps`.",
    )
    speeds = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="By the hour: `days`, `from` and `to` as in `windows`, `download_bps`, `upload_bps`; 0 is no limit.",
    )
    free_windows = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="Hours, as in `windows`, whose data counts for no cap, quota or stage.",
    )
    lock = Text(
        required=False,
        allow_blank=True,
        max_length=5,
        help_text="`first` device, those on the `list`, or empty.",
    )
    moves_a_day = Number(
        required=False, help_text="How often who has the code may move a pass to another device; 0 is never."
    )
    sites = serializers.ListField(child=Number(), required=False, help_text="Empty: everywhere.")
    routers = serializers.ListField(child=Number(), required=False, help_text="Beside those of `sites`.")
    burst_download_bps = _bps("")
    burst_upload_bps = _bps("")
    burst_threshold_download_bps = _bps("0: the speed itself.")
    burst_threshold_upload_bps = _bps("0: the speed itself.")
    burst_seconds = Number(required=False)
    priority = Number(required=False, help_text="Of the queue; 1 goes first, 8 is usual.")
    guaranteed_download_bps = _bps("")
    guaranteed_upload_bps = _bps("")
    idle_seconds = Number(
        required=False, allow_null=True, help_text="Without traffic until the router ends it."
    )
    address_list = Text(required=False, allow_blank=True, max_length=63, help_text="On the router.")
    pool = Text(required=False, allow_blank=True, max_length=63, help_text="On the router.")
    end_plan_id = Number(
        required=False,
        allow_null=True,
        help_text="The plan whose speed, list and pool are given after the end.",
    )
    quota_plan_id = Number(
        required=False, allow_null=True, help_text="The same after data or online time are used up."
    )
    sale_limit = Text(
        required=False, allow_blank=True, max_length=5,
        help_text="To one subscriber: `once`, once a `day`, `week` or `month`, or empty: as often as wanted.",
    )  # fmt: skip
    sale_windows = serializers.ListField(
        child=serializers.DictField(), required=False, help_text="Hours in which it is sold, as in `windows`."
    )
    carry = Text(
        required=False, allow_blank=True, max_length=6,
        help_text="Data that is left comes along into the next period when renewed `early`, `always`, or never (empty).",
    )  # fmt: skip
    carry_limit_bytes = Number(required=False, allow_null=True, help_text="No more than that.")


class RulesChange(RulesIn):
    """What is left out stays; null is no limit."""

    reach = Text(
        required=False, max_length=9, help_text="`everybody` on the plan, or `new`: what is sold from now on."
    )


class OnePlansRules(View):
    scopes = {"GET": Action.SEE_PLANS, "PATCH": Action.CHANGE_PLANS}

    @extend_schema(responses=RulesIn)
    def get(self, request: Request, pk: int) -> Response:
        """Look at the rules of a plan."""
        return Response(asdict(rules.rules_of(one(Plan.objects.all(), pk))))

    @extend_schema(request=RulesChange, responses=RulesIn)
    @transaction.atomic
    def patch(self, request: Request, pk: int) -> Response:
        """Change the rules of a plan.

        They hold at once: for the next login within a second, for who is online within five.
        """
        plan = one(Plan.objects.select_for_update(), pk)
        given = self.body(request, RulesChange, partial=True)
        reach = versions.read_reach(given.pop("reach", Reach.EVERYBODY))
        wanted = replace(rules.rules_of(plan), **given)
        now = datetime.now(UTC)
        before = rules.rules_of(plan)
        rules.settle(plan, wanted, by=access.actor(request), now=now, reach=reach)
        if wanted != before and reach == Reach.EVERYBODY:
            changes.ask(plan.services.values("pk"), now=now)
        return Response(asdict(wanted))


class FallbackOut(serializers.Serializer[Fallback]):
    """What is given instead of a refusal."""

    reason = serializers.ChoiceField(choices=Fallback.Reason.choices)
    plan = serializers.IntegerField(source="plan_id", allow_null=True)
    download_bps = serializers.IntegerField()
    upload_bps = serializers.IntegerField()
    address_list = serializers.CharField()
    pool = serializers.CharField()
    seconds = serializers.IntegerField()
    changed_at = Moment()


class FallbackIn(Strict):
    """At least a plan, a speed, a list or a pool; what is not said is the plan's."""

    reason = Text(max_length=16, help_text=f"One of {', '.join(Fallback.Reason.values)}.")
    plan = Number(required=False, allow_null=True, default=None)
    download_bps = Number(required=False, default=0)
    upload_bps = Number(required=False, default=0)
    address_list = Text(required=False, allow_blank=True, max_length=63, default="")
    pool = Text(required=False, allow_blank=True, max_length=63, default="")
    seconds = Number(required=False, default=900, help_text="Then the router asks again.")


class Fallbacks(View):
    scopes = {"GET": Action.SEE_PLANS, "POST": Action.CHANGE_PLANS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=FallbackOut(many=True))
    def get(self, request: Request) -> Response:
        """List what is given instead of refusals."""
        return self.page(Fallback.objects.all(), FallbackOut)

    @extend_schema(request=FallbackIn, responses={201: FallbackOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Let people in with this instead of refusing them, in place of what was given for this reason before.

        Only after the right password. Unknown names only at routers that are set to let strangers in.
        """
        given: dict[str, Any] = self.body(request, FallbackIn)
        reason, plan_id = given.pop("reason"), given.pop("plan")
        made = fallbacks.give(
            reason,
            fallbacks.Given(plan_id=plan_id, **given),
            by=access.actor(request),
            now=datetime.now(UTC),
        )
        return Response(FallbackOut(made).data, status=201)


class OneFallback(View):
    scopes = {"DELETE": Action.CHANGE_PLANS}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, reason: str) -> Response:
        """Refuse for this reason again."""
        if not Fallback.objects.filter(reason=reason).exists():
            raise NotFound
        fallbacks.take_away(reason, by=access.actor(request), now=datetime.now(UTC))
        return Response(status=204)
