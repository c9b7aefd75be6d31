"""Hostile inputs that no single module answers for; `inputs.toml` names the tests of all of them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail

from accounts.journal import SYSTEM
from kmikro.lib.refusal import Refusal
from routers import alert_rules, alerts, device, guarding, incidents, lines, plan, sync
from routers.device import BadReply, Target
from routers.models import Incident
from routers.rows import Row
from routers.virtual import VirtualRouter
from tenants.models import Isp
from tests.addresses import own
from tests.factories import make_router

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
NAUGHTY = '"><svg/onload=1><img src=x onerror=alert(1)>'


def test_the_limits_are_those_that_were_promised() -> None:
    """Inputs 26, 28 and 29."""
    assert (device.LARGEST_REPLY, device.MOST_ROWS, device.SECONDS) == (8 << 20, 20_000, 15.0)
    assert device.LARGEST_WORD <= device.LARGEST_REPLY


def test_a_plan_shows_octets_that_are_no_text() -> None:
    """Input 32: what cannot be read is shown as what it is, and two different rows never look alike."""
    one, other = (
        plan.Add(
            Row("/ip/pool", "p", {"name": octets.decode("utf-8", "surrogateescape"), "ranges": "10.0.0.2"})
        )
        for octets in (b"a\xff\xfeb", b"a\xfe\xffb")
    )
    assert lines.line(one) != lines.line(other)
    for text in (lines.line(one), plan.sentence(one)):
        text.encode("utf-8", "backslashreplace")


@pytest.mark.django_db
def test_markup_in_a_router_stays_text_in_a_letter_and_breaks_no_header(inside_isp: Isp) -> None:
    """Input 33."""
    router = make_router(name=NAUGHTY)
    alert_rules.save(
        None, name="Watch", kinds=[], site=None, channel="email", target="watch@example.test", quiet_from=None,
        quiet_until=None, is_on=True, by=SYSTEM, now=NOW,
    )  # fmt: skip
    incident = incidents.begin(
        router, Incident.Kind.DOWN, f"{NAUGHTY}\r\nBcc: everybody@example.test", now=NOW
    )
    assert incident is not None
    (notice,) = alerts.notices([incident], now=NOW)
    message = alerts.claim(notice.pk, now=NOW)
    assert message is not None
    assert alerts.deliver(message, now=NOW) == ""
    (letter,) = mail.outbox
    assert letter.recipients() == ["watch@example.test"]
    assert "\n" not in letter.subject
    for content, kind in getattr(letter, "alternatives", []):
        assert kind == "text/html"
        assert "<img" not in content
        assert "<svg" not in content
    assert letter.content_subtype == "plain"


def test_what_is_no_id_is_never_said() -> None:
    """Input 34."""
    with VirtualRouter(address=own(91)) as router:
        target = Target(router.address, router.api_port, "admin", "admin", "127.0.0.1")
        with device.opened(target) as talk:
            said = len(router.commands)
            for number in ("*1;/system/reset", "../", "*1 ", "*g", "*", "1", "*1\n*2"):
                for step in (plan.Remove(number, "/ip/pool", "x"), plan.Set(number, Row("/ip/pool", "x", {}), {"ranges": "10.0.0.9"})):  # fmt: skip
                    with pytest.raises(BadReply):
                        guarding.apply(talk, step)
            assert len(router.commands) == said


def test_an_address_that_turned_bad_is_not_connected_to(settings: Any) -> None:
    """Input 39: judged again before every conversation, with one text for every reason."""
    settings.ALLOW_PRIVATE_ROUTERS, settings.RADIUS_ADDRESS = False, "41.90.0.7"
    told = set()
    for address in ("169.254.169.254", "127.0.0.1", "10.0.0.1", "100.64.0.1", "0.0.0.0", "41.90.0.7"):
        with pytest.raises(Refusal) as refused:
            sync.guard(Target(address, 8728, "kmikro", "x", "41.90.0.7"))
        told.add(refused.value.text)
    assert len(told) == 1
