import hashlib
import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from kmikro.lib import codes
from routers.models import Router
from tenants.models import Isp
from tests.conftest import HostClient
from tests.factories import make_plan, make_router, make_service, make_session

LOGIN = "http://10.5.50.1/login"
CODE = "CDFHJKMNPRT" + codes.check_character("CDFHJKMNPRT")


@pytest.fixture
def router(inside_isp: Isp) -> Router:
    return make_router(public_id="r-one", login_url=LOGIN)


def address(**more: str) -> str:
    given = {"mac": "AA:BB:CC:00:00:01", "ip": "10.5.50.20", "link-login-only": LOGIN, **more}
    return f"/portal/r-one/?{urlencode({name.replace('_', '-'): value for name, value in given.items()})}"


def enter(client: HostClient, code: str, **more: str) -> Any:
    page = client.get(address(**more)).content.decode()
    sealed = re.search(r'name="visit" value="([^"]+)"', page)
    assert sealed, page
    return client.post("/portal/r-one/enter/", {"visit": unescape(sealed[1]), "code": code})


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return unescape(found[1])


def test_the_page_is_small_whole_and_asks_nobody_else(router: Router, anonymous: HostClient) -> None:
    for number in range(8):
        make_plan(name=f"Bundle {number}")
    answer = anonymous.get(address())
    text = answer.content.decode()
    assert answer.status_code == 200 and len(answer.content) < 30_000
    assert not re.search(r'(?:src|href)="(?!data:|tel:|/)[^"]|<link[^>]+stylesheet|@import|url\(', text)
    assert answer["Content-Security-Policy"].count("nonce-") == 2


def test_a_good_code_is_handed_to_the_router_without_script(router: Router, anonymous: HostClient) -> None:
    make_service(code=CODE)
    answer = enter(anonymous, f" {codes.shown(CODE).lower()} ", link_orig="http://example.com/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert (
        re.search(rf'<form method="post" action="{re.escape(LOGIN)}"', page) and '<button class="b"' in page
    )
    assert (field(page, "username"), field(page, "password"), field(page, "dst")) == (
        CODE,
        CODE,
        "http://example.com/",
    )
    assert "form-action http://10.5.50.1" in re.sub("'self' ", "", answer["Content-Security-Policy"])


def test_chap_is_answered_by_the_server(router: Router, anonymous: HostClient) -> None:
    make_service(code=CODE)
    page = enter(anonymous, CODE, chap_id="\\001", chap_challenge="\\377ab").content.decode()
    assert field(page, "password") == hashlib.md5(b"\x01" + CODE.encode() + b"\xffab").hexdigest()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Type the code"),
        ("CDFH", "has 4"),
        (CODE[:-1] + ("C" if CODE[-1] != "C" else "D"), "One character"),
        ("CCCCCCCCCCC" + codes.check_character("CCCCCCCCCCC"), "Nobody here sold"),
    ],
)
def test_mistakes_are_told_apart_and_what_was_typed_stays(
    router: Router, anonymous: HostClient, typed: str, says: str
) -> None:
    answer = enter(anonymous, typed)
    assert answer.status_code == 422
    assert says in answer.content.decode() and f'value="{typed}"' in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "says"),
    [({"status": "void"}, "cancelled"), ({"status": "suspended"}, "paused"), ({"status": "ended"}, "ended")],
)
def test_a_code_that_works_no_more_says_why(
    router: Router, anonymous: HostClient, fields: dict[str, str], says: str
) -> None:
    make_service(code=CODE, **fields)
    assert says in enter(anonymous, CODE).content.decode()


def test_guessing_is_stopped_with_a_time_to_wait(router: Router, anonymous: HostClient) -> None:
    assert [enter(anonymous, "CDFH").status_code for _ in range(6)] == [422] * 5 + [429]
    assert enter(anonymous, "CDFH")["Retry-After"].isdigit()
    assert enter(anonymous, "CDFH", mac="AA:BB:CC:00:00:02").status_code == 422


@pytest.mark.parametrize("link", ["https://evil/", "http://10.5.50.1@evil/", "javascript:alert(1)"])
def test_credentials_are_never_posted_elsewhere(router: Router, anonymous: HostClient, link: str) -> None:
    answer = anonymous.get(address(link_login_only=link))
    assert answer.status_code == 400 and "evil" not in answer.content.decode()


def test_what_the_router_says_is_shown_as_text(router: Router, anonymous: HostClient) -> None:
    page = anonymous.get(address(error="<script>alert(1)</script>", username="CDFH")).content.decode()
    assert "&lt;script&gt;alert(1)" in page and 'value="CDFH"' in page


def test_a_qr_code_away_from_the_hotspot_explains(router: Router, anonymous: HostClient) -> None:
    assert "Join the Wi-Fi first" in anonymous.get("/portal/?v=CDFH").content.decode()
    assert 'value="CDFH"' in anonymous.get(address(v="CDFH")).content.decode()


def test_what_is_left_is_told_to_the_device_alone(router: Router, anonymous: HostClient) -> None:
    plan = make_plan(name="Day pass", data_limit_bytes=1_000_000_000, validity_seconds=None)
    service = make_service(plan=plan, code=CODE, download_bytes=400_000_000)
    make_session(service=service, router=router, mac="AA:BB:CC:00:00:01", framed_ip="10.5.50.20")
    where = "/portal/r-one/connected/?mac=AA:BB:CC:00:00:01&ip="
    page = anonymous.get(where + "10.5.50.20").content.decode()
    assert "Day pass" in page and "600\u00a0MB" in page and "/logout" in page
    other = anonymous.get(where + "10.5.50.21")
    assert "Day pass" not in other.content.decode() and "Refresh" in other
    assert anonymous.get("/portal/r-one/connected/?mac=x&ip=y").status_code == 400


def test_unknown_routers_are_not_found(router: Router, anonymous: HostClient) -> None:
    assert anonymous.get("/portal/r-two/").status_code == 404
