"""Requests in a given order from many routers: as fast as a window lets them, or at a fixed rate (open loop)."""

import heapq
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.load import PATIENCE, SILENCE, Address, Outcome, verified

GIVEN_UP = 10.0  # seconds after which a request that was not answered counts as lost
_ROOM = 4096


@dataclass(frozen=True)
class Router:
    """A source address with its secret; `lanes` sockets, of which each has 256 identifiers."""

    source: str
    secret: bytes
    lanes: int = 1


@dataclass(frozen=True)
class Order:
    """What one router asks: made by make(identifier)."""

    router: int
    server: Address
    make: Callable[[int], bytes]
    good: int


@dataclass
class _Lane:
    socket: socket.socket
    secret: bytes
    waiting: dict[int, list[int]] = field(default_factory=dict)  # identifier → which requests
    next: int = 0
    wrong: int = 0


@dataclass
class _Sent:
    lane: _Lane
    octets: bytes
    good: int
    due: float = 0.0
    reply: bytes | None = None


def run(
    routers: Sequence[Router], orders: Sequence[Order], *, rate: float = 0.0, window: int = 256
) -> Outcome:
    """Send all; with a rate each at its own time, whatever was answered, and delays counted from that time."""
    lanes: dict[tuple[int, Address], deque[_Lane]] = {}
    sent = [_prepared(routers, lanes, order) for order in orders]
    every = [lane for queue in lanes.values() for lane in queue]
    by_number, poll = {lane.socket.fileno(): lane for lane in every}, select.epoll()
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    delays, resent, at, answered = list[float](), 0, 0, 0
    again: list[tuple[float, int]] = []
    began = last_answer = time.perf_counter()
    while answered < len(sent):
        now = time.perf_counter()
        while at < len(sent) and (began + at / rate <= now if rate else at - answered < window):
            one = sent[at]
            one.due = began + at / rate if rate else now
            one.lane.waiting.setdefault(one.octets[1], []).append(at)
            _send(one)
            heapq.heappush(again, (now + PATIENCE, at))
            at += 1
        while again and again[0][0] <= now:
            _, which = heapq.heappop(again)
            if sent[which].reply is None and now - sent[which].due < GIVEN_UP:
                _send(sent[which])
                resent += 1
                heapq.heappush(again, (now + PATIENCE, which))
        rest = 0.2
        if rate and at < len(sent):
            rest = max(0.0, began + at / rate - time.perf_counter())
        for number, _ in poll.poll(rest):
            answered += _hear(by_number[number], sent, delays)
            last_answer = time.perf_counter()
        if time.perf_counter() - last_answer > (GIVEN_UP if at == len(sent) else SILENCE):
            break
    took = time.perf_counter() - began
    poll.close()
    for lane in every:
        lane.socket.close()
    if not delays:
        raise RuntimeError("no answer at all")
    delays += [GIVEN_UP] * (len(sent) - answered)
    delays.sort()
    return Outcome(
        answered=answered,
        wrong=sum(lane.wrong for lane in every)
        + sum(each.reply is not None and each.reply[0] != each.good for each in sent),
        resent=resent,
        per_second=answered / took,
        p99_ms=1000 * delays[int(len(delays) * 0.99) - 1],
        lost=len(sent) - answered,
    )


def _prepared(
    routers: Sequence[Router], lanes: dict[tuple[int, Address], deque[_Lane]], order: Order
) -> _Sent:
    """Every request is made before the clock starts, on the next lane of its router."""
    queue = lanes.setdefault((order.router, order.server), deque())
    router = routers[order.router]
    if len(queue) < router.lanes:
        queue.appendleft(_opened(router, order.server))
    lane = queue[0]
    queue.rotate(-1)
    octets = order.make(lane.next & 255)
    lane.next += 1
    return _Sent(lane, octets, order.good)


def _opened(router: Router, server: Address) -> _Lane:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    opened.bind((router.source, 0))
    opened.connect(server)
    opened.setblocking(False)
    return _Lane(opened, router.secret)


def _send(one: _Sent) -> None:
    try:
        one.lane.socket.send(one.octets)
    except BlockingIOError:
        pass  # it is sent again like one that was lost


def _hear(lane: _Lane, sent: list[_Sent], delays: list[float]) -> int:
    heard = 0
    while True:
        try:
            reply = lane.socket.recv(_ROOM)
        except BlockingIOError:
            return heard
        now, asked = time.perf_counter(), lane.waiting.get(reply[1], [])
        which = next((each for each in asked if verified(reply, sent[each].octets, lane.secret)), None)
        if which is None:
            lane.wrong += 1
        elif sent[which].reply is None:
            sent[which].reply = reply
            delays.append(now - sent[which].due)
            heard += 1
