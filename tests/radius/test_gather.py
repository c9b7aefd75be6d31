"""What facts need beside the service: usage of the running periods, places and languages."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from radius.gather import instead, next_of, used_of
from radius.lookup import facts_of
from radius.terms import Used
from subscribers.models import Fallback, Site, Subscriber, Usage
from tenants import scope
from tenants.models import Isp
from tests.factories import NOW, make_plan, make_router, make_service

DAILY = {"daily_data_bytes": 10**9}
AT = NOW.timestamp()  # 22 Nov 2026, 15:00 in Nairobi: a Sunday
MIDNIGHT = NOW.replace(hour=21) - timedelta(days=1)  # in Nairobi


def use(service: object, hours_ago: float, octets: int) -> None:
    Usage.objects.create(
        service=service,
        hour=NOW - timedelta(hours=hours_ago),
        upload_bytes=octets,
        download_bytes=octets,
        seconds=60,
    )


def test_usage_of_day_week_and_month_by_the_isps_clock(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        plain, counted, idle = (
            make_service(),
            make_service(plan=make_plan(**DAILY)),
            make_service(plan=make_plan(**DAILY)),
        )
        for service in (plain, counted):
            for hours_ago, octets in (
                (0, 1),
                (15, 10),
                (16, 100),
                (24 * 6, 1_000),
                (24 * 7, 10_000),
                (24 * 22, 10**6),
            ):
                use(service, hours_ago, octets)
        found = facts_of([plain.pk, counted.pk, idle.pk], AT)
    used = Used(*found[counted.pk].used)
    assert used.day_at == MIDNIGHT.timestamp()
    assert (used.day_bytes, used.day_seconds) == (22, 120)  # the hour that begins at midnight is today's
    assert (used.week_bytes, used.month_bytes) == (2_222, 22_222)
    assert found[plain.pk].used == ()
    assert Used(*found[idle.pk].used)[1:3] == (0, 0)


def test_places_of_plans_and_services_become_routers(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        site = Site.objects.create(name="Hill", made_at=NOW)
        at_hill, elsewhere = make_router(site=site), make_router()
        plan = make_plan(sites=[site.pk])
        service = make_service(plan=plan, sites=[site.pk], routers=[elsewhere.pk])
        empty = make_service(sites=[site.pk + 1000])
        found = facts_of([service.pk, empty.pk, make_service().pk], AT)
    assert found[service.pk].plan.sites == {at_hill.pk}
    assert found[service.pk].sites == {at_hill.pk, elsewhere.pk}
    assert found[empty.pk].sites == frozenset(), "a site without routers is no place at all"
    assert found[max(found)].sites is None


def test_languages(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        jane = Subscriber.objects.create(name="Jane", language="sw", made_at=NOW)
        bob = Subscriber.objects.create(name="Bob", made_at=NOW)
        one, other, none = make_service(subscriber=jane), make_service(subscriber=bob), make_service()
        found = facts_of([one.pk, other.pk, none.pk], AT)
    assert [found[each.pk].language for each in (one, other, none)] == ["sw", "", ""]


def test_many_cost_no_more_queries_than_one(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        plan = make_plan(**DAILY)
        services = [make_service(plan=plan).pk for _ in range(9)]
        used_of(services, AT)
        counts = []
        for chosen in (services[:1], services):
            with CaptureQueriesContext(connection) as queries:
                used_of(chosen, AT)
            counts.append(len(queries))
    assert counts == [1, 1]


def test_a_fallback_takes_from_its_plan_what_it_does_not_say(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        plan = make_plan(
            name="Rest", download_bps=64_000, upload_bps=32_000, address_list="rest", pool="rest-pool"
        )
        Fallback.objects.create(reason="ended", plan=plan, address_list="walled", changed_at=NOW)
        Fallback.objects.create(reason="suspended", download_bps=8_000, seconds=60, changed_at=NOW)
        house = instead()
    ended, suspended = house["ended"], house["suspended"]
    assert (ended.download_bps, ended.upload_bps, ended.plan_name, ended.seconds) == (
        64_000,
        32_000,
        "Rest",
        900,
    )
    assert (ended.extras.address_list, ended.extras.pool) == ("walled", "rest-pool")
    assert (suspended.download_bps, suspended.upload_bps, suspended.extras.pool) == (8_000, 0, "")


def test_plans_that_come_after_are_what_is_given_instead(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        slow = make_plan(name="Slow", download_bps=1_000, upload_bps=500, pool="slow", address_list="late")
        plan = make_plan(end_plan=slow, quota_plan=slow)
        service = make_service(plan=plan)
        found = facts_of([service.pk], AT)[service.pk].plan.instead
        assert next_of(slow) == ()
    assert [each.reason for each in found] == ["ended", "data_spent", "time_spent"]
    assert {(each.download_bps, each.upload_bps, each.plan_name) for each in found} == {(1_000, 500, "Slow")}
    assert {(each.extras.pool, each.extras.address_list) for each in found} == {("slow", "late")}
