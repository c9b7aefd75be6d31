"""Usage by hour, day and month of the ISP's calendar: changes of clocks, corrections, and who used most."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Q

from kmikro.lib.refusal import Refusal
from subscribers import usage
from subscribers.models import Correction, Service, Usage
from tests.factories import make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
BERLIN, NAIROBI, DELHI = ZoneInfo("Europe/Berlin"), ZoneInfo("Africa/Nairobi"), ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def use(service, at, down=0, up=0, seconds=0, model=Usage):
    more = {"made_at": at, "why": "x"} if model is Correction else {}
    model.objects.create(
        service=service, hour=at, download_bytes=down, upload_bytes=up, seconds=seconds, **more
    )


def steps(service, grain, first, last, zone=NAIROBI):
    asked = usage.span(grain, first, last, last, zone)
    return asked, usage.steps(asked, Q(service=service))


def test_days_are_those_of_the_isps_calendar() -> None:
    service = make_service()
    use(service, datetime(2026, 11, 20, 20, tzinfo=UTC), down=1)  # 23:00 in Nairobi
    use(service, datetime(2026, 11, 20, 21, tzinfo=UTC), down=2, up=5, seconds=60)  # midnight
    _, found = steps(service, "day", date(2026, 11, 20), date(2026, 11, 21))
    assert [(each.reported.download, each.reported.upload) for each in found] == [(1, 0), (2, 5)]
    assert found[1].begins_at == datetime(2026, 11, 20, 21, tzinfo=UTC)
    assert usage.total(found) == usage.Amount(3, 5, 60)


@pytest.mark.parametrize(
    ("on", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_a_day_has_as_many_hours_as_the_clocks_give_it(on: date, hours: int) -> None:
    service = make_service()
    asked, found = steps(service, "hour", on, on, BERLIN)
    assert len(found) == hours
    labels = [usage.label(each, asked) for each in found]
    assert len(set(labels)) == hours  # the hour that comes twice says which
    for each in found:
        use(service, each.begins_at, down=1)
    assert usage.total(steps(service, "day", on, on, BERLIN)[1]).download == hours
    assert usage.total(steps(service, "hour", on, on, BERLIN)[1]).download == hours


def test_where_an_hour_lies_over_midnight_it_belongs_to_the_day_in_which_it_begins() -> None:
    service = make_service()
    use(service, datetime(2026, 11, 20, 18, tzinfo=UTC), down=1)  # 23:30 to 00:30 in Delhi
    _, found = steps(service, "day", date(2026, 11, 20), date(2026, 11, 21), DELHI)
    assert [each.reported.download for each in found] == [1, 0]
    assert sum(each.reported.download for each in steps(service, "hour", date(2026, 11, 20), date(2026, 11, 20), DELHI)[1]) == 1  # fmt: skip


def test_months_and_corrections_beside_what_was_reported() -> None:
    service = make_service()
    use(service, datetime(2026, 10, 31, 20, tzinfo=UTC), down=7)
    use(service, datetime(2026, 10, 31, 21, tzinfo=UTC), down=10)  # 1 November in Nairobi
    use(service, datetime(2026, 11, 3, 8, tzinfo=UTC), down=-4, model=Correction)
    asked, found = steps(service, "month", date(2026, 10, 1), date(2026, 11, 30))
    assert [(each.reported.download, each.corrected.download, each.counted.download) for each in found] == [
        (7, 0, 7), (10, -4, 6),
    ]  # fmt: skip
    assert [usage.label(each, asked) for each in found] == ["Oct 2026", "Nov 2026"]


def test_who_used_most_with_corrections_and_pages() -> None:
    one, two, three = (make_service() for _ in range(3))
    use(one, NOW, down=10, up=1)
    use(two, NOW, down=30, seconds=5)
    use(two, NOW, down=-25, model=Correction)
    use(three, NOW - timedelta(days=40), down=99)
    asked = usage.span("day", date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 30), NAIROBI)
    found, count = usage.top(asked, None, order="total", offset=0, most=10)
    assert [(each.service_id, each.amount.total) for each in found] == [(one.pk, 11), (two.pk, 5)]
    assert count == 2
    assert usage.top(asked, None, order="total", offset=1, most=1)[0][0].service_id == two.pk
    narrowed = Service.objects.filter(pk=two.pk)
    assert [each.service_id for each in usage.top(asked, narrowed, order="seconds", offset=0, most=9)[0]] == [two.pk]  # fmt: skip


@pytest.mark.parametrize(
    ("grain", "first", "last", "code"),
    [
        ("year", None, None, "bad_grain"),
        ("day", date(2026, 2, 1), date(2026, 1, 1), "bad_range"),
        ("hour", date(2026, 1, 1), date(2026, 3, 1), "long_range"),
        ("day", date(1800, 1, 1), date(1800, 1, 2), "bad_range"),
    ],
)
def test_ranges_that_are_none(grain, first, last, code) -> None:
    with pytest.raises(Refusal) as refusal:
        usage.span(grain, first, last, date(2026, 11, 22), NAIROBI)
    assert refusal.value.code == code


def test_the_usual_ranges() -> None:
    today = date(2026, 11, 22)
    firsts = {grain: usage.span(grain, None, None, today, NAIROBI).first for grain in usage.GRAINS}
    assert firsts == {"hour": date(2026, 11, 21), "day": date(2026, 10, 24), "month": date(2025, 12, 1)}
