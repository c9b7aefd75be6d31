"""Whom a bulk act would change and whom not, with the reason; what it takes is checked."""

from datetime import UTC, datetime

import pytest

from kmikro.lib.refusal import Refusal
from subscribers import bulk_judging
from subscribers.bulk_judging import Account, Person

END = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("act", "found", "why"),
    [
        ("plan", Account("active", plan=1), ""),
        ("plan", Account("active", plan=5), "It has this plan already."),
        ("plan", Account("ended", plan=1), "It has ended."),
        ("suspend", Account("active"), ""),
        ("suspend", Account("suspended"), "It is paused."),
        ("suspend", Account("pending"), "It is pending."),
        ("resume", Account("suspended", "active"), ""),
        ("resume", Account("suspended"), ""),
        ("resume", Account("suspended", "blocked"), "Its subscriber is blocked."),
        ("resume", Account("void"), "It has ended."),
        ("extend", Account("ended", expires_at=END), ""),
        ("extend", Account("ended", expires_at=END, was_ended=True), "It was ended for good."),
        ("extend", Account("active"), "It has no end that could be moved."),
    ],
)
def test_accounts(act, found, why):
    assert bulk_judging.account(act, {"plan": 5}, found) == why


@pytest.mark.parametrize(
    ("act", "found", "why"),
    [
        ("add_tag", Person(["b"]), ""),
        ("add_tag", Person(["a"]), "The tag is there already."),
        ("add_tag", Person([str(n) for n in range(20)]), "A subscriber has at most 20 tags."),
        ("remove_tag", Person(["a"]), ""),
        ("remove_tag", Person([]), "The tag is not there."),
        ("site", Person(site=2), ""),
        ("site", Person(site=3), "This is the site already."),
    ],
)
def test_people(act, found, why):
    assert bulk_judging.person(act, {"tag": "a", "site": 3}, found) == why


def test_values_are_kept_as_their_act_takes_them():
    given = {"plan": 3, "days": 7, "tag": " VIP  one", "site": None}
    kept = {
        act: bulk_judging.checked(act, given) for act in (*bulk_judging.OF_ACCOUNTS, *bulk_judging.OF_PEOPLE)
    }
    assert kept == {
        "plan": {"plan": 3}, "suspend": {}, "resume": {}, "extend": {"days": 7}, "add_tag": {"tag": "vip one"},
        "remove_tag": {"tag": "vip one"}, "site": {"site": None},
    }  # fmt: skip
    for act, field in (("plan", "plan"), ("extend", "days"), ("add_tag", "tag"), ("delete", "act")):
        with pytest.raises(Refusal) as refused:
            bulk_judging.checked(act, {})
        assert refused.value.field == field
