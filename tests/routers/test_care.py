"""Orders: the first of guarded work alone, nothing after a failure, a width, a window, a stop."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.journal import Actor
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from routers import care
from routers.models import CareItem, CareRun, Router
from tenants.models import Isp
from tests.factories import NOW, make_router, make_site

pytestmark = pytest.mark.django_db
BY = Actor(1, "Ana")
Kind, State = CareRun.Kind, CareRun.State


@pytest.fixture
def fleet(inside_isp: Isp) -> list[Router]:
    return [make_router(name=f"R{number}") for number in range(8)]


def states(run: CareRun) -> str:
    return "".join(item.state[0] for item in run.items.order_by("position"))


def end(ids: list[int], *, is_fine: bool = True) -> list[int | None]:
    return [
        care.finish(pk, is_fine=is_fine, steps=[], trouble="" if is_fine else "no", now=NOW) for pk in ids
    ]


def test_plain_work_goes_on_past_failures_some_at_a_time(fleet: list[Router]) -> None:
    run = care.order(Kind.BACKUP, fleet, by=BY, now=NOW)
    first = care.take_next(run.pk, now=NOW)
    assert len(first) == care.WIDTH
    assert care.take_next(run.pk, now=NOW) == []
    assert end(first[:1], is_fine=False) == [run.pk]
    assert len(care.take_next(run.pk, now=NOW)) == 1
    end(list(run.items.filter(state="running").values_list("pk", flat=True)))
    end(care.take_next(run.pk, now=NOW))
    assert care.take_next(run.pk, now=NOW) == []
    run.refresh_from_db()
    assert (run.state, states(run)) == (State.DONE, "fddddddd")
    assert JournalEntry.objects.filter(verb="routers.backup").count() == 1


@pytest.mark.parametrize("kind", [Kind.UPGRADE, Kind.REBOOT])
def test_the_canary_goes_alone_and_a_failure_ends_it(fleet: list[Router], kind: str) -> None:
    run = care.order(kind, fleet, by=BY, now=NOW)
    canary = care.take_next(run.pk, now=NOW)
    assert len(canary) == 1
    assert care.take_next(run.pk, now=NOW) == []
    assert end(canary) == [run.pk]
    wave = care.take_next(run.pk, now=NOW)
    assert len(wave) == care.WIDTH
    assert end(wave[:1], is_fine=False) == [None]
    run.refresh_from_db()
    assert (run.state, states(run)) == (State.FAILED, "dfrrrsss")
    assert "R1" in run.items.filter(state="skipped")[0].trouble
    end(wave[1:])
    assert states(run) == "dfdddsss"
    assert care.take_next(run.pk, now=NOW) == []


def test_who_is_left_out(fleet: list[Router]) -> None:
    fleet[0].is_up, fleet[1].state = False, "waiting"
    assert [bool(place.skipped) for place in care.preview(Kind.REBOOT, fleet[:3])] == [True, True, False]
    assert [bool(place.skipped) for place in care.preview(Kind.BACKUP, fleet[:3])] == [False, True, False]
    here = fleet[2].site
    assert [bool(place.skipped) for place in care.preview(Kind.SITE, fleet[:3], site=here)] == [
        False,
        False,
        True,
    ]
    with pytest.raises(Refusal, match="nothing to do"):
        care.order(Kind.REBOOT, fleet[:2], by=BY, now=NOW)
    with pytest.raises(Refusal, match="Choose a site"):
        care.order(Kind.SITE, fleet, by=BY, now=NOW)
    with pytest.raises(Refusal):
        care.order("format", fleet, by=BY, now=NOW)
    assert care.order(Kind.SITE, fleet, by=BY, now=NOW, site=make_site()).details["site"]


def test_a_window(fleet: list[Router]) -> None:
    opens, closes = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    run = care.order(Kind.BACKUP, fleet, by=BY, now=NOW, not_before=opens, not_after=closes)
    assert care.take_next(run.pk, now=NOW) == []
    begun = care.take_next(run.pk, now=opens)
    assert len(begun) == care.WIDTH
    end(begun)
    assert care.take_next(run.pk, now=closes) == []
    run.refresh_from_db()
    assert (run.state, states(run)) == (State.DONE, "ddddssss")
    with pytest.raises(Refusal, match="window"):
        care.order(Kind.BACKUP, fleet, by=BY, now=NOW, not_before=closes, not_after=opens)


def test_a_stop(fleet: list[Router]) -> None:
    run = care.order(Kind.BACKUP, fleet, by=BY, now=NOW)
    begun = care.take_next(run.pk, now=NOW)
    care.stop(run, by=BY, now=NOW)
    assert end(begun) == [None] * care.WIDTH
    run.refresh_from_db()
    assert (run.state, states(run)) == (State.STOPPED, "ddddssss")
    with pytest.raises(Refusal):
        care.stop(run, by=BY, now=NOW)


def test_an_item_that_ended_meanwhile_is_not_ended_again(fleet: list[Router]) -> None:
    run = care.order(Kind.BACKUP, fleet, by=BY, now=NOW)
    [first, *_rest] = care.take_next(run.pk, now=NOW)
    with CaptureQueriesContext(connection) as asked:
        assert care.finish(first, is_fine=True, steps=[], trouble="", now=NOW) == run.pk
    locks, reads = (
        [number for number, each in enumerate(asked.captured_queries) if word in each["sql"]]
        for word in ("FOR UPDATE", '"routers_careitem"."steps"')
    )
    assert locks[0] < reads[0]  # whoever waited for the lock reads what was written under it
    assert care.finish(first, is_fine=False, steps=[], trouble="lost", now=NOW) is None
    assert states(run)[0] == "d"


def test_what_was_lost_is_given_up_and_old_orders_are_forgotten(fleet: list[Router]) -> None:
    run = care.order(Kind.BACKUP, fleet, by=BY, now=NOW)
    care.take_next(run.pk, now=NOW)
    assert care.tidy(now=NOW + timedelta(minutes=5)) == [run.pk]
    assert states(run) == "rrrrwwww"
    care.tidy(now=NOW + timedelta(hours=1))
    assert states(run) == "ffffwwww"
    care.stop(run, by=BY, now=NOW)
    care.tidy(now=NOW + timedelta(days=100))
    assert not CareRun.objects.exists()
    assert not CareItem.objects.exists()
