"""What is given instead of a refusal: set, changed and taken away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers.fallbacks import Given, give, take_away
from subscribers.models import Fallback
from tenants import scope
from tenants.models import Isp
from tests.factories import NOW, make_plan


@pytest.fixture(autouse=True)
def inside(isp: Isp) -> Iterator[None]:
    with scope.inside(isp.schema_name):
        yield


def test_one_setting_for_each_reason() -> None:
    plan = make_plan()
    give("ended", Given(plan_id=plan.pk), by=SYSTEM, now=NOW)
    give("ended", Given(download_bps=64_000, seconds=60), by=SYSTEM, now=NOW)
    [held] = Fallback.objects.all()
    assert (held.plan, held.download_bps, held.seconds) == (None, 64_000, 60)
    take_away("ended", by=SYSTEM, now=NOW)
    assert not Fallback.objects.exists()
    assert [each.verb for each in JournalEntry.objects.filter(verb__startswith="fallback").order_by("id")] == [
        "fallback.give", "fallback.give", "fallback.take_away",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "given", "field"),
    [
        ("void", Given(pool="p"), "reason"),
        ("ended", Given(), "plan"),
        ("ended", Given(seconds=120), "plan"),
        ("ended", Given(plan_id=999_999), "plan"),
        ("ended", Given(pool="p", seconds=59), "seconds"),
        ("ended", Given(pool="p", download_bps=-1), "download_bps"),
        ("ended", Given(address_list=" x"), "address_list"),
    ],
)
def test_what_will_not_do_is_refused(reason: str, given: Given, field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        give(reason, given, by=SYSTEM, now=NOW)
    assert refusal.value.field == field


def test_what_is_not_given_cannot_be_taken_away() -> None:
    with pytest.raises(Refusal) as refusal:
        take_away("ended", by=SYSTEM, now=NOW)
    assert refusal.value.code == "not_given"
