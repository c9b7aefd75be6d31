"""Counters of a worker: bounded, told in a file, and gone with it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any, cast

import pytest

from radius import metrics
from radius.events import Reject
from radius.metrics import Histogram, MeteredStore, Teller
from radius.store import LiveStore
from tests.radius.records import record
from tests.waiting import until


class Store:
    """Takes everything and has it durable at once."""

    def __init__(self) -> None:
        self.counts = {"shed": 2}
        self.kept: list[Any] = []
        self.start = self.close = self.start_clock = lambda *_: True

    def attempt(self, *what: Any) -> None:
        self.kept.append(what)

    def record(self, what: Any, done: Any) -> bool:
        done(True)
        return True

    def depths(self) -> dict[str, int]:
        return {"accounting": 3}

    def remembered(self) -> int:
        return 17


def metered() -> MeteredStore:
    return MeteredStore(cast(LiveStore, Store()))


class Request:
    def __init__(self, router_id: int) -> None:
        self.nas = type("N", (), {"schema": "t_a", "router_id": router_id})()


def refuse(store: MeteredStore, router_id: int = 1, microseconds: int = 300) -> None:
    store.attempt(cast(Any, Request(router_id)), Reject("ended", "No."), 0.0, microseconds)


def test_outcomes_are_counted_by_router_and_reason() -> None:
    store, done = metered(), []
    refuse(store)
    refuse(store)
    assert store.record(record("interim", 60, router_id=9), done.append)
    told = store.told()
    assert told["attempts"] == [["t_a", 1, "ended", 2]]
    assert [each[1:] for each in told["records"]] == [[9, "interim", 1]]
    assert done == [True]
    assert (told["queues"], told["store"], told["services"]) == ({"accounting": 3}, {"shed": 2}, 17)
    assert sum(told["durable"]["places"]) == 1


def test_label_sets_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "MOST", 2)
    store = metered()
    for router_id in (1, 2, 3, 4, 1):
        refuse(store, router_id)
    assert store.attempts == {("t_a", 1, "ended"): 2, ("t_a", 2, "ended"): 1, ("", 0, "ended"): 2}


def test_a_histogram_counts_each_once() -> None:
    histogram = Histogram()
    for seconds in (0.0, 0.0001, 0.0002, 99.0):
        histogram.add(seconds)
    assert (histogram.places[0], histogram.places[1], histogram.places[-1]) == (2, 1, 1)
    assert sum(histogram.places) == 4


def test_a_worker_tells_and_takes_its_file_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "EVERY", 0.01)
    store = metered()
    teller = Teller(tmp_path / "metrics", store.told)
    teller.counts["drop_malformed"] = 5
    teller.start()
    until(lambda: bool(metrics.read(tmp_path / "metrics", time.time())), 5)
    [told] = metrics.read(tmp_path / "metrics", time.time())
    assert told["server"] == {"drop_malformed": 5}
    teller.close()
    assert list((tmp_path / "metrics").iterdir()) == []


def test_a_disk_that_was_full_for_a_while_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(metrics, "EVERY", 0.01)
    (tmp_path / "metrics").touch()  # no folder can be made, so nothing can be written
    teller = Teller(tmp_path / "metrics", metered().told)
    teller.start()
    until(lambda: "metrics are not written" in caplog.messages, 5)
    (tmp_path / "metrics").unlink()
    until(lambda: bool(metrics.read(tmp_path / "metrics", time.time())), 5)
    teller.close()
    assert caplog.messages.count("metrics are not written") == 1


def test_files_of_the_dead_and_nonsense_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text(json.dumps({"at": 1000.0}))
    (tmp_path / "2.json").write_text("{")
    (tmp_path / "3.json").write_text("[]")
    assert len(metrics.read(tmp_path, 1000.0 + metrics.STALE)) == 1
    assert metrics.read(tmp_path, 1001.0 + metrics.STALE) == []
    assert metrics.read(tmp_path, 1000.0 + 3601) == []
    assert not (tmp_path / "1.json").exists()


def test_what_a_killed_worker_left_half_written_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / "old.new").write_text("{")
    (tmp_path / "young.new").write_text("{")
    now = (tmp_path / "young.new").stat().st_mtime
    os.utime(tmp_path / "old.new", (now - 3601, now - 3601))
    assert metrics.read(tmp_path, now) == []
    assert [each.name for each in tmp_path.iterdir()] == ["young.new"]
