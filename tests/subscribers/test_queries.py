"""The state of a service as SQL says it, against a table of cases."""

from datetime import UTC, datetime, timedelta

import pytest

from subscribers import queries
from subscribers.models import Service
from tests.factories import make_plan, make_service, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AGO = NOW - timedelta(minutes=30)
PLAN = {"validity_seconds": 3600, "data_limit_bytes": 1000, "time_limit_seconds": 600}


@pytest.mark.parametrize(
    ("service", "state"),
    [
        ({}, "new"),
        ({"first_used_at": AGO}, "in_use"),
        ({"first_used_at": AGO, "upload_bytes": 400, "download_bytes": 599}, "in_use"),
        ({"first_used_at": AGO, "upload_bytes": 400, "download_bytes": 600}, "spent"),
        ({"first_used_at": AGO, "seconds_used": 600}, "spent"),
        ({"first_used_at": AGO, "expires_at": NOW}, "ended"),
        ({"first_used_at": AGO, "expires_at": NOW + timedelta(seconds=1)}, "in_use"),
        ({"expires_at": NOW}, "ended"),
        ({"first_used_at": AGO, "expires_at": NOW, "grace_seconds": 60}, "in_use"),
        ({"first_used_at": AGO, "expires_at": NOW - timedelta(seconds=60), "grace_seconds": 60}, "ended"),
        ({"status": "ended"}, "ended"),
        ({"status": "ended", "first_used_at": AGO, "download_bytes": 1000}, "spent"),
        ({"status": "suspended", "first_used_at": AGO}, "suspended"),
        ({"status": "void", "first_used_at": NOW - timedelta(days=9)}, "void"),
    ],
)
def test_state(service, state):
    made = make_service(plan=make_plan(**PLAN), **service)
    assert Service.objects.annotate(state=queries.state_at(NOW)).get(pk=made.pk).state == state


def test_a_plan_without_limits_never_ends():
    plan = make_plan(validity_seconds=None)
    made = make_service(plan=plan, first_used_at=NOW - timedelta(days=4000), download_bytes=10**15)
    assert Service.objects.annotate(state=queries.state_at(NOW)).get(pk=made.pk).state == "in_use"


@pytest.mark.parametrize("used", ["upload_bytes", "download_bytes"])
def test_one_direction_alone_can_be_spent(used):
    plan = make_plan(**{used.replace("bytes", "limit_bytes"): 500})
    for octets, state in ((499, "in_use"), (500, "spent")):
        made = make_service(plan=plan, first_used_at=AGO, **{used: octets})
        assert Service.objects.annotate(state=queries.state_at(NOW)).get(pk=made.pk).state == state


def test_grace_of_the_plan_counts_unless_the_service_has_its_own():
    plan = make_plan(grace_seconds=3600)
    for own, state in ((None, "in_use"), (60, "ended")):
        made = make_service(
            plan=plan, first_used_at=AGO, expires_at=NOW - timedelta(minutes=5), grace_seconds=own
        )
        assert Service.objects.annotate(state=queries.state_at(NOW)).get(pk=made.pk).state == state


def test_plan_counts():
    plan, other = make_plan(**PLAN), make_plan()
    make_service(plan=plan)
    make_service(plan=plan)
    make_service(plan=plan, first_used_at=AGO)
    assert queries.plan_counts([plan.pk, other.pk], NOW) == {plan.pk: {"new": 2, "in_use": 1}, other.pk: {}}


def test_people_are_found_by_name_phone_and_service():
    ana = make_subscriber(name="Ana Wanjiku", phone="+254711222333")
    make_subscriber(name="Beto")
    make_service(subscriber=ana, label="ana.home")
    for text in ("wanj", "711222", "ana.home"):
        assert list(queries.people(text)) == [ana]
    assert queries.people("100%_").count() == 0


def test_people_are_found_by_their_plan_in_whatever_version():
    plan = make_plan()
    owner = make_subscriber(name="Keeps version 1")
    make_service(kind="account", subscriber=owner, plan=make_plan(frozen_of=plan, is_archived=True))
    make_service(kind="account", subscriber=make_subscriber(), plan=make_plan())
    assert list(queries.narrowed(queries.people(), plan=plan.pk)) == [owner]
