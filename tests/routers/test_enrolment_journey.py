"""From the pasted line to 'ready', over real sockets against a router that speaks the real protocol."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application

from accounts.journal import SYSTEM
from routers import addresses, enrolment, radsec, rows, script, sign_in, tasks, watching
from routers.models import Router, SyncRun, Watch
from routers.virtual import VirtualRouter
from tenants import authority, scope
from tenants.models import EnrolmentRoute, Isp, NasRoute, RadsecClient
from tests.addresses import own
from tests.conftest import HostClient, host_of


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Test output is for results."""


class Threaded(WSGIServer):
    """One request after the other is enough for a router."""

    daemon_threads = True


@pytest.fixture
def web(fresh_isp: Isp, settings: Any) -> Iterator[int]:
    """The product's own WSGI application on a real port."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), Threaded, Quiet)
    settings.PUBLIC_PORT = server.server_port
    settings.PUBLIC_SCHEME = "http"
    settings.RADIUS_ADDRESS = "127.0.0.1"
    settings.ALLOW_PRIVATE_ROUTERS = True
    HostClient(host_of(fresh_isp)).get(
        "/healthz"
    )  # all pages are loaded by now: a router waits 10 s for an answer
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join(5)
    server.server_close()
    NasRoute.objects.filter(schema=fresh_isp.schema_name).delete()
    EnrolmentRoute.objects.filter(schema=fresh_isp.schema_name).delete()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the web server asked of the worker."""
    calls: list[tuple[Any, ...]] = []
    for task in (tasks.enrol, tasks.sync, tasks.let_go, tasks.check):
        name = task.name.rpartition(".")[2]

        def keep(args: tuple[Any, ...] = (), name: str = name, **_options: Any) -> None:
            calls.append((name, *args))

        monkeypatch.setattr(task, "apply_async", keep)
    return calls


@pytest.fixture
def mikrotik() -> Iterator[VirtualRouter]:
    with VirtualRouter(address=own(43), identity="<img src=x onerror=alert(1)>") as router:
        yield router


def begin(isp: Isp) -> tuple[int, str]:
    now = datetime.now(UTC)
    with scope.inside(isp.schema_name):
        router = enrolment.begin(
            name="Gate", site=enrolment.place("Mall", now=now), interface="bridge-lan", by=SYSTEM, now=now
        )
        return router.pk, enrolment.command(router, host_of(isp))


def seen(isp: Isp, number: int) -> Router:
    with scope.inside(isp.schema_name):
        return Router.objects.get(pk=number)


def worked(said: str) -> bool:
    """A terminal shows the finished download and no complaint."""
    return said.startswith("status=finished") and "\n" not in said


def enrolled(isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]) -> int:
    number, line = begin(isp)
    assert "\n" not in line
    assert worked(mikrotik.paste(line))
    assert seen(isp, number).state == Router.State.REACHED
    assert asked == [("enrol", isp.schema_name, number)]
    asked.clear()
    tasks.enrol(isp.schema_name, number)
    return number


def test_paste_one_line_and_the_router_becomes_ready(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    number = enrolled(fresh_isp, mikrotik, asked)
    router = seen(fresh_isp, number)
    assert (router.trouble, router.state) == ("", Router.State.READY)
    times = [
        router.fetched_at,
        router.reached_at,
        router.api_user_at,
        router.radius_tested_at,
        router.ready_at,
    ]
    assert None not in times
    assert times == sorted(times)
    assert router.address == own(43)
    assert router.identity == "<img src=x onerror=alert(1)>"
    assert (router.version, router.board, router.serial) == ("7.20.8 (stable)", "hEX", mikrotik.device.serial)
    made = mikrotik.tree.find("/certificate", name="kmikro-api")
    assert made is not None
    assert (router.api_port, router.api_pin) == (mikrotik.secure_port, made["fingerprint"])
    assert mikrotik.door.sessions == [], "nothing was said in clear"
    assert router.is_up
    assert router.cpu_load == 3
    assert router.ports == "uuuuu"
    assert router.login_url == mikrotik.web.link("login")
    assert router.leased_until is None
    route = NasRoute.objects.get(address=own(43))
    assert (route.schema, route.router_id, route.secret) == (
        fresh_isp.schema_name,
        number,
        router.radius_secret,
    )
    ours = [row for row in mikrotik.tree.rows("/radius") if row.get("comment") == "kmikro:radius"]
    assert len(ours) == 1
    assert ours[0]["secret"] == router.radius_secret
    assert ours[0]["timeout"] == "3s"
    assert ours[0]["src-address"] == own(43)
    assert mikrotik.tree.singles["/radius/incoming"]["accept"] == "true"
    server = mikrotik.tree.find("/ip/hotspot", name="kmikro-hotspot")
    assert server is not None
    assert (server["interface"], server["address-pool"], server["profile"]) == (
        "bridge-lan",
        "hs-pool",
        "kmikro",
    )
    with scope.inside(fresh_isp.schema_name):
        run = SyncRun.objects.get()
        assert run.written == len(run.steps) > 5
        assert all(step["done"] for step in run.steps)
        assert router.radius_secret not in str(run.steps)
    assert f"/portal/{router.public_id}/?mac=" in mikrotik.web.page("login.html")


def test_the_line_of_six_brings_a_router_of_six_to_ready_and_one_of_seven_is_told(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    number, _line = begin(fresh_isp)
    with scope.inside(fresh_isp.schema_name):
        line = enrolment.command(Router.objects.get(pk=number), host_of(fresh_isp), six=True)
    assert "Choose the one for yours" in mikrotik.paste(line)
    assert "Choose the command for RouterOS 7 " in seen(fresh_isp, number).trouble
    assert all(row["name"] != "kmikro" for row in mikrotik.tree.rows("/user"))
    mikrotik.device.become("6.49.10 (long-term)")  # the same hardware, with its older system
    assert worked(mikrotik.paste(line))
    assert asked == [("enrol", fresh_isp.schema_name, number)]
    tasks.enrol(fresh_isp.schema_name, number)
    router = seen(fresh_isp, number)
    assert (router.trouble, router.state) == ("", Router.State.READY)
    assert (router.version, router.api_port) == ("6.49.10 (long-term)", mikrotik.secure_port)
    assert {check["state"] for check in router.preflight} == {"ok"}
    assert f"/portal/{router.public_id}/?mac=" in mikrotik.web.page("login.html")
    assert mikrotik.web.page("rlogin.html")
    before = len(mikrotik.commands)
    tasks.sync(fresh_isp.schema_name, number, "Asked for by a person")
    with scope.inside(fresh_isp.schema_name):
        newest = SyncRun.objects.first()
        assert newest is not None
        assert (newest.written, newest.trouble) == (0, "")
    assert {sent.verb for sent in mikrotik.commands[before:]} <= {"print", "login"}
    tasks.check(fresh_isp.schema_name, number)
    assert seen(fresh_isp, number).is_up


def test_a_second_run_writes_nothing(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    number = enrolled(fresh_isp, mikrotik, asked)
    before = len(mikrotik.commands)
    tasks.sync(fresh_isp.schema_name, number, "Asked for by a person")
    with scope.inside(fresh_isp.schema_name):
        newest = SyncRun.objects.first()
        assert newest is not None
        assert (newest.state, newest.written, newest.steps, newest.trouble) == ("done", 0, [], "")
    assert {sent.verb for sent in mikrotik.commands[before:]} <= {"print", "login"}


def test_what_was_changed_on_the_router_is_put_back_and_what_is_theirs_is_left(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    number = enrolled(fresh_isp, mikrotik, asked)
    mikrotik.paste('/radius add service=ppp address=9.9.9.9 secret=theirs comment="theirs"')
    mikrotik.paste('/radius set [find where comment="kmikro:radius"] timeout=00:00:01')
    mikrotik.paste("/ip hotspot remove kmikro-hotspot")
    tasks.sync(fresh_isp.schema_name, number, "Asked for by a person")
    with scope.inside(fresh_isp.schema_name):
        newest = SyncRun.objects.first()
        assert newest is not None
        assert [(step["do"], step["path"]) for step in newest.steps] == [
            ("set", "/radius"),
            ("add", "/ip/hotspot"),
        ]
    assert {row.get("comment") for row in mikrotik.tree.rows("/radius")} == {"kmikro:radius", "theirs"}


def test_the_command_works_once(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    _number, line = begin(fresh_isp)
    assert worked(mikrotik.paste(line))
    with VirtualRouter(address=own(44)) as thief:
        assert "Status 404" in thief.paste(line)
    assert "Status 404" in mikrotik.paste(line)
    assert len(asked) == 1


def test_only_the_first_caller_gets_the_script(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    number, line = begin(fresh_isp)
    fetch = line.partition(";")[0]
    assert worked(mikrotik.paste(fetch))
    assert seen(fresh_isp, number).state == Router.State.FETCHED
    with VirtualRouter(address=own(45)) as thief:
        assert "Status 404" in thief.paste(fetch)
    assert worked(mikrotik.paste(line))


def test_what_is_in_the_way_is_found_before_anything_is_changed_and_the_same_line_works_after_the_fix(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    mikrotik.paste("/ip hotspot add name=theirs interface=bridge-lan disabled=no")
    number, line = begin(fresh_isp)
    before = {
        path: mikrotik.tree.rows(path)
        for path in ("/user", "/ip/service", "/ip/firewall/filter", "/certificate")
    }
    assert "A hotspot that is not ours" in mikrotik.paste(line)
    assert before == {path: mikrotik.tree.rows(path) for path in before}
    router = seen(fresh_isp, number)
    assert (router.state, asked) == (Router.State.FETCHED, [])
    assert "(theirs)" in router.trouble
    assert {check["key"]: check["state"] for check in router.preflight}["hotspot"] == "stop"
    mikrotik.device.mode.name = "home"
    mikrotik.paste("/ip hotspot remove theirs")
    assert "not allowed by device-mode" in mikrotik.paste(line)  # fetch itself is closed there
    mikrotik.device.mode.name = ""
    assert worked(mikrotik.paste(line))
    router = seen(fresh_isp, number)
    assert (router.state, router.trouble) == (Router.State.REACHED, "")
    assert {check["state"] for check in router.preflight} == {"ok"}


@pytest.mark.parametrize("group", ["kmikro", "full"])
def test_a_user_or_group_named_like_ours_that_somebody_made_is_not_taken_over(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]], group: str
) -> None:
    """Once a group, once a user: both stop the script with words, and stay as they are."""
    theirs = (
        "/user group add name=kmikro policy=read"
        if group == "kmikro"
        else f"/user add name=kmikro group={group} password=x"
    )
    assert mikrotik.paste(theirs) == ""
    before = {path: [dict(row) for row in mikrotik.tree.rows(path)] for path in ("/user", "/user/group")}
    number, line = begin(fresh_isp)
    assert "kmikro that we did not make. Rename or remove it" in mikrotik.paste(line)
    assert before == {path: [dict(row) for row in mikrotik.tree.rows(path)] for path in before}
    assert "Names" in str(seen(fresh_isp, number).preflight)
    assert asked == []
    mikrotik.paste("/user group remove kmikro" if group == "kmikro" else "/user remove kmikro")
    assert worked(mikrotik.paste(line))


def test_a_hotspot_of_somebody_else_is_not_touched_and_the_fix_is_said(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    number, line = begin(fresh_isp)
    assert worked(mikrotik.paste(line))
    mikrotik.paste("/ip hotspot add name=theirs interface=bridge-lan disabled=no")
    asked.clear()
    tasks.enrol(fresh_isp.schema_name, number)
    router = seen(fresh_isp, number)
    assert router.state == Router.State.API_USER
    assert "theirs" in router.trouble
    assert "choose another interface" in router.trouble
    assert asked == []  # it waits for a person, not for time
    assert mikrotik.tree.rows("/radius") == []
    mikrotik.paste("/ip hotspot remove theirs")
    tasks.enrol(fresh_isp.schema_name, number)
    assert seen(fresh_isp, number).state == Router.State.READY


@pytest.mark.parametrize(
    ("fault", "words"),
    [("refuse_login", "refuses our user"), ("drop_coa", "RADIUS test"), ("garbage", "RouterOS API")],
)
def test_each_failure_says_its_fix_and_is_tried_again(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]], fault: str, words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    setattr(mikrotik.faults, fault, True)
    with monkeypatch.context() as impatient:
        impatient.setattr("routers.echo.GAP", 0.05)
        number = enrolled(fresh_isp, mikrotik, asked)
    assert words in seen(fresh_isp, number).trouble
    assert asked == [("enrol", fresh_isp.schema_name, number, 1)]
    setattr(mikrotik.faults, fault, False)
    tasks.enrol(fresh_isp.schema_name, number, 1)
    router = seen(fresh_isp, number)
    assert (router.state, router.trouble) == (Router.State.READY, "")


def test_another_certificate_under_the_same_address_stops_everything_and_the_owner_is_asked(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    number = enrolled(fresh_isp, mikrotik, asked)
    said = len(mikrotik.commands)
    mikrotik.paste(
        "/certificate add name=other common-name=o key-size=prime256v1\n/certificate sign other\n"
        "/ip service set api-ssl certificate=other"
    )
    tasks.sync(fresh_isp.schema_name, number, "Asked for by a person")
    assert "Another router answers" in seen(fresh_isp, number).trouble
    with scope.inside(fresh_isp.schema_name):
        Router.objects.update(state=Router.State.REACHED)
    tasks.enrol(fresh_isp.schema_name, number)
    assert "make a new command" in seen(fresh_isp, number).trouble
    assert asked == [], "it waits for a person"
    assert len(mikrotik.commands) == said, "it heard neither password nor question"


def test_another_router_under_the_same_address_is_not_configured(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    number = enrolled(fresh_isp, mikrotik, asked)
    mikrotik.device.serial = "HEOTHER"
    tasks.sync(fresh_isp.schema_name, number, "Asked for by a person")
    assert "Another router answers" in seen(fresh_isp, number).trouble


def test_removal_with_release_leaves_no_row_of_ours(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    number = enrolled(fresh_isp, mikrotik, asked)
    with scope.inside(fresh_isp.schema_name):
        router = Router.objects.get(pk=number)
        assert enrolment.remove(router, release=True, by=SYSTEM, now=datetime.now(UTC))
    assert not NasRoute.objects.filter(schema=fresh_isp.schema_name).exists()
    tasks.let_go(fresh_isp.schema_name, number)
    with scope.inside(fresh_isp.schema_name):
        assert not Router.objects.filter(pk=number).exists()
    for path in ("/radius", "/ip/hotspot", "/ip/hotspot/walled-garden/ip"):
        assert mikrotik.tree.rows(path) == []
    assert mikrotik.tree.find("/ip/hotspot/profile", name=rows.MARK) is None
    assert mikrotik.web.page("login.html").count("/portal/") == 0


def test_sign_in_settings_reach_the_router_and_go_again(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    number = enrolled(fresh_isp, mikrotik, asked)

    def settle(**wish: Any) -> None:
        with scope.inside(fresh_isp.schema_name):
            router = Router.objects.get(pk=number)
            assert sign_in.settle(router, sign_in.SignIn(**wish), by=SYSTEM, now=datetime.now(UTC))
        tasks.sync(fresh_isp.schema_name, number, "Sign-in settings", True)
        assert seen(fresh_isp, number).trouble == ""

    settle(
        services=frozenset({"hotspot", "ppp"}), mac_login=True, mac_auth_password="till-word", pppoe_interface="ether3",
        pppoe_network="10.20.0.0/22",
    )  # fmt: skip
    assert mikrotik.tree.singles["/ppp/aaa"] | {"use-radius": "true", "interim-update": "5m"} == mikrotik.tree.singles["/ppp/aaa"]  # fmt: skip
    served = mikrotik.tree.rows("/interface/pppoe-server/server")
    assert [(row["interface"], row["disabled"], row["comment"]) for row in served] == [
        ("ether3", "false", "kmikro:pppoe")
    ]
    profile = mikrotik.tree.find("/ip/hotspot/profile", name=rows.MARK)
    assert profile is not None
    assert (profile["login-by"], profile["mac-auth-password"]) == ("mac,http-pap", "till-word")
    assert mikrotik.tree.rows("/radius")[0]["service"] == "ppp,hotspot"
    route = NasRoute.objects.get(address=own(43))
    assert route.mac_auth_password == "till-word"
    with scope.inside(fresh_isp.schema_name):
        run = SyncRun.objects.first()
        assert run is not None
        assert "till-word" not in str(run.steps)
    settle(services=frozenset({"ppp"}))
    assert mikrotik.tree.rows("/ip/hotspot") == []
    assert mikrotik.tree.rows("/interface/pppoe-server/server") == []
    assert mikrotik.tree.find("/ip/pool", name="kmikro-pppoe") is None
    assert mikrotik.tree.rows("/radius")[0]["service"] == "ppp"


def test_the_command_brings_a_certificate_and_later_another(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]], settings: Any
) -> None:
    settings.RADSEC = True
    number, line = begin(fresh_isp)
    with scope.inside(fresh_isp.schema_name):
        Router.objects.filter(pk=number).update(wants_radsec=True)
    assert worked(mikrotik.paste(line))
    router = seen(fresh_isp, number)
    assert router.radsec_certificate == "kmikro-radsec-1"
    mine = mikrotik.tree.find("/certificate", name="kmikro-radsec-1")
    assert mine is not None
    assert (mine["common-name"], mine["private-key"]) == (f"router-{number}.{fresh_isp.schema_name}", "true")
    held = RadsecClient.objects.get(schema=fresh_isp.schema_name)
    assert held.fingerprint == mine["fingerprint"]
    assert not [row for row in mikrotik.tree.rows("/file") if row["name"].endswith((".pem", ".rsc"))]
    tasks.enrol(fresh_isp.schema_name, number)
    router = seen(fresh_isp, number)
    assert (router.state, router.trouble) == (Router.State.READY, "")
    rows_of = {row["comment"]: row for row in mikrotik.tree.rows("/radius")}
    tls = rows_of["kmikro:radsec"]
    assert (tls["service"], tls["protocol"], tls["certificate"], tls["secret"]) == (
        "hotspot", "radsec", "kmikro-radsec-1", "radsec",
    )  # fmt: skip
    assert rows_of["kmikro:radius"].get("service", "") == ""
    assert rows_of["kmikro:radius"]["secret"] == router.radius_secret

    asked.clear()
    with scope.inside(fresh_isp.schema_name):
        router = Router.objects.get(pk=number)
        now = datetime.now(UTC)
        radsec.ask_new(router, by=SYSTEM, now=now)
        enrolment.issue_token(router, now)
        url = addresses.enrolment_url(host_of(fresh_isp), router.enrolment_sealed)
    said = mikrotik.paste(script.one_line(url, file=script.RENEWAL))
    assert worked(said), said
    assert asked == [("sync", fresh_isp.schema_name, number, "A new certificate")]
    tasks.sync(fresh_isp.schema_name, number, "A new certificate")
    assert {row["comment"]: row.get("certificate") for row in mikrotik.tree.rows("/radius")}[
        "kmikro:radsec"
    ] == ("kmikro-radsec-2")
    assert RadsecClient.objects.filter(schema=fresh_isp.schema_name, revoked_at=None).count() == 2
    assert "Status 404" in mikrotik.paste(script.one_line(url, file=script.RENEWAL))
    with scope.inside(fresh_isp.schema_name):
        assert radsec.revoke(Router.objects.get(pk=number), authority.held(number)[1], by=SYSTEM, now=now)
    tasks.sync(fresh_isp.schema_name, number, "Its certificate was revoked")
    assert [(row["comment"], row["service"]) for row in mikrotik.tree.rows("/radius")] == [
        ("kmikro:radius", "hotspot")
    ]
    RadsecClient.objects.filter(schema=fresh_isp.schema_name).delete()


def test_a_leased_router_is_left_to_the_worker_that_has_it(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    number = enrolled(fresh_isp, mikrotik, asked)
    with scope.inside(fresh_isp.schema_name):
        Router.objects.filter(pk=number).update(leased_until=datetime.now(UTC).replace(year=2099))
    before = len(mikrotik.commands)
    tasks.check(fresh_isp.schema_name, number)
    assert len(mikrotik.commands) == before


def test_one_missed_answer_is_no_outage(
    web: int, fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    number = enrolled(fresh_isp, mikrotik, asked)
    mikrotik.paste("/ip service set api-ssl disabled=yes")
    tasks.check(fresh_isp.schema_name, number)
    assert seen(fresh_isp, number).is_up
    with scope.inside(fresh_isp.schema_name):
        Watch.objects.update(missed_since=datetime.now(UTC) - watching.DEBOUNCE)
    tasks.check(fresh_isp.schema_name, number)
    router = seen(fresh_isp, number)
    assert not router.is_up
    assert "does not answer" in router.trouble
    mikrotik.paste("/ip service set api-ssl disabled=no")
    tasks.check(fresh_isp.schema_name, number)
    router = seen(fresh_isp, number)
    assert (router.is_up, router.misses, router.trouble) == (True, 0, "")
