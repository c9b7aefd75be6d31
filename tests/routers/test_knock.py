"""Knocking at many doors at once takes as long as the slowest one, and says of each what it is."""

import socket

from routers import knock
from routers.knock import Door


def test_open_closed_and_silent_doors_together() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=300) as open_one, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        silent = socket.socket()
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        port = silent.getsockname()[1]
        full = [
            socket.socket() for _ in range(4)
        ]  # fill what the kernel takes for it, so that no more get an answer
        for each in full:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        doors = {number: Door("127.0.0.1", open_one.getsockname()[1], "127.0.0.1") for number in range(250)}
        doors |= {1000: Door("127.0.0.1", closed.getsockname()[1]), 1001: Door("127.0.0.1", port)}
        found = knock.answering(doors, seconds=0.5, at_once=100)
        for each in (*full, silent):
            each.close()
    assert found == dict.fromkeys(range(250), "") | {1000: "refused", 1001: "no answer"}


def test_nobody_to_knock_at() -> None:
    assert knock.answering({}) == {}
