"""Router pages: who may see and change what, the command, the live steps, removal."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from accounts.roles import MAY, Action, Role
from routers import enrolment, progress
from routers.models import Router, SyncRun
from subscribers.models import Site
from tenants import routes, scope
from tenants.models import EnrolmentRoute, Isp, NasRoute, SecretMismatch
from tests.conftest import HostClient, host_of
from tests.factories import NOW, make_router, make_session

pytestmark = pytest.mark.django_db
NAUGHTY = '"><svg/onload=1><img src=x onerror=alert(1)>'
ClientFor = Callable[..., HostClient]


@pytest.fixture
def gate(inside_isp: Isp) -> Router:
    return make_router(name="Gate", identity=NAUGHTY, board="hEX S", serial="HE1", cpu_load=7)


@pytest.fixture
def fresh(inside_isp: Isp) -> Router:
    now = datetime.now(UTC)
    return enrolment.begin(
        name="New one", site=enrolment.place("Mall", now=now), interface="bridge-lan", by=SYSTEM, now=now
    )


def paths(router: Router, fresh: Router) -> dict[str, Action]:
    read, write = Action.SEE_ROUTERS, Action.CHANGE_ROUTERS
    return {
        "/routers/": read, "/routers/?format=csv": read, f"/routers/{router.pk}/": read, f"/routers/{router.pk}/runs/": read,
        f"/routers/{fresh.pk}/enrol/": read, f"/routers/{fresh.pk}/enrol/steps/": read, "/routers/add/": write,
        f"/routers/{router.pk}/edit/": write, f"/routers/{router.pk}/remove/": write,
        f"/routers/{router.pk}/command/": write,
    }  # fmt: skip


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_role_table_decides(gate: Router, fresh: Router, client_for: ClientFor, role: str) -> None:
    client = client_for(role)
    for path, action in paths(gate, fresh).items():
        assert client.get(path).status_code == (200 if action in MAY[Role(role)] else 403), path


@pytest.mark.parametrize("role", ["support", "technician", "cashier", "reseller"])
def test_only_who_may_change_routers_posts(
    gate: Router, fresh: Router, client_for: ClientFor, role: str
) -> None:
    client = client_for(role)
    for path in (
        "/routers/add/",
        *(f"/routers/{gate.pk}/{verb}/" for verb in ("edit", "remove", "command", "compare", "again")),
    ):
        assert client.post(path, {}).status_code == 403, path
    gate.refresh_from_db()
    assert gate.is_ready


def test_strangers_see_nothing(
    neighbour: Isp, gate: Router, fresh: Router, anonymous: HostClient, client_for: ClientFor
) -> None:
    other = client_for("owner", isp=neighbour)
    for path in paths(gate, fresh):
        assert anonymous.get(path).status_code == 302
        if str(gate.pk) in path or str(fresh.pk) in path:
            assert other.get(path).status_code == 404, path
        else:
            assert "Gate" not in other.get(path).content.decode()


def test_what_a_router_calls_itself_is_text(gate: Router, client_for: ClientFor) -> None:
    page = client_for("owner").get(f"/routers/{gate.pk}/").content.decode()
    assert NAUGHTY not in page
    assert "&lt;svg/onload=1&gt;" in page


def test_search_filter_and_export(gate: Router, fresh: Router, client_for: ClientFor) -> None:
    make_router(name="Far away", is_up=False, trouble="The router does not answer.")
    client = client_for("technician")
    assert {name for name in ("Gate", "Far away", "New one") if name in client.get("/routers/").content.decode()} == {
        "Gate", "Far away", "New one",
    }  # fmt: skip
    assert "Far away" not in client.get("/routers/?q=HE1").content.decode()
    assert "Gate" not in client.get("/routers/?state=down").content.decode()
    assert "New one" in client.get("/routers/?state=enrolling").content.decode()
    table = client.get("/routers/?format=csv&state=up").content.decode()
    assert "Gate" in table
    assert "Far away" not in table


def test_the_list_costs_the_same_for_one_and_for_many(
    gate: Router, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        make_router()
    client = client_for("owner")
    client.get("/routers/")  # the first page of a minute notes when the person was last seen
    with django_assert_max_num_queries(16):
        client.get("/routers/")


def test_without_routers_the_page_shows_the_way(inside_isp: Isp, client_for: ClientFor) -> None:
    assert "No router yet" in client_for("owner").get("/routers/").content.decode()


def test_adding_makes_a_command_and_a_route(inside_isp: Isp, client_for: ClientFor) -> None:
    client = client_for("manager")
    answer = client.post(
        "/routers/add/", {"name": "Roof", "site": "new", "new_site": "Mall", "interface": "bridge-lan"}
    )
    router = Router.objects.get(name="Roof")
    assert (answer.status_code, answer["Location"]) == (302, f"/routers/{router.pk}/enrol/")
    assert router.site.name == "Mall"
    assert len(router.api_password) >= 24
    assert len(router.radius_secret) == 26
    page = client.get(answer["Location"]).content.decode()
    line = f"http://{host_of(inside_isp)}:"
    assert line in page.replace("&quot;", '"')
    assert router.enrolment_sealed in page
    assert router.api_password not in page
    assert router.radius_secret not in page
    with scope.outside():
        assert EnrolmentRoute.objects.filter(router_id=router.pk).count() == 1
    assert JournalEntry.objects.filter(verb="router.add", target_id=str(router.pk)).exists()


def test_a_taken_name_and_a_strange_interface_are_said_at_the_field(
    gate: Router, client_for: ClientFor
) -> None:
    client = client_for("owner")
    form = {"name": "Gate", "site": str(gate.site_id), "interface": "bridge-lan"}
    answer = client.post("/routers/add/", form)
    assert answer.status_code == 422
    assert "Another router has this name" in answer.content.decode()
    answer = client.post("/routers/add/", {**form, "name": "X", "interface": 'a"; /user add'})
    assert answer.status_code == 422
    assert Router.objects.count() == 1


def test_who_may_not_change_routers_never_sees_the_command(fresh: Router, client_for: ClientFor) -> None:
    page = client_for("technician").get(f"/routers/{fresh.pk}/enrol/").content.decode()
    assert fresh.enrolment_sealed not in page


def test_the_steps_follow_and_stop_when_it_is_ready(fresh: Router, client_for: ClientFor) -> None:
    client = client_for("owner")
    poll = f"/routers/{fresh.pk}/enrol/steps/"
    first = client.get(poll).content.decode()
    assert "<html" not in first
    assert "Waiting for the router" in first
    assert 'hx-trigger="every 2s"' in first
    Router.objects.filter(pk=fresh.pk).update(state="fetched", fetched_at=NOW, address="8.8.4.4")
    assert "8.8.4.4 fetched the script" in client.get(poll).content.decode()
    Router.objects.filter(pk=fresh.pk).update(
        state="reached", reached_at=NOW, trouble="Let us in at port 8728."
    )
    stopped = client.get(poll).content.decode()
    assert "Let us in at port 8728." in stopped
    assert "Try again now" in stopped
    Router.objects.filter(pk=fresh.pk).update(
        state="ready", trouble="", api_user_at=NOW, radius_tested_at=NOW, ready_at=NOW
    )
    ready = client.get(poll).content.decode()
    assert "every 2s" not in ready
    assert "The router is ready" in ready


def test_an_expired_command_is_not_shown_and_a_new_one_is_another(
    fresh: Router, client_for: ClientFor
) -> None:
    client, old = client_for("owner"), fresh.enrolment_sealed
    Router.objects.filter(pk=fresh.pk).update(enrolment_expires_at=datetime.now(UTC) - timedelta(seconds=1))
    page = client.get(f"/routers/{fresh.pk}/enrol/").content.decode()
    assert old not in page
    assert "has expired" in page
    client.post(f"/routers/{fresh.pk}/command/")
    fresh.refresh_from_db()
    assert fresh.enrolment_sealed not in {"", old}


def test_an_unfinished_router_opens_its_setup(fresh: Router, client_for: ClientFor) -> None:
    answer = client_for("owner").get(f"/routers/{fresh.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/routers/{fresh.pk}/enrol/")


def test_runs_show_their_steps(gate: Router, client_for: ClientFor) -> None:
    SyncRun.objects.create(
        router=gate, reason="Asked for by a person", state="failed", started_at=NOW, trouble="The router said no: x.",
        steps=[{"do": "add", "path": "/radius", "what": "Adds our RADIUS server (127.0.0.1)", "done": False}],
    )  # fmt: skip
    page = client_for("support").get(f"/routers/{gate.pk}/").content.decode()
    assert "Adds our RADIUS server (127.0.0.1)" in page
    assert "The router said no: x." in page
    assert "Compare now" not in page


def test_changing_the_interface_tells_the_router(
    gate: Router,
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("routers.tasks.sync.apply_async", lambda args, **_: asked.append(args[1:]))
    client = client_for("owner")
    form = {"name": "Gate 2", "site": str(gate.site_id), "interface": "bridge-lan"}
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/routers/{gate.pk}/edit/", form).status_code == 302
    assert asked == []
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/routers/{gate.pk}/edit/", {**form, "interface": "ether5"})
    assert asked == [(gate.pk, "Another interface")]
    gate.refresh_from_db()
    assert (gate.name, gate.hotspot_interface) == ("Gate 2", "ether5")


def test_removal_says_what_happens_and_drops_the_routes(
    isp: Isp, gate: Router, client_for: ClientFor
) -> None:
    make_session(router=gate)
    client = client_for("owner")
    assert "1 online there now" in client.get(f"/routers/{gate.pk}/remove/").content.decode()
    with scope.outside():
        NasRoute.objects.create(
            address="8.8.4.4",
            schema=isp.schema_name,
            router_id=gate.pk,
            secret="s" * 26,
            secret_digest="d",
            made_at=NOW,
        )
    assert client.post(f"/routers/{gate.pk}/remove/").status_code == 302
    assert not Router.objects.filter(pk=gate.pk).exists()
    with scope.outside():
        assert not NasRoute.objects.filter(router_id=gate.pk, address="8.8.4.4").exists()
    assert JournalEntry.objects.filter(verb="router.remove").exists()
    assert Site.objects.filter(pk=gate.site_id).exists()


def test_removal_with_release_hides_it_and_asks_the_worker(
    gate: Router,
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("routers.tasks.let_go.apply_async", lambda args, **_: asked.append(args[1:]))
    Router.objects.filter(pk=gate.pk).update(api_user_at=NOW)
    client = client_for("owner")
    assert 'name="release"' in client.get(f"/routers/{gate.pk}/remove/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/routers/{gate.pk}/remove/", {"release": "1"})
    assert asked == [(gate.pk,)]
    assert client.get(f"/routers/{gate.pk}/").status_code == 404
    assert "Gate" not in client.get("/routers/").content.decode().replace("Gate is removed", "")


def test_a_comparison_is_followed_until_its_run_is_there(
    gate: Router, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("routers.tasks.sync.apply_async", lambda args, **_: None)
    client = client_for("owner")
    first = SyncRun.objects.create(router=gate, reason="Enrolment", state="done", started_at=NOW)
    there = client.post(f"/routers/{gate.pk}/compare/")["Location"]
    assert there == f"/routers/{gate.pk}/?after={first.pk}"
    assert f'hx-get="/routers/{gate.pk}/runs/?after={first.pk}"' in client.get(there).content.decode()
    poll = f"/routers/{gate.pk}/runs/?after={first.pk}"
    assert "every 2s" in client.get(poll).content.decode()
    SyncRun.objects.create(router=gate, reason="Asked for by a person", state="done", started_at=NOW)
    ended = client.get(poll).content.decode()
    assert "every 2s" not in ended
    assert "Asked for by a person" in ended


def test_an_open_page_follows_a_router_back_into_its_setup(fresh: Router, client_for: ClientFor) -> None:
    answer = client_for("owner").get(f"/routers/{fresh.pk}/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/routers/{fresh.pk}/enrol/"


@pytest.mark.parametrize(
    ("version", "warned"), [("7.12.2 (stable)", True), ("7.15 (stable)", False), ("", False)]
)
def test_a_router_that_does_not_sign_wears_a_banner(
    inside_isp: Isp, client_for: ClientFor, version: str, warned: bool
) -> None:
    router = make_router(version=version)
    page = client_for("technician").get(f"/routers/{router.pk}/").content.decode()
    assert ("not signed" in page) is warned


def test_an_old_router_is_shown_its_exception_and_gets_more_days(
    inside_isp: Isp, client_for: Callable[..., HostClient]
) -> None:
    old = make_router(version="7.12.2 (stable)", address="127.8.8.8")
    routes.register_nas(
        old.pk, address="127.8.8.8", secret="f" * 26, coa_port=3799, require_message_auth=False,
        now=datetime.now(UTC) - timedelta(days=29),
    )  # fmt: skip
    before = routes.unsigned_until(old.pk)
    owner = client_for("owner")
    assert "not signed" in owner.get(f"/routers/{old.pk}/").content.decode()
    assert owner.post(f"/routers/{old.pk}/unsigned/").status_code == 302
    after = routes.unsigned_until(old.pk)
    assert before and after and after - before > timedelta(days=28)


def test_a_secret_that_does_not_match_is_told_with_its_fix_while_it_is_new(
    neighbour: Isp, inside_isp: Isp, gate: Router, client_for: ClientFor
) -> None:
    owner, said = client_for("owner"), "Its RADIUS secret is not ours."
    now = datetime.now(UTC)
    row = {"router_id": gate.pk, "count": 12, "first_at": now, "last_at": now}
    with scope.outside():
        SecretMismatch.objects.create(schema=neighbour.schema_name, **row)
    assert said not in owner.get(f"/routers/{gate.pk}/").content.decode()
    with scope.outside():
        mine = SecretMismatch.objects.create(schema=inside_isp.schema_name, **row)
    page = owner.get(f"/routers/{gate.pk}/").content.decode()
    assert said in page
    assert "12 packets were signed with another secret" in page
    assert "Press Compare now" in page
    with scope.outside():
        mine.last_at = now - timedelta(minutes=11)
        mine.save()
    assert said not in owner.get(f"/routers/{gate.pk}/").content.decode()


def test_a_new_secret_is_made_once_a_day_and_written_to_the_router(
    gate: Router, inside_isp: Isp, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr("dashboard.routers.sync.soon", lambda *args: asked.append(args))
    gate.address = "8.8.4.4"
    gate.save()
    progress.register(gate, now=NOW)
    before, owner = gate.radius_secret, client_for("owner")
    assert owner.post(f"/routers/{gate.pk}/secret/").status_code == 302
    after = Router.objects.get(pk=gate.pk).radius_secret
    assert after != before
    assert asked == [(gate.pk, "A new RADIUS secret")]
    assert after not in owner.get(f"/routers/{gate.pk}/").content.decode()
    assert owner.post(f"/routers/{gate.pk}/secret/").status_code == 302
    assert "still good" in owner.get(f"/routers/{gate.pk}/").content.decode()
    assert Router.objects.get(pk=gate.pk).radius_secret == after
    assert len(asked) == 1
