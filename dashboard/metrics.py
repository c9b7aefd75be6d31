"""/metrics of the platform's host: what the RADIUS workers count, for Prometheus, behind a bearer token."""

import hmac
import itertools
import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from dashboard.access import open_to_all
from radius import metrics

Told = dict[str, Any]


@open_to_all
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What the workers told last. Without a token in the settings there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    told = metrics.read(settings.STATE_DIR / "metrics", time.time())
    registry = CollectorRegistry()
    registry.register(_Workers(told))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Workers(Collector):
    """Every worker is a label: its counters begin anew when it does."""

    def __init__(self, told: list[Told]) -> None:
        self._told = told

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("kmikro_radius_workers", "Workers that serve", value=len(self._told))
        yield _counts("kmikro_radius_attempts", "Answered Access-Requests", "outcome", "attempts", self._told)
        yield _counts("kmikro_radius_records", "Accounting records taken", "kind", "records", self._told)
        yield _counts("kmikro_radius_drops", "Datagrams without an answer", "reason", "drops", self._told)
        yield from _events(self._told)
        yield _histogram("kmikro_radius_decision_seconds", "Time to decide a login", "decided", self._told)
        yield _histogram("kmikro_radius_durable_seconds", "Time to keep a record", "durable", self._told)


def _counts(name: str, text: str, last: str, key: str, told: list[Told]) -> Metric:
    family = CounterMetricFamily(name, text, labels=["worker", "tenant", "router", last])
    for each in told:
        for schema, router, code, count in each.get(key, ()):
            family.add_metric([each["worker"], schema, str(router), code], count)
    return family


def _events(told: list[Told]) -> Iterator[Metric]:
    """What the loop and the store count by name: drops, alerts, sheddings; and how long queues are."""
    events = CounterMetricFamily(
        "kmikro_radius_events", "What happened, drops among it", labels=["worker", "event"]
    )
    queues = GaugeMetricFamily("kmikro_radius_queue", "What waits", labels=["worker", "queue"])
    services = GaugeMetricFamily("kmikro_radius_services", "Services remembered", labels=["worker"])
    for each in told:
        worker = each["worker"]
        services.add_metric([worker], each.get("services", 0))
        for name, count in (*each["server"].items(), *((f"store_{k}", n) for k, n in each["store"].items())):
            events.add_metric([worker, name], count)
        for name, depth in each["queues"].items():
            queues.add_metric([worker, name], depth)
    yield events
    yield queues
    yield services


def _histogram(name: str, text: str, key: str, told: list[Told]) -> Metric:
    family = HistogramMetricFamily(name, text, labels=["worker"])
    bounds = [*map(str, metrics.BOUNDS), "+Inf"]
    for each in told:
        sums = itertools.accumulate(each[key]["places"])
        family.add_metric([each["worker"]], list(zip(bounds, sums, strict=True)), each[key]["total"])
    return family
