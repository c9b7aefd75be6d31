"""The place of a worker: beats that cross a fork, and silence that is not counted by the clock."""

from __future__ import annotations

import os

from radius.posts import Post, Watched


def test_beats_are_seen_across_a_fork() -> None:
    post = Post(-1)
    pid = os.fork()
    if not pid:
        post.beat()
        post.beat(leash=30)
        os._exit(0)
    os.waitpid(pid, 0)
    assert (post.beats, post.leash) == (2, 30)
    post.leave()


def test_silence_grows_only_while_somebody_looks_and_a_beat_ends_it() -> None:
    post = Post(-1)
    worker = Watched(1, lambda _: None, post, 0.0)
    worker.look(0.1)
    worker.look(0.1)
    assert (worker.serves, round(worker.silent, 3)) == (False, 0.2)
    post.beat()
    worker.look(0.1)
    assert (worker.serves, worker.silent) == (True, 0.0)
    worker.look(0.1)
    assert round(worker.silent, 3) == 0.1
    post.leave()
