"""The pictures in docs/: each is small and shown where it belongs. `make pictures` takes them anew."""

import base64
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.isolation.planting import EQUAL
from tests.isolation.world import Side, operator
from tests.ui.test_screenshots import cookies
from tests.ui.test_screenshots import port as port
from tests.ui.test_screenshots import side as side

pytestmark = pytest.mark.xdist_group("pictures")  # they are looked at after they were taken
DOCS = Path(__file__).resolve().parents[2] / "docs"
PICTURES = DOCS / "pictures"
LARGEST = 60_000  # octets
WIDE, PHONE = 1440, 390
# What is shown: the page, how wide and how high.
SHOWN = {
    "router-add": (f"/routers/{EQUAL + 2}/enrol/", WIDE, 1180),
    "router-add-phone": (f"/routers/{EQUAL + 2}/enrol/", PHONE, 844),
    "router": (f"/routers/{EQUAL}/", WIDE, 1000),
    "router-health": (f"/routers/{EQUAL}/health/?range=hour", WIDE, 1100),
    "router-offers": (f"/routers/{EQUAL}/offers/", WIDE, 900),
    "router-others": (f"/routers/{EQUAL}/others/", WIDE, 800),
    "router-change": (f"/routers/changes/{EQUAL}/", WIDE, 860),
    "router-change-phone": ("proving", PHONE, 844),
    "router-alerts": ("/routers/alerts/", WIDE, 640),
}


if os.environ.get("KMIKRO_PICTURES"):

    @pytest.mark.browser
    @pytest.mark.timeout(600)
    def test_take_them_anew(browser: Browser, port: int, side: Side) -> None:
        client = operator(side, "owner")
        home = f"http://{side.host}:{port}"
        PICTURES.mkdir(exist_ok=True)
        for name, (path, wide, high) in SHOWN.items():
            context = browser.new_context(viewport={"width": wide, "height": high})
            context.add_cookies(cookies(client, side.host))
            page = context.new_page()
            page.emulate_media(color_scheme="light", reduced_motion="reduce")
            if path == "proving":
                page.goto(f"{home}/routers/changes/?q=lobby")
                page.get_by_role("link", name="Lodge").first.click()
                page.get_by_text("Keep this change?").wait_for()
            else:
                page.goto(f"{home}{path}")
            taken = context.new_cdp_session(page).send(
                "Page.captureScreenshot", {"format": "webp", "quality": 60}
            )
            (PICTURES / f"{name}.webp").write_bytes(base64.b64decode(taken["data"]))
            context.close()


def test_each_picture_is_small_and_shown() -> None:
    there = {path.stem: path.stat().st_size for path in PICTURES.iterdir()}
    assert there.keys() == SHOWN.keys()
    assert {name: size for name, size in there.items() if size > LARGEST} == {}
    told = "".join(path.read_text() for path in DOCS.glob("*.md"))
    assert set(re.findall(r"\]\(pictures/([\w-]+)\.webp\)", told)) == there.keys()
