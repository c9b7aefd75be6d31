"""The product itself in a browser: what it does keeps to the Content-Security-Policy that it sends."""

from collections.abc import Iterator
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from kmikro.wsgi import application
from tenants import scope
from tenants.models import Isp
from tests.conftest import HostClient, host_of, sign_in

pytestmark = pytest.mark.browser


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@pytest.fixture
def address(fresh_isp: Isp) -> Iterator[str]:
    """Where an ISP with real commits is served, by the product as it is."""
    server = make_server("127.0.0.1", 0, application, Server, Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{host_of(fresh_isp)}:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: Browser, address: str, fresh_isp: Isp) -> Iterator[Page]:
    """The owner's browser; the test fails when anything broke the policy."""
    with scope.inside(fresh_isp.schema_name):
        owner = User.objects.get(role="owner")
    client = sign_in(HostClient(host_of(fresh_isp)), fresh_isp, owner)
    name = settings.SESSION_COOKIE_NAME
    context = browser.new_context()
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    yield opened
    context.close()
    assert [each for each in said if "Content Security Policy" in each] == []


def test_a_refused_form_leaves_styles_alone_that_the_browser_put_on_its_fields(
    page: Page, address: str
) -> None:
    """A dragged textarea or a password manager styles a field; htmx must not write that into the new page as an
    attribute, which the policy forbids."""
    page.goto(f"{address}/plans/new/")
    page.evaluate("document.querySelectorAll('input').forEach(each => { each.style.outlineWidth = '1px'; })")
    page.evaluate("document.querySelector('#plan-form').noValidate = true")
    page.get_by_role("button", name="Create plan").click()
    expect(page.locator("#plan-form [aria-invalid=true]").first).to_be_visible()
    expect(page.locator(".htmx-settling, .htmx-swapping, .htmx-added")).to_have_count(0)
