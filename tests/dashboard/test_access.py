from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import get_resolver

from accounts.models import User
from accounts.roles import Action, Role
from dashboard import access, context
from dashboard.middleware import OTHER_DOORS, SignedIn
from tenants import scope
from tests.conftest import HostClient, host_of, sign_in

WHOLE = "dashboard.urls_account", "dashboard.urls_settings", "dashboard.urls_public", "dashboard.urls"


ANA = SimpleNamespace(suspended_at=None, name="Ana")


def request_of(user=None, path="/x/", isp=ANA, **headers):
    request = RequestFactory().get(path, **headers)
    request.user, request.isp, request.id, request.client_address = (
        user or AnonymousUser(),
        isp,
        "r1",
        "192.0.2.1",
    )
    request.htmx = SimpleNamespace(boosted=False) if headers.get("HTTP_HX_REQUEST") else False
    return request


def person(role="support", **fields):
    return User(pk=5, name="Ann", role=role, joined_at=None, **{"kind": "operator", **fields})


@access.operator(Action.SEE_REVENUE)
def revenue(request):
    return HttpResponse("money")


@pytest.mark.parametrize("role", [*Role, "", "god"])
def test_a_view_opens_only_for_roles_with_its_action(role, monkeypatch):
    noted = []
    monkeypatch.setattr(access, "page", lambda *_args, **_more: HttpResponse(status=403))
    monkeypatch.setattr(
        access.journal, "record", lambda *args, **facts: noted.append((args[1], facts["action"]))
    )
    status = revenue(request_of(person(role))).status_code
    assert status == (200 if role in {"owner", "manager"} else 403)
    assert noted == ([] if status == 200 else [("person.refused", "revenue:read")])


@pytest.mark.parametrize(
    ("user", "isp"),
    [
        (None, True),
        (person("owner", is_active=False), True),
        (person("owner", kind="staff"), True),
        (person("owner"), False),
    ],
)
def test_who_is_no_operator_is_sent_to_sign_in(user, isp):
    response = revenue(request_of(user, path="/money/?a=1", isp=ANA if isp else None))
    assert response.status_code == 302
    assert response["Location"] == "/account/sign-in/?next=%2Fmoney%2F%3Fa%3D1"


def test_a_fragment_makes_the_whole_page_sign_in():
    headers = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://evil.test/sessions/?q=a"}
    response = revenue(request_of(path="/part/", **headers))
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/account/sign-in/?next=%2Fsessions%2F%3Fq%3Da"


@pytest.mark.parametrize(
    "evil",
    ["//evil.com", "/\\evil.com", "javascript:alert(1)", "https:evil.com", "https://evil.com/", "\\\\evil.com",
     "/\t/evil.com", "///evil.com", "evil.com", " /x", "/x\r\nSet-Cookie: a=b", "", "http:///evil.com"],
)  # fmt: skip
def test_next_never_leaves_the_host(evil):
    assert access.local_path(request_of(), evil, "/home") == "/home"


@pytest.mark.parametrize("fine", ["/", "/plans/", "/plans/?q=a//b", "/a#b"])
def test_next_may_be_any_local_path(fine):
    assert access.local_path(request_of(), fine, "/home") == fine


def test_a_view_that_declares_nothing_is_refused_even_to_owners(monkeypatch):
    monkeypatch.setattr(access, "page", lambda *_args, **_more: HttpResponse(status=403))
    guard = SignedIn(lambda _request: HttpResponse())

    def undeclared(request):
        return HttpResponse("open")

    assert guard.process_view(request_of(person("owner")), undeclared, (), {}).status_code == 403
    assert guard.process_view(request_of(), undeclared, (), {}).status_code == 302
    assert guard.process_view(request_of(), access.open_to_all(undeclared), (), {}) is None


def routes(urlconf):
    """All (route, callback) pairs of a urlconf."""
    found = []

    def walk(patterns, before):
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, route)
            else:
                found.append((route, pattern.callback))

    walk(get_resolver(urlconf).url_patterns, "")
    return found


@pytest.mark.parametrize("urlconf", ["kmikro.urls", "kmikro.urls_public"])
def test_every_view_of_the_dashboard_declares_who_may_open_it(urlconf):
    missing = [
        route
        for route, view in routes(urlconf)
        if not f"/{route}".startswith(OTHER_DOORS) and not hasattr(view, "access")
    ]
    assert missing == []


def test_the_address_of_the_actor_is_an_address_or_nothing():
    request = request_of(person())
    assert access.actor(request).address == "192.0.2.1"
    request.client_address = "unix:"
    assert access.actor(request).address is None
    assert access.actor(request_of()).name == "Visitor"


def test_sessions_end_with_the_epoch_the_role_and_the_account(isp, client_for):
    client = client_for("support")
    assert client.get("/account/").status_code == 200
    with scope.inside(isp.schema_name):
        User.objects.filter(role="support").update(session_epoch=1)
    assert client.get("/account/")["Location"].startswith("/account/sign-in/")

    client = client_for("manager")
    assert client.get("/settings/team/").status_code == 200
    with scope.inside(isp.schema_name):
        User.objects.filter(role="manager").update(role="cashier")
    assert client.get("/settings/team/").status_code == 403

    client = client_for("technician")
    with scope.inside(isp.schema_name):
        User.objects.filter(role="technician").update(is_active=False)
    assert client.get("/account/").status_code == 302


def test_a_cookie_of_one_isp_is_nothing_at_another(isp, neighbour, client_for):
    cookie = client_for("owner").cookies["sessionid"].value
    stranger = HostClient(host_of(neighbour))
    stranger.cookies["sessionid"] = cookie
    assert stranger.get("/account/").status_code == 302
    assert stranger.get("/settings/team/")["Location"] == "/account/sign-in/?next=%2Fsettings%2Fteam%2F"


def test_an_operator_is_no_staff_and_staff_no_operator(isp, public):
    staff = User.objects.create(email="s@k.test", name="Staff", role="", kind="staff", joined_at=isp.made_at)
    client = sign_in(HostClient(host_of(isp)), isp, User(pk=staff.pk, email="s@k.test", password="!"))
    assert client.get("/account/").status_code == 302
    assert public.get("/staff/")["Location"] == "/staff/sign-in/?next=%2Fstaff%2F"


def test_navigation_shows_what_the_role_may_open():
    owner = {
        item["key"] for group in context.navigation(request_of(person("owner"))) for item in group["items"]
    }
    cashier = {
        item["key"] for group in context.navigation(request_of(person("cashier"))) for item in group["items"]
    }
    assert "settings" in owner
    assert not cashier & {"settings", "routers", "sessions", "subscribers", "home"}
    assert context.navigation(request_of()) == []


def test_the_shell_is_harmless_without_isp_user_or_session():
    request = RequestFactory().get("/")
    assert context.shell(request)["nav"] == []
    request.COOKIES["theme"] = '"><script>'
    assert context.shell(request)["theme"] == ""
