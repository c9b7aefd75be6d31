"""Sockets: shared between workers, timed by the kernel, one octet more than is legal."""

from __future__ import annotations

import resource
import select
import socket
import time
from collections.abc import Iterator

import pytest

from radius.events import Port
from radius.sockets import Endpoint, files_allowed, open_socket


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    opened = Endpoint(Port.AUTH, "127.0.0.1", 0)
    yield opened
    opened.close()


@pytest.fixture
def router() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.settimeout(5)
        yield opened


def test_a_batch_with_the_time_the_kernel_had_it(endpoint: Endpoint, router: socket.socket) -> None:
    before = time.time()
    for number in range(5):
        router.sendto(bytes((number,)), ("127.0.0.1", endpoint.number))
    assert select.select([endpoint], [], [], 5)[0]
    after = time.time()
    batch = endpoint.receive(3, now=0.0) + endpoint.receive(100, now=0.0)
    assert [each.octets for each in batch] == [bytes((number,)) for number in range(5)]
    assert all(before - 0.01 <= each.received_at <= after + 0.01 for each in batch)
    assert {each.via for each in batch} == {socket.inet_aton("127.0.0.1")}
    assert endpoint.receive(100, now=0.0) == []


def test_an_oversize_datagram_is_seen_as_such(endpoint: Endpoint, router: socket.socket) -> None:
    router.sendto(bytes(9_000), ("127.0.0.1", endpoint.number))
    assert select.select([endpoint], [], [], 5)[0]
    assert [len(each.octets) for each in endpoint.receive(10, now=0.0)] == [4097]


def test_workers_share_a_port_and_strangers_do_not(endpoint: Endpoint) -> None:
    open_socket("127.0.0.1", endpoint.number, shared=True).close()
    with pytest.raises(OSError, match="in use"):
        open_socket("127.0.0.1", endpoint.number, shared=False)


def test_a_reply_that_cannot_leave_is_told(endpoint: Endpoint, router: socket.socket) -> None:
    router.bind(("127.0.0.1", 0))
    assert endpoint.send(b"x", router.getsockname(), socket.inet_aton("127.0.0.1"))
    assert router.recv(10) == b"x"
    assert not endpoint.send(bytes(70_000), router.getsockname(), b"")


def test_who_is_deaf_keeps_what_waits_and_loses_nothing_to_come(
    endpoint: Endpoint, router: socket.socket
) -> None:
    others = Endpoint(Port.AUTH, "127.0.0.1", endpoint.number)
    askers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(40)]
    for number, each in enumerate(askers):
        each.sendto(bytes((number,)), ("127.0.0.1", endpoint.number))
    endpoint.deafen()
    waiting = {each.octets for each in endpoint.receive(100, now=0.0)}
    for number, each in enumerate(askers):
        each.sendto(bytes((100 + number,)), ("127.0.0.1", endpoint.number))
    later = {each.octets for each in others.receive(100, now=0.0)}
    assert waiting | later == {bytes((n,)) for n in (*range(40), *range(100, 140))}
    assert waiting and not waiting & {bytes((n,)) for n in range(100, 140)}
    router.bind(("127.0.0.1", 0))
    assert endpoint.send(b"late", router.getsockname(), socket.inet_aton("127.0.0.1"))
    octets, source = router.recvfrom(10)
    assert (octets, source) == (b"late", ("127.0.0.1", endpoint.number))
    for each in (*askers, others):
        each.close()


def test_as_many_files_may_be_open_as_sockets_are_wanted() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = min(soft, 512)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, hard))
        assert files_allowed(few) == few
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > few, "there are other files than sockets"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
