"""Monitoring: samples of a router, outages, and alerts that somebody may take on."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Id, Moment, Named, Nothing, PageQuery, Query
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from routers import alerts, charts, incidents, outages, queries
from routers.models import Incident, Outage, Sample, Watch


class PortOut(serializers.Serializer[Any]):
    """What moved at a port in that time, in bits per second."""

    name = serializers.CharField()
    received_bps = serializers.IntegerField()
    sent_bps = serializers.IntegerField()


class SampleOut(serializers.Serializer[Sample]):
    """A step of the range; null where the router does not know."""

    at = Moment()
    cpu = serializers.IntegerField(allow_null=True, help_text="Percent, average.")
    cpu_peak = serializers.IntegerField(allow_null=True)
    memory = serializers.IntegerField(allow_null=True, help_text="Percent used.")
    temperature = serializers.FloatField(allow_null=True, help_text="Degrees Celsius.")
    voltage = serializers.FloatField(allow_null=True, help_text="Volts.")
    ppp = serializers.IntegerField(allow_null=True)
    hotspot = serializers.IntegerField(allow_null=True)
    leases = serializers.IntegerField(allow_null=True)
    queues = serializers.IntegerField(allow_null=True)
    radius_requests = serializers.IntegerField()
    radius_timeouts = serializers.IntegerField()
    radius_bad = serializers.IntegerField(help_text="Answers of ours that the router refused.")
    ports = PortOut(many=True)


class SamplesOut(serializers.Serializer[Any]):
    """The steps that were heard of, oldest first; a step without a sample is missing."""

    range = serializers.ChoiceField([*charts.RANGES])
    step_seconds = serializers.IntegerField()
    samples = SampleOut(many=True)


class SamplesQuery(Query):
    range = serializers.ChoiceField([*charts.RANGES], required=False, default="day")


class Samples(View):
    scopes = {"GET": Action.SEE_ROUTERS}
    takes = {"GET": SamplesQuery}

    @extend_schema(responses=SamplesOut)
    def get(self, request: Request, pk: int) -> Response:
        """Read how a router was."""
        router = one(queries.all_routers(), pk)
        over = charts.RANGES[self.asked.get("range", "day")]
        watch = Watch.objects.filter(pk=router.pk).first()
        found = charts.series(router.pk, over, now=datetime.now(UTC))
        names: list[str] = watch.names if watch else []
        pairs = zip(found.times, found.steps, strict=True)
        rows = [_sample(at, step, names, found) for at, step in pairs if step is not None]
        told = {"range": over.name, "step_seconds": int(over.step.total_seconds()), "samples": rows}
        return Response(SamplesOut(told).data)


def _sample(at: datetime, step: Sample, names: list[str], found: charts.Series) -> dict[str, Any]:
    plain = (
        "cpu", "cpu_peak", "memory", "ppp", "hotspot", "leases", "queues", "radius_requests", "radius_timeouts",
        "radius_bad",
    )  # fmt: skip
    return {
        "at": at,
        **{name: getattr(step, name) for name in plain},
        "temperature": None if step.temperature is None else step.temperature / 10,
        "voltage": None if step.voltage is None else step.voltage / 10,
        "ports": [
            {"name": names[port], "received_bps": round(received), "sent_bps": round(sent)}
            for port, (received, sent) in charts.rates(step).items()
            if port < len(names)
        ],
    }


class OutageOut(serializers.Serializer[Outage]):
    """From the first missed answer to the next answer; `router` is null when it was removed since."""

    id = serializers.IntegerField()
    router = Named(allow_null=True)
    name = serializers.CharField(help_text="Of the router then.")
    started_at = Moment()
    noticed_at = Moment()
    ended_at = Moment(allow_null=True)
    sessions = serializers.IntegerField(help_text="People online there when it was lost.")
    cause = serializers.CharField()


class OutageQuery(PageQuery):
    state = serializers.ChoiceField(outages.STATES, required=False)
    router = Id(help_text="Id of a router.")


class Outages(View):
    scopes = {"GET": Action.SEE_ROUTERS}
    takes = {"GET": OutageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=OutageOut(many=True))
    def get(self, request: Request) -> Response:
        """List outages."""
        rows = outages.search("", self.asked.get("state", ""), self.asked.get("router"))
        return self.page(rows, OutageOut)


class AlertOut(serializers.Serializer[Incident]):
    """Something that a person should know; open until `closed_at`."""

    id = serializers.IntegerField()
    router = Named()
    kind = serializers.ChoiceField(Incident.Kind.choices)
    text = serializers.CharField()
    opened_at = Moment()
    closed_at = Moment(allow_null=True)
    acknowledged_at = Moment(allow_null=True)
    acknowledged_by = serializers.CharField()


class AlertQuery(PageQuery):
    state = serializers.ChoiceField(alerts.STATES, required=False)
    kind = serializers.ChoiceField(Incident.Kind.choices, required=False)
    router = Id(help_text="Id of a router.")


def _alerts() -> "QuerySet[Incident]":
    return alerts.search("", "")


class Alerts(View):
    scopes = {"GET": Action.SEE_ROUTERS}
    takes = {"GET": AlertQuery}
    pagination_class = CursorPages

    @extend_schema(responses=AlertOut(many=True))
    def get(self, request: Request) -> Response:
        """List alerts."""
        asked = self.asked
        rows = alerts.search("", asked.get("state", ""), asked.get("kind", ""), asked.get("router"))
        return self.page(rows, AlertOut)


class TakeAlert(View):
    scopes = {"POST": Action.CHANGE_ROUTERS}

    @extend_schema(request=None, responses=AlertOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Take an alert on, so that others see that somebody deals with it."""
        self.body(request, Nothing)
        incident = one(_alerts(), pk)
        incidents.acknowledge(incident, by=access.actor(request), now=datetime.now(UTC))
        return Response(AlertOut(one(_alerts(), pk)).data)
