"""Every page as its owner sees it: pictures into build/screenshots, a silent console, no serious fault of access."""

import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import axe_playwright_python
import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.models import User
from tenants.models import Isp
from tests.conftest import HostClient
from tests.isolation.lines import Scope
from tests.isolation.visits import Call, calls
from tests.isolation.world import Side, operator
from tests.ui import lively

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "build/screenshots"
AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PARTS = 3  # of the pages of an ISP, so that processes share them
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844)}
# Pages that are seen before one is signed in.
STRANGERS = {
    "sign-in",
    "forgot",
    "reset",
    "join",
    "portal",
    "portal-start",
    "portal-start?visit",
    "portal-connected",
}
# Swagger UI is a page of somebody else's making; its picture and its console count, its markup is not ours.
NOT_OURS = {"tenant-api-docs"}
# Other queries of a page look like the page; only the portal is another one with a visit.
ALSO = {"portal-start?visit"}


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Test output is for results."""


class Threaded(ThreadingMixIn, WSGIServer):
    """Browsers open connections ahead of need, so each gets a thread; its database connection goes with it."""

    daemon_threads = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


@pytest.fixture
def port(fresh_isp: Isp, stylesheet: Path) -> Iterator[int]:
    """The product on a real port, with the stylesheet of the sources as they are now."""
    product = StaticFilesHandler(get_wsgi_application())

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/static/build/app.css":
            start_response("200 OK", [("Content-Type", "text/css")])
            return [stylesheet.read_bytes()]
        return product(environ, start_response)

    server = make_server("127.0.0.1", 0, application, Threaded, Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def side(fresh_isp: Isp, settings: Any) -> Iterator[Side]:
    settings.RADSEC = True  # pages show what they have to say of it
    yield lively.fill(fresh_isp)
    lively.clear()


def pages(where: str, side: Side, client: HostClient, stranger: HostClient) -> list[Call]:
    """Every GET route of the matrix that answers with a whole page."""
    found = []
    for call in calls(where, side, ("GET",)):
        if 200 not in call.line.statuses.get("GET", ()) or isinstance(call.line.needs, Scope):
            continue
        if "?" in call.name and call.name not in ALSO:
            continue
        answer = (stranger if call.name in STRANGERS else client).get(call.address)
        body = b"" if answer.streaming else answer.content
        if answer.headers.get("Content-Type", "").startswith("text/html") and b"<html" in body[:400].lower():
            found.append(call)
    return found


def cookies(client: HostClient, host: str) -> list[Any]:
    return [
        {"name": name, "value": morsel.value, "domain": host, "path": "/"}
        for name, morsel in client.cookies.items()
    ]


class Gallery:
    """Takes the pictures of a page and notes what is wrong with it."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def show(self, context: BrowserContext, width: str, name: str, url: str) -> None:
        page, said = context.new_page(), list[str]()
        page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        answer = page.goto(url)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            self._picture(page, SHOTS / f"{name}-{width}-{theme}.png")
            if name not in NOT_OURS and (width, theme) in {("desktop", "light"), ("phone", "dark")}:
                self._axe(page, f"{name} {width} {theme}")
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            self.problems.append(f"{name} {width}: the page is wider than the window")
        if answer is None or answer.status >= 400:
            self.problems.append(f"{name} {width}: answers with {answer and answer.status}")
        self.problems += [f"{name} {width}: {line}" for line in said]
        page.close()

    def _picture(self, page: Page, path: Path) -> None:
        page.screenshot(path=path, full_page=True, animations="disabled")
        assert path.stat().st_size > 1000

    def _axe(self, page: Page, what: str) -> None:
        page.evaluate(AXE.read_text() + ";0")
        result: Any = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
        for found in result["violations"]:
            if found["impact"] in {"serious", "critical"}:
                nodes = "; ".join(str(node["target"]) for node in found["nodes"][:3])
                self.problems.append(f"{what}: {found['id']} ({found['help']}) at {nodes}")


def exhibit(
    browser: Browser, where: str, width: str, host: str, port: int, found: list[Call], client: HostClient
) -> list[str]:
    """Walk the pages in one width."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for old in SHOTS.glob(f"{where}-*-{width}-*.png"):
        old.unlink()
    gallery, (wide, high) = Gallery(), WIDTHS[width]
    signed_in = browser.new_context(viewport={"width": wide, "height": high})
    stranger = browser.new_context(viewport={"width": wide, "height": high})
    signed_in.add_cookies(cookies(client, host))
    for call in found:
        name = f"{where}-{call.name.replace('?', '-').replace(':', '-')}"
        context = stranger if call.name in STRANGERS else signed_in
        gallery.show(context, width, name, f"http://{host}:{port}{call.address}")
    signed_in.close()
    stranger.close()
    return gallery.problems


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_an_isp(browser: Browser, port: int, side: Side, width: str, part: int) -> None:
    client = operator(side, "owner")
    found = pages("tenant", side, client, HostClient(side.host))
    assert len(found) > 40, [call.name for call in found]
    problems = exhibit(browser, "tenant", width, side.host, port, found[part::PARTS], client)
    assert not problems, f"{len(problems)} problems:\n" + "\n".join(problems[:60])


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_the_platform(browser: Browser, port: int, side: Side, width: str) -> None:
    host = settings.BASE_DOMAIN
    client = HostClient(host)
    user = User.objects.get(kind=User.Kind.STAFF)
    client.force_login(user)
    session = client.session
    session["epoch"] = user.session_epoch
    session.save()
    found = pages("public", side, client, HostClient(host))
    assert len(found) > 8, [call.name for call in found]
    problems = exhibit(browser, "public", width, host, port, found, client)
    assert not problems, f"{len(problems)} problems:\n" + "\n".join(problems[:60])
