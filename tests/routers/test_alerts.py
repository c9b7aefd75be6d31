"""Everybody is told once when an incident begins and once when it is over; quiet hours wait; nothing is faked."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from accounts.journal import SYSTEM
from kmikro.lib import webhook
from kmikro.lib.refusal import Refusal
from routers import alert_rules, alerts, channels, incidents
from routers.models import AlertRule, Incident, Notice, Router
from tenants.models import Isp
from tests.factories import make_router, make_site

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
Kind = Incident.Kind


@pytest.fixture
def router(inside_isp: Isp) -> Iterator[Router]:
    yield make_router(name="Gate")


def rule(**fields: Any) -> AlertRule:
    base = {
        "name": "Watch", "kinds": [], "site": None, "channel": "email", "target": "watch@example.test",
        "quiet_from": None, "quiet_until": None, "is_on": True,
    }  # fmt: skip
    return alert_rules.save(None, **{**base, **fields}, by=SYSTEM, now=NOW)


def begun(router: Router, kind: Kind = Kind.DOWN) -> Incident:
    incident = incidents.begin(router, kind, "It does not answer.", now=NOW)
    assert incident is not None
    return incident


def sent(number: int, *, now: datetime = NOW) -> str:
    message = alerts.claim(number, now=now)
    assert message is not None
    trouble = alerts.deliver(message, now=now)
    alerts.settled(number, trouble, now=now)
    return trouble


def test_told_once_when_it_begins_and_once_when_it_is_over(router: Router) -> None:
    rule()
    incident = begun(router)
    assert incidents.begin(router, Kind.DOWN, "again", now=NOW) is None
    (first,) = alerts.notices([incident], now=NOW)
    assert alerts.notices([incident], now=NOW) == [], "the same incident seen again"
    assert sent(first.pk) == "" and alerts.claim(first.pk, now=NOW) is None
    incidents.end(incident, now=NOW + timedelta(minutes=5))
    (last,) = alerts.notices([incident], now=NOW + timedelta(minutes=5))
    assert sent(last.pk, now=NOW + timedelta(minutes=5)) == ""
    assert [each.subject for each in mail.outbox] == ["Gate: Not answering", "Gate: over: Not answering"]
    assert "It does not answer." in mail.outbox[0].body


def test_what_is_over_before_anybody_was_told_is_told_to_nobody(router: Router) -> None:
    rule(quiet_from=time(0, 0), quiet_until=time(23, 59))
    incident = begun(router)
    assert alerts.notices([incident], now=NOW) == []
    notice = Notice.objects.get()
    assert notice.due_at > NOW and alerts.claim(notice.pk, now=NOW) is None and alerts.due(now=NOW) == []
    assert alerts.due(now=notice.due_at) == [notice.pk]
    incidents.end(incident, now=NOW)
    assert alerts.notices([incident], now=NOW) == []
    assert Notice.objects.get().state == Notice.State.NEEDLESS


def test_rules_choose_by_kind_and_site(router: Router) -> None:
    rule(name="hot only", kinds=["hot"])
    rule(name="elsewhere", site=make_site())
    rule(name="off", is_on=False)
    mine = rule(name="mine", kinds=["down", "hot"], site=router.site)
    assert [each.rule for each in alerts.notices([begun(router)], now=NOW)] == [mine]


@pytest.mark.parametrize(
    ("clock", "begins", "ends", "until"),
    [
        ("23:00", "22:00", "06:00", (27, 6)),
        ("05:59", "22:00", "06:00", (26, 6)),
        ("06:00", "22:00", "06:00", None),
        ("13:00", "12:00", "14:00", (26, 14)),
        ("14:00", "12:00", "14:00", None),
        ("14:00", "12:00", "12:00", None),
    ],
)
def test_quiet_hours(clock: str, begins: str, ends: str, until: tuple[int, int] | None) -> None:
    hour, minute = map(int, clock.split(":"))
    now = datetime(2026, 11, 26, hour, minute, tzinfo=ZoneInfo("Africa/Nairobi"))
    over = alerts.quiet_ends(now, time.fromisoformat(begins), time.fromisoformat(ends))
    assert over == (now if until is None else now.replace(day=until[0], hour=until[1], minute=0))


def test_a_text_message_is_never_pretended(router: Router) -> None:
    rule(channel="sms", target="+254 700 000 000")
    (notice,) = alerts.notices([begun(router)], now=NOW)
    assert sent(notice.pk) == channels.NO_SMS
    notice.refresh_from_db()
    assert (notice.state, notice.sent_at) == (Notice.State.FAILED, None)


def test_a_webhook_is_signed_and_tried_again_with_longer_waits(
    router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[bytes, dict[str, str]]] = []
    made = rule(channel="webhook", target="https://example.test/in")

    def post(target: str, body: bytes, *, own: Any, headers: dict[str, str]) -> int:
        calls.append((body, headers))
        raise webhook.NotDelivered("It answered with status 503.")

    monkeypatch.setattr(webhook, "post", post)
    (notice,) = alerts.notices([begun(router)], now=NOW)
    waits, now = [], NOW
    for _ in range(alerts.MOST_TRIES):
        message = alerts.claim(notice.pk, now=now)
        assert message is not None and made.secret not in repr(message)
        waits.append(alerts.settled(notice.pk, alerts.deliver(message, now=now), now=now))
        now += timedelta(hours=1)
    assert (
        waits[:3] == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
        and waits[-1] is None
    )
    body, headers = calls[0]
    stamp = int(headers["K-Mikro-Signature"].split(",")[0].removeprefix("t="))
    assert stamp == NOW.timestamp()
    assert headers["K-Mikro-Signature"] == channels.signature(body, secret=made.secret, at=stamp)
    assert b'"kind": "down"' in body
    notice.refresh_from_db()
    assert (notice.state, notice.trouble) == (Notice.State.FAILED, "It answered with status 503.")


@pytest.mark.parametrize(
    ("channel", "target"),
    [
        ("webhook", "http://example.test/"),
        ("webhook", "https://a@example.test/"),
        ("webhook", "gopher://example.test/"),
        ("webhook", "https://example.test:8080/"),
        ("email", "a@b.test\nBcc: c@d.test"),
        ("email", "nobody"),
        ("sms", "call me"),
    ],
)
def test_targets_that_are_refused(inside_isp: Isp, channel: str, target: str) -> None:
    with pytest.raises(Refusal) as refusal:
        rule(channel=channel, target=target)
    assert refusal.value.field == "target"


def test_a_rule_that_goes_while_its_notice_is_sent_ends_the_notice(router: Router) -> None:
    made = rule()
    (notice,) = alerts.notices([begun(router)], now=NOW)
    assert alerts.claim(notice.pk, now=NOW) is not None
    alert_rules.remove(made, by=SYSTEM, now=NOW)
    assert alerts.settled(notice.pk, "The mail server did not take the letter.", now=NOW) is None


def test_an_alert_is_taken_on_once(router: Router) -> None:
    incident = begun(router)
    incidents.acknowledge(incident, by=SYSTEM, now=NOW)
    with pytest.raises(Refusal):
        incidents.acknowledge(incident, by=SYSTEM, now=NOW)
