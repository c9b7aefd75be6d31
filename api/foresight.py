"""A plan before it is sold: what somebody with certain habits will see for two months."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, Query
from api.view import View, one
from radius import prospect
from radius.foresight import Habit
from subscribers.models import Plan

MOST_BYTES, USUAL_BYTES = 10**13, 3 * 10**9


class HabitQuery(Query):
    bytes_a_day = serializers.IntegerField(
        required=False,
        default=USUAL_BYTES,
        min_value=0,
        max_value=MOST_BYTES,
        help_text="Up and down together.",
    )
    from_hour = serializers.IntegerField(required=False, default=0, min_value=0, max_value=23)
    to_hour = serializers.IntegerField(
        required=False,
        default=24,
        min_value=1,
        max_value=24,
        help_text="Past midnight when it is before `from_hour`.",
    )
    kind = serializers.ChoiceField(["account", "voucher"], required=False, default="account")


class ForeseenEventOut(serializers.Serializer[Any]):
    """From this moment on it is otherwise."""

    at = Moment()
    kind = serializers.ChoiceField(["online", "slower", "garden", "refused"])
    code = serializers.CharField(help_text="The rule that decides; empty where none does.")
    text = serializers.CharField(help_text="For the operator.")
    message = serializers.CharField(help_text="What the customer reads; may be empty.")
    bytes_used = serializers.IntegerField()


class ForeseenDayOut(serializers.Serializer[Any]):
    date = serializers.DateField()
    wanted_bytes = serializers.IntegerField(source="wanted")
    moved_bytes = serializers.IntegerField(source="moved")
    refused_seconds = serializers.IntegerField()
    slowest_bps = serializers.IntegerField(allow_null=True)


class ForeseenOut(serializers.Serializer[Any]):
    """Two months of it; `cut` says that later events are left out."""

    events = ForeseenEventOut(many=True)
    days = ForeseenDayOut(many=True)
    cut = serializers.BooleanField()


class Ahead(View):
    scopes = {"GET": Action.SEE_PLANS}
    takes = {"GET": HabitQuery}

    @extend_schema(responses=ForeseenOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look two months ahead at what a subscriber of a plan will see.

        Judged by the same rules as a login, with what you give instead of refusals.
        """
        plan, isp = one(Plan.objects.all(), pk), access.isp(request)
        habit = Habit(self.asked["bytes_a_day"], self.asked["from_hour"], self.asked["to_hour"])
        found = prospect.of(
            plan,
            habit,
            voucher=self.asked["kind"] == "voucher",
            zone=ZoneInfo(isp.time_zone),
            language=isp.language,
            now=datetime.now(UTC),
        )
        events = [
            {
                "at": datetime.fromtimestamp(each.at, UTC),
                "kind": each.kind,
                "code": each.code,
                "text": each.text,
                "message": each.message,
                "bytes_used": each.octets,
            }
            for each in found.events
        ]
        return Response(ForeseenOut({"events": events, "days": found.days, "cut": found.cut}).data)
