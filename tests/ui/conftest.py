"""A browser and a bare file server that sends the product's Content-Security-Policy."""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system, else Playwright's own; skipped loudly where there is none."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))),
        None,
    )
    # Playwright keeps an event loop in this thread; no query of a test or fixture runs inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            try:
                chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
            except Error as problem:
                warnings.warn(
                    "Chromium is not installed: browser tests of the interface are skipped", stacklevel=1
                )
                pytest.skip(f"Chromium is not installed: {str(problem).splitlines()[0]}")
            yield chromium
            chromium.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def stylesheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled stylesheet, built from the sources as they are now."""
    target = tmp_path_factory.mktemp("css") / "app.css"
    cli = Path(sys.executable).parent / "tailwindcss"
    source = ROOT / "assets/src/input.css"
    subprocess.run([cli, "-i", source, "-o", target, "--minify"], check=True, capture_output=True)
    return target


class Site:
    """A folder of pages on a loopback port; remembers what was asked."""

    def __init__(self, folder: Path, url: str, asked: list[str]) -> None:
        self.folder = folder
        self.url = url
        self.asked = asked

    def write(self, name: str, text: str) -> str:
        """Put a page into the folder; its address."""
        (self.folder / name).write_text(text)
        return f"{self.url}/{name}"


@pytest.fixture
def site(tmp_path: Path, stylesheet: Path) -> Iterator[Site]:
    """A site with the product's static files and policy; answers POST with 204 and a toast."""
    os.environ["NO_PROXY"] = "127.0.0.1"
    static = tmp_path / "static"
    static.mkdir()
    for name in ("fonts", "js"):
        (static / name).symlink_to(ROOT / "static" / name)
    (static / "favicon.svg").symlink_to(ROOT / "static" / "favicon.svg")
    (static / "build").mkdir()
    (static / "build" / "app.css").symlink_to(stylesheet)
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", POLICY)
            super().end_headers()

        def do_GET(self) -> None:
            asked.append(f"GET {self.path}")
            super().do_GET()

        def do_POST(self) -> None:
            asked.append(f"POST {self.path}")
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(204)
            self.send_header("HX-Trigger", '{"toast": {"text": "It is offline now."}}')
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(tmp_path))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(tmp_path, f"http://127.0.0.1:{server.server_port}", asked)
    server.shutdown()
    server.server_close()
