"""The queue whose reader takes everything that waits."""

import time

import pytest

from radius.batching import Queue


def test_batches_are_bounded_and_full_means_no() -> None:
    queue: Queue[int] = Queue(most=3, batch=2)
    assert [queue.put(each) for each in range(4)] == [True, True, True, False]
    assert (queue.take(), queue.take(), queue.take(0.0)) == ([0, 1], [2], [])


def test_lingering_ends_at_once_when_a_whole_batch_waits_or_the_queue_closes() -> None:
    queue: Queue[int] = Queue(most=9, batch=2)
    queue.put(1)
    queue.put(2)
    queue.linger(3600)  # a test that hangs here has failed
    queue.take()
    queue.close()
    queue.linger(3600)
    assert not queue.put(3)


def test_what_comes_while_the_reader_lingers_is_in_its_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    queue: Queue[int] = Queue(most=9, batch=9)
    queue.put(1)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        queue.put(2)

    monkeypatch.setattr(time, "sleep", sleep)
    queue.linger(-1.0)
    queue.linger(0.004)
    assert (slept, queue.take()) == ([0.004], [1, 2])
