"""A block is shown while its command lives, and its line is taken once, for this router, at an address that may be."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from routers import enrolment, newcomers, pasted, pasting
from routers.models import Router
from tenants.models import Isp

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
PUBLIC = "102.68.77.10"
PIN = "ab" * 32


@pytest.fixture
def waiting(inside_isp: Isp, settings: Any) -> Router:
    settings.ALLOW_PRIVATE_ROUTERS = False
    settings.RADIUS_ADDRESS = "102.68.77.1"
    site = enrolment.place("Mall", now=NOW)
    return enrolment.begin(name="Gate", site=site, interface="bridge-lan", by=SYSTEM, now=NOW)


def line_of(router: Router, port: int = 8729) -> str:
    stamp = pasted.stamp(router.public_id, pasting.code_of(router))
    return f"{stamp}:7.20.8:HE1:{port}:{PIN}:end"


def take(router: Router, text: str = "", address: str = PUBLIC, now: datetime = NOW) -> None:
    pasting.take(router, text or line_of(router), address, by=SYSTEM, now=now)


def code(router: Router, *args: Any, **kwargs: Any) -> tuple[str, str | None]:
    with pytest.raises(Refusal) as refused:
        take(router, *args, **kwargs)
    return refused.value.code, refused.value.field


def test_the_line_makes_the_router_known_as_its_own_report_would(waiting: Router) -> None:
    take(waiting)
    router = Router.objects.get()
    assert (router.state, router.address, router.api_port, router.api_pin) == ("reached", PUBLIC, 8729, PIN)
    assert (router.serial, router.version, router.trouble) == ("HE1", "7.20.8", "")
    assert (router.enrolment_sealed, router.enrolment_expires_at) == ("", None)
    assert JournalEntry.objects.filter(verb="router.report").exists()


def test_a_line_is_taken_once(waiting: Router) -> None:
    text = line_of(waiting)
    take(waiting, text)
    assert code(waiting, text) == ("expired", "line")
    assert pasting.block(Router.objects.get(), six=False, now=NOW) == ""


def test_after_half_an_hour_there_is_no_block_and_no_line_is_taken(waiting: Router) -> None:
    later = NOW + timedelta(minutes=31)
    assert pasting.block(waiting, six=False, now=NOW) != ""
    assert pasting.block(waiting, six=False, now=later) == ""
    assert code(waiting, now=later) == ("expired", "line")


def test_a_line_of_an_older_block_or_another_router_is_refused(waiting: Router) -> None:
    old, password = line_of(waiting), waiting.api_password
    enrolment.renew(waiting, by=SYSTEM, now=NOW)
    assert code(waiting, old) == ("old_line", "line")
    assert waiting.api_password != password, "what an older block holds opens nothing any more"
    other = enrolment.begin(name="Other", site=waiting.site, interface="bridge-lan", by=SYSTEM, now=NOW)
    assert code(waiting, line_of(other)) == ("other_router", "line")
    assert code(waiting, "kmikro") == ("not_ours", "line")
    assert Router.objects.get(pk=waiting.pk).state == "waiting"


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "127.0.0.1", "169.254.169.254", "102.68.77.1", "2130706433", "0x7f.1", "gate.example.net",
     "::ffff:10.0.0.1", "[::1]", "102.68.77.010", "", "102.68.77.10:22"],
)  # fmt: skip
def test_an_address_that_may_not_be_called_is_refused_at_its_field(waiting: Router, address: str) -> None:
    assert code(waiting, address=address) == ("bad_address", "address")
    assert Router.objects.get().address is None


def test_a_port_that_is_no_routers_api_is_refused(waiting: Router) -> None:
    assert code(waiting, line_of(waiting, 22)) == ("bad_port", "line")


def test_the_eleventh_new_address_of_an_hour_waits(waiting: Router) -> None:
    for number in range(newcomers.MOST):
        newcomers.count(f"102.68.78.{number}", now=NOW)
    assert code(waiting) == ("too_many_new", "address")


def test_the_block_says_what_the_router_shall_be_and_its_code_is_not_the_token(waiting: Router) -> None:
    text = pasting.block(waiting, six=False, now=NOW)
    assert waiting.api_password in text
    assert waiting.radius_secret in text
    assert waiting.enrolment_sealed not in text
    assert pasting.code_of(waiting) in text
    assert "?" not in text
    assert "\t" not in text
    six = pasting.block(waiting, six=True, now=NOW)
    assert "key-size=2048" in six


def test_where_there_is_a_hub_the_block_opens_what_a_tunnel_had_shut(waiting: Router, settings: Any) -> None:
    settings.TUNNEL_ENDPOINT, settings.TUNNEL_POOL = ("hub.example", 51820), "10.99.0.0/16"
    assert '"10.99.0.1/32"' in pasting.block(waiting, six=False, now=NOW)
    six = pasting.block(waiting, six=True, now=NOW)
    assert '"10.99.0.1/32"' in six
    assert 'certificate="kmikro-api"] do={' in six, "6 has no word for dynamic services"


def test_an_address_of_the_tunnels_is_refused(waiting: Router, settings: Any) -> None:
    settings.TUNNEL_ENDPOINT, settings.TUNNEL_POOL = ("hub.example", 51820), "102.68.99.0/24"
    assert code(waiting, address="102.68.99.7") == ("bad_address", "address")
