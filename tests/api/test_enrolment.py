"""A router's own calls: a token and nothing else opens them, and little can be done with it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.journal import SYSTEM
from api import enrolment as door
from routers import enrolment, newcomers
from routers.models import Router
from tenants import scope
from tenants.models import EnrolmentRoute, Isp
from tests.conftest import HostClient, host_of

pytestmark = pytest.mark.django_db
GOOD = b"version=7.20.8 (stable)\nboard=hEX\nserial=HE1\nidentity=Gate\nport=8728\nlan=10.5.50.1/24"
FROM = {"REMOTE_ADDR": "127.0.0.9"}
Asked = list[tuple[Any, ...]]


@pytest.fixture
def waiting(inside_isp: Isp) -> Router:
    now = datetime.now(UTC)
    return enrolment.begin(
        name="Gate", site=enrolment.place("Mall", now=now), interface="bridge-lan", by=SYSTEM, now=now
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    calls: Asked = []
    monkeypatch.setattr("routers.tasks.enrol.apply_async", lambda args, **_: calls.append(args))
    return calls


@pytest.fixture
def laboratory(settings: Any) -> None:
    settings.ALLOW_PRIVATE_ROUTERS = True


def call(
    client: HostClient, router: Router, what: str = "kmikro.rsc", body: bytes | None = None, **more: Any
) -> Any:
    path = f"/e/{router.enrolment_sealed}/{what}"
    more = {**FROM, **more}
    return (
        client.get(path, **more)
        if body is None
        else client.post(path, body, content_type="text/plain", **more)
    )


def test_script_then_report(
    waiting: Router, anonymous: HostClient, laboratory: None, asked: Asked, isp: Isp,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:  # fmt: skip
    anonymous.handler.enforce_csrf_checks = True
    answer = call(anonymous, waiting)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert waiting.api_password in answer.content.decode()
    assert waiting.radius_secret not in answer.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert call(anonymous, waiting, "report", GOOD).status_code == 200
    router = Router.objects.get(pk=waiting.pk)
    assert (router.state, router.address, router.serial, router.api_port) == (
        "reached",
        "127.0.0.9",
        "HE1",
        8728,
    )
    assert asked == [(isp.schema_name, router.pk)]
    assert call(anonymous, waiting).status_code == 404
    assert call(anonymous, waiting, "report", GOOD).status_code == 404


def test_a_report_before_the_script_is_nothing(
    waiting: Router, anonymous: HostClient, laboratory: None
) -> None:
    assert call(anonymous, waiting, "report", GOOD).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"port=",
        b"port=99999",
        b"port=0",
        b"port=-1",
        b"port=8728; x",
        "port=８７２８".encode(),
        b"\xff\xfe\0" * 9000,
    ],
)
def test_a_report_that_says_nothing_useful_changes_nothing(
    waiting: Router, anonymous: HostClient, laboratory: None, asked: Asked, body: bytes
) -> None:
    call(anonymous, waiting)
    assert call(anonymous, waiting, "report", body).status_code == 403
    assert Router.objects.get(pk=waiting.pk).state == "fetched"
    assert asked == []


def test_long_and_strange_facts_are_cut(
    waiting: Router, anonymous: HostClient, laboratory: None, asked: Asked
) -> None:
    call(anonymous, waiting)
    body = (
        b"identity="
        + b"<img src=x onerror=alert(1)>" * 20
        + b"\nserial=\x00a\xffb\nport=8728\nstate=ready\nid=7"
    )
    assert call(anonymous, waiting, "report", body).status_code == 200
    router = Router.objects.get(pk=waiting.pk)
    assert len(router.identity) == 80
    assert router.serial == "a\ufffdb"
    assert router.state == "reached"


def test_an_old_router_is_told_what_to_do(
    waiting: Router, anonymous: HostClient, laboratory: None, asked: Asked
) -> None:
    call(anonymous, waiting)
    call(anonymous, waiting, "report", b"version=6.48.6 (long-term)\nproblem=version")
    router = Router.objects.get(pk=waiting.pk)
    assert "Upgrade it to 6.49 or to 7" in router.trouble
    assert asked == []
    assert (
        call(anonymous, waiting).status_code == 200
    )  # after the upgrade the same command may be pasted again


def test_a_router_without_a_certificate_is_told_how_to_get_one(
    waiting: Router, anonymous: HostClient, laboratory: None, asked: Asked
) -> None:
    call(anonymous, waiting)
    call(anonymous, waiting, "report", b"version=7.20.8 (stable)\nproblem=certificate")
    router = Router.objects.get(pk=waiting.pk)
    assert "sign one under System, Certificates" in router.trouble
    assert (asked, router.api_port, router.state) == ([], 8728, "fetched")
    assert call(anonymous, waiting).status_code == 200, "the same command may be pasted again"


def test_the_line_of_six_fetches_a_script_of_six_and_a_router_of_another_version_is_told_which_to_take(
    waiting: Router, anonymous: HostClient, laboratory: None, asked: Asked
) -> None:
    text = anonymous.get(f"/e/{waiting.enrolment_sealed}/kmikro-6.rsc", **FROM).content.decode()
    assert "key-size=2048" in text
    assert "check-certificate=yes" not in text
    call(anonymous, waiting, "report", b"version=7.20.8 (stable)\nproblem=version")
    assert "Choose the command for RouterOS 7 " in Router.objects.get(pk=waiting.pk).trouble
    assert asked == []


def test_the_eleventh_new_router_address_of_an_hour_is_told_when_it_goes_on(
    waiting: Router, anonymous: HostClient, laboratory: None
) -> None:
    now = datetime.now(UTC)
    for number in range(newcomers.MOST):
        newcomers.count(f"127.0.7.{number}", now=now)
    answer = call(anonymous, waiting)
    assert answer.status_code == 403
    assert b"It goes on in 60 minutes" in answer.content
    router = Router.objects.get(pk=waiting.pk)
    assert router.trouble.startswith("The router calls from 127.0.0.9. 10 new router addresses came")
    assert router.state == "waiting"


def test_another_address_gets_neither_script_nor_report(
    waiting: Router, anonymous: HostClient, laboratory: None, asked: Asked
) -> None:
    call(anonymous, waiting)
    assert call(anonymous, waiting, REMOTE_ADDR="127.0.0.66").status_code == 404
    assert call(anonymous, waiting, "report", GOOD, REMOTE_ADDR="127.0.0.66").status_code == 404
    assert Router.objects.get(pk=waiting.pk).state == "fetched"


@pytest.mark.parametrize("address", ["10.0.0.5", "127.0.0.9", "169.254.169.254", "::1", "192.168.88.1"])
def test_on_a_public_service_a_private_address_is_no_router(
    waiting: Router, anonymous: HostClient, settings: Any, address: str
) -> None:
    settings.ALLOW_PRIVATE_ROUTERS = False
    assert call(anonymous, waiting, REMOTE_ADDR=address).status_code == 403
    router = Router.objects.get(pk=waiting.pk)
    assert (router.state, router.address) == ("waiting", None)
    assert "public IP address" in router.trouble


def test_a_token_is_worth_nothing_at_the_neighbour_and_after_half_an_hour(
    neighbour: Isp, waiting: Router, anonymous: HostClient, laboratory: None
) -> None:
    assert call(HostClient(host_of(neighbour)), waiting).status_code == 404
    with scope.outside():
        EnrolmentRoute.objects.filter(router_id=waiting.pk).update(
            expires_at=datetime.now(UTC) - timedelta(seconds=1)
        )
    assert call(anonymous, waiting).status_code == 404


def test_unknown_spent_and_foreign_tokens_look_alike(
    neighbour: Isp, waiting: Router, anonymous: HostClient
) -> None:
    unknown = anonymous.get("/e/abcdef/kmikro.rsc", **FROM)
    foreign = call(HostClient(host_of(neighbour)), waiting)
    assert (unknown.status_code, unknown.content) == (foreign.status_code, foreign.content)


def test_guessing_is_slowed_down(
    inside_isp: Isp, anonymous: HostClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "PER_ADDRESS", "3 per minute")
    answers = [anonymous.get(f"/e/guess{n}/kmikro.rsc", REMOTE_ADDR="8.8.4.4") for n in range(4)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert int(answers[-1]["Retry-After"]) > 0


@pytest.mark.parametrize(("method", "what"), [("post", "kmikro.rsc"), ("get", "report"), ("put", "report")])
def test_other_methods_are_not_for_routers(
    waiting: Router, anonymous: HostClient, method: str, what: str
) -> None:
    path = f"/e/{waiting.enrolment_sealed}/{what}"
    assert getattr(anonymous, method)(path, **FROM).status_code == 405


@pytest.mark.parametrize(
    ("told", "kept"), [("AB" * 32, "ab" * 32), ("ab" * 31, ""), ("x" * 64, ""), ("", "")]
)
def test_a_certificate_is_pinned_only_when_it_can_be_one(
    waiting: Router, anonymous: HostClient, laboratory: None, asked: Asked, told: str, kept: str
) -> None:
    call(anonymous, waiting)
    assert call(anonymous, waiting, "report", GOOD + b"\npin=" + told.encode()).status_code == 200
    assert Router.objects.get(pk=waiting.pk).api_pin == kept


def test_a_preflight_is_judged_once_the_script_was_fetched_and_for_its_caller_alone(
    waiting: Router, anonymous: HostClient, laboratory: None, asked: Asked
) -> None:
    told = b"version=7.20.8\ninterface=bridge-lan\ndate=2026-11-26"
    assert call(anonymous, waiting, "preflight", told).status_code == 404
    call(anonymous, waiting)
    assert call(anonymous, waiting, "preflight", told, REMOTE_ADDR="127.0.0.8").status_code == 404
    assert call(anonymous, waiting, "preflight", told).content == b"go"
    assert call(anonymous, waiting, "preflight", b"version=6.48.6").content.startswith(
        b"RouterOS: It runs RouterOS 6.48.6"
    )
    router = Router.objects.get(pk=waiting.pk)
    assert (router.state, router.preflight[0]["state"]) == ("fetched", "stop")
    assert "Upgrade it to 6.49 or to 7" in router.trouble
    assert asked == []


def test_the_line_that_checks_no_certificate_fetches_a_script_that_checks_none(
    waiting: Router, anonymous: HostClient, laboratory: None, isp: Isp, settings: Any
) -> None:
    settings.PUBLIC_SCHEME, settings.PUBLIC_PORT = "https", 443
    for loose, said, other in ((True, "no", "yes"), (False, "yes", "no")):
        line = enrolment.command(waiting, host_of(isp), check_certificate=not loose)
        file = line.partition("dst-path=")[2].partition(" ")[0]
        assert f"/{file}" in line
        text = call(anonymous, waiting, file).content.decode()
        for each in (line, text):
            assert f"check-certificate={said}" in each
            assert f"check-certificate={other}" not in each
