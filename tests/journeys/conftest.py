"""A browser, and the product running as its own processes."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from tests.journeys.stack import Stack

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; skipped loudly where there is none."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))),
        None,
    )
    os.environ["NO_PROXY"] = "localhost,.localhost,127.0.0.0/8"
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        except Error as problem:
            warnings.warn("Chromium is not installed: the main journey is skipped", stacklevel=1)
            pytest.skip(f"Chromium is not installed: {str(problem).splitlines()[0]}")
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The product without demo, up before the first step and gone after the last."""
    yield from _running(os.getpid() % 200)


@pytest.fixture(scope="session")
def town() -> Iterator[Stack]:
    """The same for journeys that each sign up an ISP of their own, so that one start serves them all."""
    yield from _running(200 + os.getpid() % 50)


def _running(number: int) -> Iterator[Stack]:
    running = Stack(
        Path(tempfile.mkdtemp(prefix="kmikro-journey-")) / "state",
        address=f"127.61.{number}.1",
        vrouter=f"127.61.{number}.10",
    )
    try:
        running.up("--no-demo")
        yield running
    finally:
        running.end()
        shutil.rmtree(running.home.parent, ignore_errors=True)
