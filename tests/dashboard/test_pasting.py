"""The page without a download: for those who may change routers, with every refusal at its field."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.journal import SYSTEM
from routers import enrolment, pasted, pasting
from routers.models import Router
from routers.tasks import enrol
from tenants import scope
from tenants.models import TunnelHub
from tests.conftest import HostClient
from tests.routers.hubs import certificate

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(inside_isp: object, settings: Any) -> Router:
    settings.ALLOW_PRIVATE_ROUTERS = False
    settings.RADIUS_ADDRESS = "102.68.77.1"
    now = datetime.now(UTC)
    site = enrolment.place("Mall", now=now)
    return enrolment.begin(name="<b>Gate", site=site, interface="bridge-lan", by=SYSTEM, now=now)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(enrol, "soon", lambda *args, **_options: calls.append(args))
    return calls


def url(router: Router, query: str = "") -> str:
    return f"/routers/{router.pk}/paste/{query}"


def test_the_block_is_shown_for_the_version_and_may_not_be_kept(
    waiting: Router, client_for: Callable[..., HostClient]
) -> None:
    shown = client_for("owner").get(url(waiting))
    text = shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert "key-size=prime256v1" in text
    assert waiting.api_password in text
    assert "<b>Gate" not in text
    six = client_for("owner").get(url(waiting, "?version=6")).content.decode()
    assert "key-size=2048" in six
    assert "prime256v1" not in six


def test_who_may_not_change_routers_does_not_see_the_block(
    waiting: Router, client_for: Callable[..., HostClient]
) -> None:
    shown = client_for("support").get(url(waiting))
    assert shown.status_code == 403
    assert waiting.api_password not in shown.content.decode()


def test_the_line_starts_the_enrolment(
    waiting: Router, client_for: Callable[..., HostClient], asked: list[tuple[Any, ...]]
) -> None:
    line = f"{pasted.stamp(waiting.public_id, pasting.code_of(waiting))}:7.20.8:HE1:8729:{'ab' * 32}:end"
    done = client_for("owner").post(
        url(waiting), {"address": "102.68.77.10", "line": line[:80] + "\n" + line[80:]}
    )
    assert (done.status_code, done["Location"]) == (302, f"/routers/{waiting.pk}/enrol/")
    assert asked == [(waiting.pk,)]
    assert Router.objects.get().state == "reached"
    shown = client_for("owner").get(f"/routers/{waiting.pk}/enrol/steps/").content.decode()
    assert "Its line was brought back for 102.68.77.10" in shown
    again = client_for("owner").post(url(waiting), {"address": "102.68.77.10", "line": line})
    assert again.status_code == 422
    assert "was used or has expired" in again.content.decode()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"address": "102.68.77.10", "line": "x"}, "begins with kmikro:1:"),
        ({"address": "", "line": "x"}, "This field is required"),
        ({"address": "102.68.77.10", "line": ""}, "This field is required"),
    ],
)
def test_a_refusal_stands_at_its_field_and_the_block_stays(
    waiting: Router, client_for: Callable[..., HostClient], asked: list[tuple[Any, ...]], sent: dict[str, str],
    words: str,
) -> None:  # fmt: skip
    shown = client_for("owner").post(url(waiting), sent)
    text = shown.content.decode()
    assert (shown.status_code, asked) == (422, [])
    assert words in text
    assert waiting.api_password in text


def test_a_ready_router_has_no_block(waiting: Router, client_for: Callable[..., HostClient]) -> None:
    Router.objects.update(state="ready", enrolment_sealed="")
    text = client_for("owner").get(url(waiting)).content.decode()
    assert "Make a new command" in text
    assert waiting.api_password not in text


def test_where_the_block_opens_a_tunnel_nobody_types_an_address(
    waiting: Router, client_for: Callable[..., HostClient], asked: list[tuple[Any, ...]], settings: Any
) -> None:
    settings.TUNNEL_ENDPOINT, settings.SSTP_PORT = ("hub.example", 51820), 8443
    settings.TUNNEL_POOL = "10.99.0.0/16"
    with scope.outside():
        TunnelHub.objects.create(
            kind="sstp", state="running", certificate=certificate(), seen_at=datetime.now(UTC)
        )
    shown = client_for("owner").get(url(waiting, "?version=6")).content.decode()
    assert "sstp-client" in shown
    assert "so it may be behind NAT" in shown
    assert 'name="address"' not in shown
    stamp = pasted.stamp(waiting.public_id, pasting.code_of(waiting, by_tunnel=True))
    line = f"{stamp}:6.49.10:HE1:8729:{'ab' * 32}:end"
    done = client_for("owner").post(url(waiting, "?version=6"), {"line": line})
    assert (done.status_code, asked) == (302, [(waiting.pk,)])
    router = Router.objects.get()
    assert (router.state, router.path, router.address) == ("reached", "tunnel", "10.99.0.2")
    assert "Tunnel" in client_for("owner").get(f"/routers/{waiting.pk}/enrol/steps/").content.decode()
