"""Phones, pages and the NAS: what reaches the RADIUS server and what the browser sees."""

import hashlib
import http.client
import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from routers.virtual import VirtualRouter
from routers.virtual.templates import headers_of, render
from tests.addresses import own
from tests.routers.virtual.conftest import FakeServer

MAC = "AA:BB:CC:00:11:22"


class Browser:
    """Follows nothing, keeps cookies."""

    def __init__(self, router: VirtualRouter) -> None:
        self.router = router
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        wire = http.client.HTTPConnection(self.router.address, self.router.http_port, timeout=5)
        headers = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())} if self.cookies else {}
        body = urlencode(form) if form is not None else None
        wire.request(method, path, body, headers)
        answer = wire.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        wire.close()
        return answer.status, answer.headers.get("Location") or "", text


@pytest.fixture
def browser(hotspot: VirtualRouter) -> Browser:
    browser = Browser(hotspot)
    assert browser.ask("GET", f"/virtual/join?mac={MAC}")[0] == 302
    return browser


def test_a_stranger_is_asked_which_phone_it_is(hotspot: VirtualRouter) -> None:
    status, location, _ = Browser(hotspot).ask("GET", "/news")
    assert (status, location) == (302, "/virtual?next=%2Fnews")
    assert "Join the Wi-Fi as" in Browser(hotspot).ask("GET", location)[2]


@pytest.mark.parametrize("onward", ["//evil.example/", "http://evil.example/", "/\\evil.example"])
def test_joining_leads_to_no_other_site(hotspot: VirtualRouter, onward: str) -> None:
    query = urlencode({"mac": MAC, "next": onward})
    assert Browser(hotspot).ask("GET", f"/virtual/join?{query}")[1] == "/"


def test_a_phone_is_sent_to_the_login_page(hotspot: VirtualRouter, browser: Browser) -> None:
    status, location, _ = browser.ask("GET", "/news?a=1")
    login = urlsplit(location)
    assert status == 302
    assert f"{login.scheme}://{login.netloc}{login.path}" == f"http://{own(78)}:{hotspot.http_port}/login"
    assert parse_qs(login.query)["dst"][0].endswith("/news?a=1")


def test_an_uploaded_login_page_gets_the_real_variables(hotspot: VirtualRouter, browser: Browser) -> None:
    hotspot.paste(
        '/file add name=hotspot/login.html contents="$(mac-esc)|\\$(mac-esc)|\\$(ip)|\\$(link-login-only-esc)'
        '|\\$(identity)|\\$(server-name)|\\$(link-orig-esc)|\\$(if chap-id)chap\\$(else)pap\\$(endif)"'.replace(
            '"$(mac-esc)|', '"'
        )
    )
    _, _, text = browser.ask("GET", "/login?dst=http%3A%2F%2Fx%2F%3Fa%3D1%26b%3D2")
    mac, ip, link, identity, server, orig, chap = text.split("|")
    assert mac == "AA%3ABB%3ACC%3A00%3A11%3A22"
    assert ip == hotspot.hotspot.phones[MAC].ip
    assert link == f"http%3A%2F%2F{own(78)}%3A{hotspot.http_port}%2Flogin"
    assert (identity, server, chap) == ("site-1", "hs1", "chap")
    assert orig == "http%3A%2F%2Fx%2F%3Fa%3D1%26b%3D2"


def test_the_icon_that_browsers_ask_for_leaves_the_challenge_as_it_is(
    hotspot: VirtualRouter, browser: Browser
) -> None:
    browser.ask("GET", "/login")
    shown = hotspot.hotspot.phones[MAC].chap
    assert browser.ask("GET", "/favicon.ico")[0] == 204
    assert shown is not None
    assert hotspot.hotspot.phones[MAC].chap == shown


def test_pap_login_from_form_to_accounting(
    server: FakeServer, hotspot: VirtualRouter, browser: Browser
) -> None:
    server.decide = lambda p: {"Session-Timeout": 3600, "Class": b"c1", "Mikrotik-Rate-Limit": "5M/20M"}
    form = {
        "username": "CODE-1",
        "password": "secret",
        "dst": "http://x/?q=<b>",
        "radius26u": "x",
        "radius11": "f",
    }
    status, _, text = browser.ask("POST", "/login", form)
    assert (
        status == 200
        and "You are logged in" in text
        and "http://x/?q=<b>" in unescape(text)
        and "<b>" not in text
    )
    asked = server.auth[0]
    assert asked.PwDecrypt(asked["User-Password"][0]) == "secret"
    assert asked.verify_message_authenticator()
    kinds = [kind for kind in _kinds(server.raw[0])]
    assert kinds == [61, 31, 30, 87, 1, 5, 44, 8, 26, 2, 6, 26, 11, 32, 4, 80]
    assert asked["Called-Station-Id"] == ["hs1"] and asked["Calling-Station-Id"] == [MAC]
    assert asked["NAS-Identifier"] == ["site-1"] and asked["NAS-IP-Address"] == [own(78)]
    assert re.fullmatch("80[0-9a-f]{6}", asked["Acct-Session-Id"][0])
    assert hotspot.wait(lambda: len(server.acct) == 1)
    assert (
        server.acct[0]["Class"] == [b"c1"] and server.acct[0]["Acct-Session-Id"] == asked["Acct-Session-Id"]
    )
    assert "You are online" in browser.ask("GET", "/news")[2]
    assert "CODE-1" in browser.ask("GET", "/status")[2]
    queue = hotspot.paste(':put [/queue/simple get [find name="<hotspot-CODE-1>"] max-limit]')
    assert queue == "5000000/20000000"
    assert "You are logged out" in browser.ask("GET", "/logout")[2]
    assert hotspot.wait(lambda: len(server.acct) == 2)
    assert server.acct[1]["Acct-Terminate-Cause"] == [1] and server.acct[1]["Acct-Output-Octets"][0] > 0
    assert hotspot.sessions == []


def test_chap_login_as_the_page_does_it(server: FakeServer, browser: Browser, hotspot: VirtualRouter) -> None:
    server.decide = lambda p: {} if p.VerifyChapPasswd("secret") else "wrong"
    hotspot.paste('/file add name=hotspot/login.html contents="\\$(chap-id)|\\$(chap-challenge)|\\$(error)"')
    for password, good in (("other", False), ("secret", True)):
        parts = browser.ask("GET", "/login")[2].split("|")
        identifier, challenge = (bytes(int(o, 8) for o in part.split("\\")[1:]) for part in parts[:2])
        answer = hashlib.md5(identifier + password.encode() + challenge).hexdigest()
        text = browser.ask("POST", "/login", {"username": "u", "password": answer})[2]
        assert ("You are logged in" in text) is good
    assert len(challenge) == 16 and len(hotspot.sessions) == 1


def test_refusals_are_shown_with_their_reason(server: FakeServer, browser: Browser) -> None:
    server.decide = lambda p: "This voucher <is> used up"
    text = browser.ask("POST", "/login", {"username": "u", "password": "p"})[2]
    assert "This voucher &lt;is&gt; used up" in text


@pytest.mark.parametrize("fault", ["silent", "unsigned", "spoilt"])
def test_answers_that_cannot_be_believed_are_no_answers(
    server: FakeServer, hotspot: VirtualRouter, fault: str
) -> None:
    server.sign, server.spoil = fault != "unsigned", fault == "spoilt"
    server.decide = (lambda p: None) if fault == "silent" else (lambda p: {})
    outcome = hotspot.login(hotspot.join(MAC), "u", "p")
    assert (outcome.ok, outcome.error) == (False, "RADIUS server is not responding")
    assert len(server.auth) == 3 and len({p.id for p in server.auth}) == 1
    said = hotspot.paste("/radius monitor [find] once")
    bad = 0 if fault == "silent" else 3
    assert f"requests=1 accepts=0 rejects=0 resends=2 timeouts=1 bad-replies={bad}" in said


def test_sessions_end_at_their_limits(server: FakeServer, hotspot: VirtualRouter) -> None:
    server.decide = lambda p: {
        "time": {"Session-Timeout": 20},
        "data": {"Mikrotik-Total-Limit": 100_000},
        "idle": {"Idle-Timeout": 10},
    }[p["User-Name"][0]]
    for number, user in enumerate(("time", "data", "idle")):
        phone = hotspot.join(f"02:00:00:00:00:0{number}")
        phone.moving = user != "idle"
        assert hotspot.login(phone, user, "p").ok
    assert hotspot.wait(lambda: len(server.acct) == 6, 10)
    causes = {
        p["User-Name"][0]: p["Acct-Terminate-Cause"][0] for p in server.acct if "Acct-Terminate-Cause" in p
    }
    assert causes == {"time": 5, "data": 10, "idle": 4}


def test_interim_records_come_as_asked_and_only_grow(server: FakeServer, hotspot: VirtualRouter) -> None:
    server.decide = lambda p: {"Acct-Interim-Interval": 10}
    phone = hotspot.join(MAC)
    phone.moving = True
    hotspot.login(phone, "u", "p", chap=True)
    assert hotspot.wait(lambda: len(server.acct) >= 4, 10)
    sizes = [p["Acct-Input-Octets"][0] for p in server.acct[1:4]]
    assert sizes == sorted(sizes) and sizes[0] > 0


def test_gigawords_carry_what_does_not_fit(server: FakeServer, hotspot: VirtualRouter) -> None:
    phone = hotspot.join(MAC)
    session = hotspot.login(phone, "u", "p").session
    assert session is not None
    session.move((5 << 32) + 7, 0, hotspot.device.clock.seconds())
    hotspot.logout(phone)
    assert hotspot.wait(lambda: len(server.acct) == 2)
    stop = server.acct[1]
    assert (stop["Acct-Input-Gigawords"], stop["Acct-Input-Octets"]) == ([5], [7])


def test_devices_at_once(server: FakeServer, hotspot: VirtualRouter) -> None:
    server.decide = lambda p: {"Port-Limit": 2}
    results = [hotspot.login(hotspot.join(f"02:00:00:00:00:0{n}"), "u", "p") for n in range(3)]
    assert [r.ok for r in results] == [True, True, False]
    assert results[2].error == "no more sessions are allowed for user u"


def test_boot_and_stop_are_told(server: FakeServer, hotspot: VirtualRouter) -> None:
    hotspot.login(hotspot.join(MAC), "u", "p")
    hotspot.stop()
    statuses = [p["Acct-Status-Type"][0] for p in server.acct]
    assert statuses == [1, 2, 8]
    assert server.acct[1]["Acct-Terminate-Cause"] == [11]


def test_lost_accounting_answers_are_asked_for_again(server: FakeServer, hotspot: VirtualRouter) -> None:
    hotspot.faults.no_acct_response = True
    hotspot.login(hotspot.join(MAC), "u", "p")
    assert hotspot.wait(lambda: len(server.acct) == 3)
    assert len({bytes(raw) for raw in server.raw if raw[0] == 4}) == 1


def test_local_users_come_first(server: FakeServer, hotspot: VirtualRouter) -> None:
    hotspot.paste("/ip hotspot user add name=local password=p limit-uptime=1h")
    assert hotspot.login(hotspot.join(MAC), "local", "p").ok
    assert server.auth == []


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("$(if a == 'x')1$(elif b)2$(else)3$(endif)", "2"),
        ("$(if a)$(if b)ab$(else)a$(endif)$(else)none$(endif)", "none"),
        ("$(c-esc) $(unknown) $(if n > 5)big$(endif)", "a%2F%26  big"),
    ],
)
def test_the_page_language(page: str, text: str) -> None:
    assert render(page, {"b": "1", "c": "a/&", "n": "10"}) == text


def test_pages_may_set_status_and_headers() -> None:
    page = '$(if http-status == 302)x$(endif)\n$(if http-header == "Location")$(go)$(endif)\nbody'
    assert headers_of(page, {"go": "http://x/"}) == ("body", 302, {"Location": "http://x/"})


def _kinds(raw: bytes) -> list[int]:
    at, kinds = 20, []
    while at < len(raw):
        kinds.append(raw[at])
        at += raw[at + 1]
    return kinds
