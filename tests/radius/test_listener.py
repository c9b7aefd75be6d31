"""The thread that hears the database, in a process with thousands of connections."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator

import pytest

from radius import database
from radius.listener import Listener
from tests.radius.running import until

SELECTABLE = 1024  # what `select` knows of


class Hears:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.losses = 0

    def heard(self, at: float) -> None: ...
    def refused(self, at: float) -> None: ...
    def forget_all(self) -> None: ...

    def lost(self) -> None:
        self.losses += 1

    def forget(self, payload: str) -> None:
        self.told.append(payload)


@pytest.fixture
def crowd() -> Iterator[None]:
    """As many open files as RadSec may have connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * SELECTABLE), hard))
    opened = [os.open(os.devnull, os.O_RDONLY)]
    while opened[-1] < SELECTABLE:
        opened.append(os.dup(opened[0]))
    yield
    for each in opened:
        os.close(each)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.django_db
@pytest.mark.usefixtures("crowd")
def test_it_hears_beyond_the_thousandth_file() -> None:
    hears, patience, read = Hears(), database.Patience(), threading.Event()
    listener = Listener(hears, lambda line: read.set(), patience)
    teller = database.connect("test")
    try:
        assert teller.fileno() > SELECTABLE
        assert listener.start(wait=10)
        with teller.cursor() as cursor:
            cursor.execute("NOTIFY kmikro_facts, 'one'")
        until(lambda: "one" in hears.told)
        assert hears.losses == 0
    finally:
        listener.close()
        patience.close()
        teller.close()
