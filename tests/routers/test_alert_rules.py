"""Rules who is told: made, changed and removed, and journalled; a webhook's secret is made once and stays."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from routers import alert_rules
from routers.models import AlertRule
from tests.factories import make_site

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("inside_isp")


def saved(rule: AlertRule | None = None, **fields: Any) -> AlertRule:
    base = {
        "name": " Night ", "kinds": ["down"], "site": None, "channel": "email", "target": " watch@example.test ",
        "quiet_from": None, "quiet_until": None, "is_on": True,
    }  # fmt: skip
    return alert_rules.save(rule, **{**base, **fields}, by=SYSTEM, now=NOW)


def test_it_is_kept_in_one_spelling_with_kinds_that_there_are() -> None:
    site = make_site()
    saved(kinds=["hot", "down", "nothing"], site=site, quiet_from=time(22), quiet_until=time(6), is_on=False)
    kept = AlertRule.objects.get()
    assert (kept.name, kept.target, kept.kinds, kept.site) == (
        "Night",
        "watch@example.test",
        ["down", "hot"],
        site,
    )
    assert (kept.quiet_from, kept.quiet_until, kept.is_on) == (time(22), time(6), False)
    assert kept.secret == ""


def test_a_secret_is_made_for_a_webhook_once_and_never_journalled() -> None:
    rule = saved(channel="webhook", target="https://example.test/in")
    secret = AlertRule.objects.get().secret
    assert len(secret) == 40
    saved(rule, name="Day", channel="webhook", target="https://example.test/in")
    assert AlertRule.objects.get().secret == secret
    verbs = JournalEntry.objects.filter(target_id=str(rule.pk)).order_by("pk")
    assert [each.verb for each in verbs] == ["alert_rule.made", "alert_rule.changed"]
    assert secret not in str([each.facts for each in verbs])


def test_half_a_quiet_and_a_name_twice_are_refused_and_change_nothing() -> None:
    rule = saved()
    for fields in ({"quiet_from": time(22)}, {"quiet_until": time(6)}):
        with pytest.raises(Refusal) as half:
            saved(AlertRule.objects.get(), **fields)
        assert half.value.field == "quiet_until"
    with pytest.raises(Refusal) as twice:
        saved()
    assert twice.value.field == "name"
    assert AlertRule.objects.get().quiet_from is None
    alert_rules.remove(rule, by=SYSTEM, now=NOW)
    assert not AlertRule.objects.exists()
