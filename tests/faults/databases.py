"""PostgreSQL dies, is away, is full of other people's connections, or has a table that somebody locked."""

from __future__ import annotations

import itertools
import json
import time

import psycopg2

from tests.faults.catalogue import fault
from tests.faults.ground import Ground, counted_once, missing, serving
from tests.faults.load import ACCEPT, REJECT, SILENT, Caller, Login, percentile
from tests.waiting import until

CALM = ("calm", "as-ever")


def pause(seconds: float) -> None:
    """Let a fault last."""
    ends = time.monotonic() + seconds
    until(lambda: time.monotonic() >= ends, seconds + 5)


def callers(ground: Ground, auth: int, pace: float, long: bool) -> list[Caller]:
    """Somebody at every router who signs in again and again, `pace` a second in all.

    Three tries, as RouterOS asks; in the short form more, since tests run on machines that do other things besides.
    """
    made = [
        Caller(
            address,
            secret,
            auth,
            itertools.repeat(CALM),
            pace=pace / len(ground.routers),
            tries=3 if long else 15,
        )
        for address, secret in ground.routers.items()
    ]
    for one in made:
        one.start()
    return made


def outcome(made: list[Caller]) -> list[Login]:
    return [login for each in made for login in each.stop()]


def tell(logins: list[Login]) -> str:
    times = [each.seconds for each in logins if each.code == ACCEPT]
    return f"{len(logins)} logins, p99 {percentile(times, 99) * 1000:.0f} ms"


def none_wrong(logins: list[Login]) -> None:
    wrong = [each for each in logins if each.code == REJECT]
    assert not wrong, f"{len(wrong)} valid logins were rejected"
    silent = [each for each in logins if each.code == SILENT]
    assert not silent, f"{len(silent)} of {len(logins)} logins were never answered"
    assert logins, "nobody signed in"


def _web(ground: Ground) -> dict[str, str]:
    found: dict[str, str] = json.loads(ground.run("tests.faults.web", "look"))
    return found


@fault("F1", "kill -9 of PostgreSQL under logins and accounting; back after 20 s", quick=False)
def killed(ground: Ground, long: bool) -> str:
    with serving(ground) as daemon:
        people = callers(ground, daemon.auth, 200 if long else 100, long)
        daemon.load()
        daemon.more(200)
        until(lambda: all(len(each.logins) > 20 for each in people), 20)
        ground.cluster.kill()
        down_at = time.monotonic()
        answer = _web(ground)
        daemon.more(400)
        pause(max(0.0, (20 if long else 3) - (time.monotonic() - down_at)))
        down = time.monotonic() - down_at
        ground.cluster.start()
        daemon.more(200)
        logins = outcome(people)
        found = daemon.settle()
    none_wrong(logins)
    assert answer["status"] == "503" and answer["retry"] and "Traceback" not in answer["body"], answer
    lost = missing(daemon, found)
    assert not lost, f"{len(lost)} acknowledged records are lost"
    assert counted_once(found), "usage was counted twice"
    return (
        f"down {down:.0f} s; {tell(logins)}, 0 refused; {len(daemon.acked())} records kept, 0 lost; web 503"
    )


@fault("F2", "PostgreSQL refuses connections for a minute", quick=False)
def away(ground: Ground, long: bool) -> str:
    with serving(ground, "plain") as daemon:
        daemon.load()
        daemon.more(200)
        ground.cluster.halt()
        down_at, before = time.monotonic(), len(daemon.acked())
        pause(60 if long else 3)
        taken, waiting = len(daemon.acked()) - before, daemon.spooled()
        assert taken > 0, "records were not taken while PostgreSQL was away"
        assert waiting > 0, "nothing lies in the spool"
        down = time.monotonic() - down_at
        ground.cluster.start()
        began = time.monotonic()
        found = daemon.settle(300)
        drained = time.monotonic() - began
    assert not missing(daemon, found), f"{len(missing(daemon, found))} acknowledged records are lost"
    assert counted_once(found), "usage was counted twice"
    return f"away {down:.0f} s, {taken} records into {waiting >> 10} KiB of spool, drained and folded in {drained:.0f} s, 0 lost"


@fault("F3", "somebody else uses up the connections of PostgreSQL", quick=True)
def slots(ground: Ground, long: bool) -> str:
    held: list[psycopg2.extensions.connection] = []
    with serving(ground, "plain") as daemon:
        try:
            try:
                while len(held) < 1_000:
                    held.append(psycopg2.connect(ground.cluster.server.url))
            except psycopg2.OperationalError as full:
                assert "too many connections" in str(full), full
            answer = _web(ground)
            assert answer["status"] == "503", f"web says {answer['status']}"
            for each in daemon.workers():  # new workers need new connections
                daemon.kill_worker()
                until(lambda gone=each: gone not in daemon.children(), 10)
            until(
                lambda: len(daemon.workers()) >= 2 and daemon.answers(1) == ACCEPT, 30, "no new worker serves"
            )
            people = callers(ground, daemon.auth, 100, long)
            daemon.load()
            daemon.more(600)
            logins = outcome(people)
            assert daemon.spooled() == 0, "records had to go to the spool"
        finally:
            for line in held:
                line.close()
        found = daemon.settle()
    none_wrong(logins)
    assert not missing(daemon, found)
    return f"{len(held)} connections held by others, web 503; new workers connected; {tell(logins)}, 0 to the spool"


@fault("F4", "a transaction holds a lock on a table of one ISP", quick=False)
def locked(ground: Ground, long: bool) -> str:
    other = json.loads(ground.run("tests.faults.neighbour"))
    with serving(ground, "plain") as daemon:

        def measure(seconds: float) -> list[float]:
            people = callers(ground, daemon.auth, 200, long)
            pause(seconds)
            logins = outcome(people)
            none_wrong(logins)
            return [each.seconds for each in logins]

        seconds = 15.0 if long else 4.0
        quiet = measure(seconds)
        line = psycopg2.connect(ground.cluster.server.url)
        try:
            with line.cursor() as cursor:
                cursor.execute(f'SET ROLE "{other["schema"]}"')
                cursor.execute(f'LOCK TABLE "{other["schema"]}".subscribers_service IN ACCESS EXCLUSIVE MODE')
            # Names that no worker has in memory, so that every one of them would read the locked table.
            strangers = Caller(
                other["address"], other["secret"], daemon.auth,
                ((f"cold-{number}", "x") for number in itertools.count()), pace=50, tries=1, patience=3.0,
            )  # fmt: skip
            strangers.start()
            busy = measure(seconds)
            cold = strangers.stop()
        finally:
            line.rollback()
            line.close()
    assert cold and all(each.code != ACCEPT for each in cold)
    before, during = percentile(quiet, 99), percentile(busy, 99)
    assert during < max(2 * before, 0.05), (
        f"p99 of the others went from {before * 1000:.1f} to {during * 1000:.1f} ms"
    )
    return (
        f"others' p99 {before * 1000:.1f} ms before, {during * 1000:.1f} ms during {seconds:.0f} s of lock; "
        f"{len(cold)} cold logins of that ISP not answered, none let in"
    )
