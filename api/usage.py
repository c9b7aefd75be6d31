"""Usage of a service by hour, day or month of the ISP's calendar, its limits, and who used most."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.arrangements import service_of
from api.fields import Id, Moment, Query
from api.view import View
from radius import meters
from radius.quotas import Quota
from subscribers import finding, queries, usage
from subscribers.models import Service
from subscribers.usage import Span, Step, Used

MOST = 100


class UsageAmount(serializers.Serializer[Any]):
    """Bytes and seconds."""

    download_bytes = serializers.IntegerField(source="download")
    upload_bytes = serializers.IntegerField(source="upload")
    seconds = serializers.IntegerField()


class UsageStep(serializers.Serializer[Step]):
    """One hour, day or month; what counts is both together."""

    begins_at = Moment()
    reported = UsageAmount(help_text="By routers.")
    corrected = UsageAmount(help_text="By operators.")


class UsageLimit(serializers.Serializer[Quota]):
    """One limit of the plan, with what was given on top of it."""

    what = serializers.ChoiceField(["data", "download", "upload", "time", "stage"])
    period = serializers.ChoiceField(["total", "day", "week", "month"])
    limit = serializers.IntegerField(help_text="Bytes, or seconds of time.")
    used = serializers.IntegerField()
    percent = serializers.IntegerField()
    stage = serializers.IntegerField(source="number", help_text="Of fair use; 0: it is no stage.")
    download_bps = serializers.IntegerField(help_text="After a stage.")
    upload_bps = serializers.IntegerField()


class UsageOut(serializers.Serializer[Any]):
    """Steps without gaps, by the ISP's calendar; a day over a change of clocks has 23 or 25 hours."""

    since = serializers.DateField()
    until = serializers.DateField()
    total = UsageAmount(help_text="As it counts, corrections too.")
    steps = UsageStep(many=True)
    limits = UsageLimit(many=True)


class UsageQuery(Query):
    by = serializers.ChoiceField(list(usage.GRAINS), required=False, default=usage.DAY)
    since = serializers.DateField(required=False, help_text="First day, by the ISP's calendar.")
    until = serializers.DateField(required=False, help_text="Last day; left out: today.")


class TopQuery(UsageQuery):
    plan = Id(help_text="Id of a plan, in whatever version.")
    site = Id(help_text="Id of a site of subscribers.")
    search = serializers.CharField(required=False, max_length=100)
    sort = serializers.ChoiceField(list(usage.ORDERS), required=False, default="total")
    offset = serializers.IntegerField(required=False, default=0, min_value=0, max_value=1_000_000)
    limit = serializers.IntegerField(required=False, default=25, min_value=1, max_value=MOST)


class UsageRank(serializers.Serializer[Used]):
    """What one service used in the range."""

    service = serializers.IntegerField(source="service_id")
    label = serializers.SerializerMethodField()  # type: ignore[assignment]  # a name that Field has too
    amount = UsageAmount()

    def get_label(self, used: Used) -> str:
        return str(self.context["labels"].get(used.service_id, ""))


class UsageRanks(serializers.Serializer[Any]):
    """Who used most, and everybody together."""

    since = serializers.DateField()
    until = serializers.DateField()
    total = UsageAmount()
    steps = UsageStep(many=True)
    count = serializers.IntegerField(help_text="Of services that used anything.")
    results = UsageRank(many=True)


def _span(request: Request, asked: dict[str, Any], now: datetime) -> Span:
    zone = ZoneInfo(access.isp(request).time_zone)
    today: date = now.astimezone(zone).date()
    return usage.span(asked["by"], asked.get("since"), asked.get("until"), today, zone)


class ServiceUsage(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS}
    takes = {"GET": UsageQuery}

    @extend_schema(responses=UsageOut)
    def get(self, request: Request, pk: int) -> Response:
        """Read the usage of a service.

        Without dates: today and yesterday by hour, 30 days by day, 12 months by month.
        """
        found, now = service_of(pk), datetime.now(UTC)
        span = _span(request, self.asked, now)
        steps = usage.steps(span, Q(service=found))
        limits = meters.quotas_of([pk], now.timestamp(), span.zone)[pk]
        shown = {
            "since": span.first, "until": span.last, "total": usage.total(steps), "steps": steps, "limits": limits,
        }  # fmt: skip
        return Response(UsageOut(shown).data)


class AllUsage(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS}
    takes = {"GET": TopQuery}

    @extend_schema(responses=UsageRanks)
    def get(self, request: Request) -> Response:
        """Read everybody's usage, and who used most."""
        asked = self.asked
        span = _span(request, asked, datetime.now(UTC))
        services = None
        narrowed = Q()
        if "plan" in asked:
            narrowed &= queries.on_plans([asked["plan"]], "service__")
            services = Service.objects.filter(queries.on_plans([asked["plan"]]))
        if "site" in asked:
            narrowed &= Q(service__subscriber__site=asked["site"])
            services = (Service.objects.all() if services is None else services).filter(
                subscriber__site=asked["site"]
            )
        if "search" in asked:
            text = asked["search"].replace("\0", "")
            by_name = Q(label__icontains=text) | Q(subscriber__in=finding.matching(text))
            services = (Service.objects.all() if services is None else services).filter(by_name)
        found, count = usage.top(
            span, services, order=asked["sort"], offset=asked["offset"], most=asked["limit"]
        )
        labels = dict(
            Service.objects.filter(pk__in=[each.service_id for each in found]).values_list("pk", "label")
        )
        steps = usage.steps(span, narrowed)
        shown = {
            "since": span.first, "until": span.last, "total": usage.total(steps), "steps": steps, "count": count,
            "results": found,
        }  # fmt: skip
        return Response(UsageRanks(shown, context={"labels": labels}).data)
