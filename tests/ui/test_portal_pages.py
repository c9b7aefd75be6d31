"""Portal pages: one small file each, no asset, typed code kept, nothing needed from scripts."""

import re
from types import SimpleNamespace

import pytest

from tests.ui.sample import forbidden, render_file

SHARED = {
    "request": SimpleNamespace(csp_nonce="N0nce"),
    "isp_name": "Savanna <Net>",
    "place": "Savanna Hotspot, Kibera",
    "hidden": [("mac", "AA:BB:CC:DD:EE:FF"), ("dst", "http://a.example/?b=1&c=2")],
    "support_phone": "0700 555 010",
    "languages": [{"code": "sw", "label": "Kiswahili", "url": "?l=sw"}],
}
PAGES = {
    "portal/voucher.html": {
        "action": "/portal/voucher/",
        "code": '7K4M"><b>',
        "error": {"title": "This voucher has been used up.", "text": "It lasted 1 hour."},
        "plans": [{"name": f"Plan {n}", "text": "up to 5 Mbps", "price": "KSh 20"} for n in range(20)],
    },
    "portal/login_form.html": {"action": "http://10.5.50.1/login", "username": "7K4M", "password": "s3cret&"},
    "portal/connected.html": {
        "seconds_left": 25_080,
        "octets_left": 2_300_000_000,
        "octets_total": 3_000_000_000,
        "percent_left": 77,
        "plan": "Day",
        "rate": "up to 5 Mbps",
        "sign_out_url": "http://10.5.50.1/logout",
    },
    "portal/move.html": {"action": "/portal/move/", "left": 2},
    "portal/device.html": {"action": "/portal/device/", "code": "7K4M", "error": "That is no address."},
    "portal/scan.html": {"code": "CCCC-DDDD-FFFF", "logins": ["http://10.5.50.1/login"]},
    "portal/error.html": {
        "title": "This page opens from the Wi-Fi",
        "text": "Join it first.",
        "retry_url": "/",
    },
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_one_small_file_without_assets(name: str) -> None:
    html = render_file(name, **SHARED, **PAGES[name])
    assert len(html.encode()) < 20_000
    assert forbidden(html.replace("http://10.5.50.1", "")) == []
    assert not re.search(r"<(?:img|link(?! rel=\"icon\" href=\"data:,\")|iframe)", html)
    assert not re.search(r"@import|url\(", html)
    assert "Savanna &lt;Net&gt;" in html and "Savanna <Net>" not in html


@pytest.mark.parametrize("name", PAGES)
def test_the_style_uses_nothing_old_webviews_lack_and_a_literal_stands_before_each_variable(
    name: str,
) -> None:
    style = re.search(r"<style[^>]*>(.*?)</style>", render_file(name, **SHARED, **PAGES[name]), re.DOTALL)
    assert style
    rules = style.group(1)
    assert not re.search(r"oklch|color-mix|:has\(|display:grid|[;{]gap:|@layer|dvh|&", rules)
    for block in re.findall(r"\{([^{}]*)\}", rules):
        declarations = [part.split(":", 1) for part in block.split(";") if ":" in part]
        for index, (name_, value) in enumerate(declarations):
            if "var(" in value and not name_.strip().startswith("--"):
                assert declarations[index - 1][0] == name_, f"no literal before {name_}:{value}"


def test_what_was_typed_stays_and_the_error_is_tied_to_the_field() -> None:
    html = render_file("portal/voucher.html", **SHARED, **PAGES["portal/voucher.html"])
    assert 'value="7K4M&quot;&gt;&lt;b&gt;"' in html
    assert 'id="er" role="alert"' in html
    assert 'aria-describedby="er vh"' in html
    assert '<input type="hidden" name="dst" value="http://a.example/?b=1&amp;c=2">' in html
    assert '<form method="post" action="/portal/voucher/">' in html


def test_the_login_form_can_be_sent_by_hand() -> None:
    html = render_file("portal/login_form.html", **SHARED, **PAGES["portal/login_form.html"])
    assert '<form method="post" action="http://10.5.50.1/login" id="go">' in html
    assert 'name="password" value="s3cret&amp;"' in html
    assert "<button" in html
    assert 'script nonce="N0nce"' in html
    assert "csrfmiddlewaretoken" not in html


def test_the_connected_page_tells_time_and_data_left() -> None:
    html = render_file("portal/connected.html", **SHARED, **PAGES["portal/connected.html"])
    assert "6\u00a0h 58\u00a0min" in html
    assert "2.3\u00a0GB of 3\u00a0GB left" in html
    assert 'href="http://10.5.50.1/logout"' in html
    assert "refresh" not in html.lower()
