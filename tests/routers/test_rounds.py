"""A round of the beat: where we may knock, and those that nobody opened noted in one go."""

from datetime import UTC, datetime, timedelta
from typing import Any

from routers import rounds, seats, watching
from routers.knock import Door
from routers.models import Router, Watch
from routers.watching import Due
from tests.addresses import own
from tests.factories import make_router

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def test_where_we_must_not_knock_is_told_apart(settings: Any) -> None:
    settings.ALLOW_PRIVATE_ROUTERS, settings.RADIUS_ADDRESS = False, "203.0.113.1"
    doors, refused = rounds.doors_of([Due(1, "102.22.9.7", 8728, False), Due(2, "127.0.0.1", 8728, False)])
    assert doors == {1: Door("102.22.9.7", 8728, "203.0.113.1")}
    assert set(refused) == {2} and refused[2]


def test_those_that_nobody_opened_are_locked_with_one_question(
    inside_isp: Any, django_assert_max_num_queries: Any
) -> None:
    gone = [make_router() for _ in range(4)]
    for each in gone:
        watching.watch_of(each, now=NOW)
    Watch.objects.update(missed_since=NOW - timedelta(minutes=2))
    shut = {each.pk: "no answer" for each in gone[:2]}
    refused = {gone[2].pk: "Not there.", gone[2].pk + 10**6: "Gone meanwhile."}
    changed = rounds.nobody_there(shut, refused, dice=lambda: 0.5, now=NOW)
    assert sorted((each.router_id, each.kind) for each in changed) == [(pk, "down") for pk in sorted(shut)]
    kinds = dict(Watch.objects.values_list("pk", "failure_kind"))
    assert kinds == {gone[0].pk: "silent", gone[1].pk: "silent", gone[2].pk: "no", gone[3].pk: ""}
    assert Router.objects.filter(is_up=False).count() == 2
    with django_assert_max_num_queries(7):  # one for all rows, three for each of two
        rounds.nobody_there(shut, {}, dice=lambda: 0.5, now=NOW + timedelta(seconds=15))


def test_who_is_busy_with_us_counts_as_there_and_without_counting_nobody_knocks(settings: Any) -> None:
    door = Door(own(69), 9)
    with seats.seat(door.address, door.port), seats.seat(door.address, door.port):
        assert [wave for wave in rounds.knocked({5: door}) if wave] == [{5: ""}]
    settings.REDIS_URL = f"redis://{own(68)}:1/0"
    assert list(rounds.knocked({5: door})) == []
