"""The description: OpenAPI 3.1 that is in the repository, and a page for people under the strict policy."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from shutil import which
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from playwright.sync_api import Browser, Error, sync_playwright

from accounts import tokens
from kmikro.wsgi import application
from tests.api.test_auth import operations
from tests.conftest import HostClient
from tests.ui.conftest import FLAGS


def test_the_repository_says_what_the_code_does() -> None:
    call_command("check_api_schema", stdout=StringIO())


def test_drift_is_found_and_written_away(tmp_path: Path) -> None:
    kept, out = tmp_path / "openapi.yaml", StringIO()
    call_command("check_api_schema", "--write", "--file", str(kept), stdout=out)
    call_command("check_api_schema", "--file", str(kept), stdout=out)
    kept.write_text(kept.read_text().replace("plans:write", "plans:change"))
    with pytest.raises(CommandError, match="out of date"):
        call_command("check_api_schema", "--file", str(kept), stdout=out)
    assert "-      x-scope: plans:change" in out.getvalue()


def test_every_operation_is_described(anonymous: HostClient) -> None:
    answer = anonymous.get("/api/v1/schema/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["openapi"]) == (200, "3.1.0")
    described = yaml.safe_load(anonymous.get("/api/v1/schema/").content)
    assert described == answer.json()
    found = {
        (method.upper(), operation["x-scope"])
        for item in described["paths"].values()
        for method, operation in item.items()
    }
    assert found == {(method, str(scope or "any")) for method, _path, scope in operations()}
    assert sum(len(item) for item in described["paths"].values()) == len(operations())
    for path, item in described["paths"].items():
        for method, operation in item.items():
            assert {"400", "401", "403", "429"} <= set(operation["responses"]), path
            names = [part.get("$ref", part.get("name")) for part in operation.get("parameters", [])]
            assert ("#/components/parameters/IdempotencyKey" in names) == (method == "post")
            assert operation["summary"]
    assert set(tokens.SCOPES) >= {row[2] for row in operations()} - {None}


def test_the_page_comes_from_this_host_alone(anonymous: HostClient) -> None:
    answer = anonymous.get("/api/v1/docs/")
    assert answer.status_code == 200
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "http://" not in answer.content.decode() and "https://" not in answer.content.decode()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Started and stopped within the test: while Playwright runs, this thread may not use the database."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := which(name))), None
    )
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        except Error as problem:
            warnings.warn("Chromium is not installed: the API's page is not tried in a browser", stacklevel=1)
            pytest.skip(f"Chromium is not installed: {str(problem).splitlines()[0]}")
        yield browser
        browser.close()


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def served(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The product on a real socket, in a thread of its own; gives the address of Ana's ISP."""

    def serve() -> None:
        server.serve_forever(poll_interval=0.05)
        connection.close()

    with django_db_blocker.unblock(), make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
        thread = Thread(target=serve)
        thread.start()
        yield f"http://ana.{settings.BASE_DOMAIN}:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.browser
def test_the_page_works_under_the_policy(served: str) -> None:
    said: list[str] = []
    asked: set[str] = set()
    with chromium() as browser:
        page = browser.new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
        page.goto(f"{served}/api/v1/docs/")
        # Of more than a hundred operations only those in view are drawn: one of the first is opened.
        page.click("text=Put a device on the list of an account", timeout=30_000)
        page.wait_for_selector("text=A device is on one list of an ISP at most", timeout=10_000)
    assert [line for line in said if line.startswith("error") or "Content Security Policy" in line] == []
    assert asked - {""} == {urlsplit(served).netloc}
