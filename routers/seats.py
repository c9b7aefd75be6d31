"""How many API connections we hold to one router at a time: two, whoever of us wants them, on whatever machine.

A connection takes one of the router's two seats in Redis and frees it when it hangs up; a worker that dies leaves
its seat to run out. Without Redis there is no seat and no connection: nothing works then that would need one.
A third kind of seat bounds how many workers may be busy at once with routers that are known to be in trouble. Where visits
of an ISP's routers fell silent one after the other, all of its routers count as such until one answers.
"""

import secrets
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import lru_cache

import redis
from django.conf import settings

SEATS = 2
# Seconds after which a seat is free by itself. Longer than any task (tasks.HARD): a guarded change keeps its seat while it
# proves itself, or looks what became of it, over a second connection.
HELD = 120
PATIENCE = 3.0  # seconds to wait for a seat
GAP = 0.1
SLOW = 1  # workers at once for routers in trouble
SILENCES = 3  # visits of one ISP in a row that nobody answered
REMEMBERED = 60  # seconds

_FREE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"


class Taken(Exception):
    """No seat became free in time."""


@lru_cache(maxsize=4)
def _redis(address: str) -> "redis.Redis":
    return redis.Redis.from_url(address, socket_timeout=5, socket_connect_timeout=5)


@contextmanager
def seat(address: str, port: int, *, patience: float = PATIENCE) -> Generator[None, None, None]:
    """One of the two seats of the router behind this address and port; raises Taken."""
    with _one_of(f"router-seat:{address}:{port}", SEATS, patience):
        yield


@contextmanager
def many(doors: Mapping[int, tuple[str, int]]) -> Generator[set[int], None, None]:
    """A seat at each of these routers that has one free, without waiting: gives the keys of those."""
    store, mark = _redis(settings.REDIS_URL), secrets.token_hex(8)
    held: dict[int, str] = {}
    try:
        for number in range(SEATS):
            left = {
                key: f"kmikro:router-seat:{address}:{port}:{number}"
                for key, (address, port) in doors.items()
                if key not in held
            }
            pipe = store.pipeline(transaction=False)
            for name in left.values():
                pipe.set(name, mark, nx=True, ex=HELD)
            held |= {key: name for (key, name), got in zip(left.items(), pipe.execute(), strict=True) if got}
    except redis.RedisError:
        raise Taken("the place where connections are counted does not answer") from None
    try:
        yield set(held)
    finally:
        pipe = store.pipeline(transaction=False)
        for name in held.values():
            pipe.eval(_FREE, 1, name, mark)
        try:
            pipe.execute()
        except redis.RedisError:  # they run out by themselves
            pass


@contextmanager
def slow_lane(*, patience: float = 0.0) -> Generator[None, None, None]:
    """The right to be busy with a router that is known to be in trouble; raises Taken."""
    with _one_of("router-slow", SLOW, patience):
        yield


def visited(schema: str, *, silent: bool) -> None:
    """Note how a visit of a router of this ISP went: its routers may all have fallen mute at once."""
    key = f"kmikro:router-silences:{schema}"
    pipe = _redis(settings.REDIS_URL).pipeline(transaction=False)
    if silent:
        pipe.incr(key)
        pipe.expire(key, REMEMBERED)
    else:
        pipe.delete(key)
    try:
        pipe.execute()
    except redis.RedisError:  # without a count each router is known by its own failures alone
        pass


def is_mute(schema: str) -> bool:
    """Whether the newest visits of this ISP's routers were all in vain."""
    try:
        told = _redis(settings.REDIS_URL).get(f"kmikro:router-silences:{schema}")
    except redis.RedisError:
        return False
    return isinstance(told, bytes) and int(told) >= SILENCES


@contextmanager
def _one_of(name: str, count: int, patience: float) -> Generator[None, None, None]:
    store, mark = _redis(settings.REDIS_URL), secrets.token_hex(8)
    key = _take(store, name, count, mark, patience)
    try:
        yield
    finally:
        try:
            store.eval(_FREE, 1, key, mark)
        except redis.RedisError:  # it runs out by itself
            pass


def _take(store: "redis.Redis", name: str, count: int, mark: str, patience: float) -> str:
    until = time.monotonic() + patience
    while True:
        try:
            for number in range(count):
                key = f"kmikro:{name}:{number}"
                if store.set(key, mark, nx=True, ex=HELD):
                    return key
        except redis.RedisError:
            raise Taken("the place where connections are counted does not answer") from None
        if time.monotonic() >= until:
            raise Taken("both connections that we allow ourselves to a router are in use")
        threading.Event().wait(GAP)
