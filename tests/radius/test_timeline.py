"""The timeline has everything once, newest first, on pages of any size, by a constant number of statements."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.journal import SYSTEM
from radius import timeline
from subscribers import devices, lifecycle, merging, notes, people, standing
from tests.factories import make_attempt, make_router, make_service, make_session, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)  # past midnight in Nairobi
ZONE = ZoneInfo("Africa/Nairobi")


@pytest.fixture
def ana() -> Any:
    ana, router = make_subscriber(), make_router()
    service = make_service(
        kind="account", subscriber=ana, label="ana.home", first_used_at=NOW - timedelta(days=3)
    )
    for hours in (0, 1, 2):
        make_session(
            service=service, router=router, started_at=NOW - timedelta(hours=hours), download_bytes=10, upload_bytes=1, seconds=60
        )  # fmt: skip
    for minute in (1, 2):
        make_attempt(service=service, router=router, at=NOW - timedelta(minutes=minute), code="bad_password")
    make_attempt(service=service, router=router, accepted=True, at=NOW)
    for number in range(3):  # of one moment
        notes.write(ana, f"Note {number}", by=SYSTEM, now=NOW - timedelta(hours=5))
    devices.add(service, "AA:BB:CC:00:00:09", by=SYSTEM, now=NOW - timedelta(hours=6))
    people.change(ana, {"name": "Ana W"}, by=SYSTEM, now=NOW - timedelta(hours=7))
    standing.act(ana, "block", by=SYSTEM, now=NOW - timedelta(hours=8))
    standing.act(ana, "unblock", by=SYSTEM, now=NOW - timedelta(hours=9))
    lifecycle.suspend(service, by=SYSTEM, now=NOW - timedelta(hours=10))
    other = make_service(kind="account", subscriber=make_subscriber())
    make_session(service=other, router=router)
    lifecycle.suspend(other, by=SYSTEM, now=NOW)
    return ana


def test_everything_once_and_folded_by_the_isps_day(ana: Any) -> None:
    events, more = timeline.page(ana, zone=ZONE)
    assert more is None
    assert sorted(event.what for event in events) == sorted([
        "session", "refused", "session", "note.write", "note.write", "note.write", "device.add", "subscriber.change",
        "service.follow", "subscriber.block", "service.follow", "subscriber.unblock", "service.pause", "first_use",
    ])  # fmt: skip
    today, _refused, yesterday = events[0], events[1], events[2]
    assert (today.subject, today.facts["sessions"], today.facts["download_bytes"]) == ("2026-11-23", 1, 10)
    assert (yesterday.subject, yesterday.facts["sessions"]) == ("2026-11-22", 2)
    assert events[1].facts == {"code": "bad_password", "times": 2}


@pytest.mark.parametrize("most", [1, 2, 3, 5, 50])
def test_pages_hold_the_same_as_the_whole(ana: Any, most: int) -> None:
    whole, _none = timeline.page(ana, zone=ZONE)
    found, mark = timeline.page(ana, zone=ZONE, most=most)
    while mark is not None:
        assert (again := timeline.mark_of(str(mark))) == mark
        more, mark = timeline.page(ana, zone=ZONE, most=most, start=again)
        assert more
        found += more
    assert found == whole


@pytest.mark.parametrize("kind", list(timeline.KINDS))
def test_a_kind_alone(ana: Any, kind: str) -> None:
    whole, _none = timeline.page(ana, zone=ZONE)
    alone, _none = timeline.page(ana, zone=ZONE, kind=kind)
    assert alone == [event for event in whole if event.kind == kind]
    hidden, _none = timeline.page(ana, zone=ZONE, without=[kind])
    assert hidden == [event for event in whole if event.kind != kind]


def test_the_past_of_a_merged_record_is_part_of_it(ana: Any) -> None:
    gone = make_subscriber()
    notes.write(gone, "From before", by=SYSTEM, now=NOW)
    merging.merge(ana, gone, by=SYSTEM, now=NOW)
    events, _none = timeline.page(ana, zone=ZONE, kind="note")
    assert events[0].facts["text"] == "From before"


def test_few_statements_however_much_there_is(ana: Any, django_assert_num_queries: Any) -> None:
    for number in range(4):
        service = make_service(kind="account", subscriber=ana, first_used_at=NOW)
        make_session(service=service)
        lifecycle.suspend(service, by=SYSTEM, now=NOW)
        notes.write(ana, f"More {number}", by=SYSTEM, now=NOW)
    with django_assert_num_queries(6):
        timeline.page(ana, zone=ZONE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "2026-11-22",
        "2026-11-22T00:00:00",
        "2026-11-22T00:00:00+00:00~x",
        "2026-11-22T00:00:00+00:00~-1",
    ],
)
def test_what_is_no_mark(text: str) -> None:
    assert timeline.mark_of(text) is None
