"""Safe mode as routers have it: a help that can end without a word."""

from typing import Any

from routers.virtual import VirtualRouter
from routers.virtual.device import Call, Caller
from routers.virtual.dispatch import run
from routers.virtual.safemode import HALF_OPEN, MOST_ACTIONS, ended, tick
from tests.routers.benches import bench


def say(router: VirtualRouter, caller: Caller, command: str, **args: Any) -> None:
    path, _, verb = command.rpartition("/")
    run(router.device, caller, Call(path, verb, {n.replace("_", "-"): v for n, v in args.items()}))


def holder(router: VirtualRouter) -> Caller:
    caller = router.device.caller("admin", "api")
    caller.session = object()
    say(router, caller, "/safe-mode/take")
    return caller


def names(router: VirtualRouter, path: str) -> list[str]:
    return [row["name"] for row in router.tree.rows(path)]


def test_a_session_that_ends_takes_its_changes_with_it_but_not_its_files() -> None:
    router = bench()
    caller = holder(router)
    say(router, caller, "/ip/pool/add", name="mine", ranges="10.9.0.2-10.9.0.9")
    say(router, caller, "/file/add", name="kmikro/a.html", contents="x")
    assert "mine" in names(router, "/ip/pool")
    ended(router.device, caller.session)
    assert "mine" not in names(router, "/ip/pool")
    assert "kmikro/a.html" in names(router, "/file")


def test_who_holds_it_is_told_and_anybodys_release_keeps_the_changes() -> None:
    router = bench()
    caller = holder(router)
    say(router, caller, "/ip/pool/add", name="mine", ranges="10.9.0.2-10.9.0.9")
    shown = run(router.device, caller, Call("/safe-mode", "print", {})).rows
    assert (shown[0]["enabled"], shown[0]["user"]) == ("true", "admin")
    say(router, router.device.caller("kmikro", "api"), "/safe-mode/release")
    ended(router.device, caller.session)
    assert "mine" in names(router, "/ip/pool")


def test_after_a_hundred_changes_it_is_left_without_a_word() -> None:
    router = bench()
    caller = holder(router)
    for number in range(MOST_ACTIONS + 1):
        say(router, caller, "/ip/pool/add", name=f"p{number}", ranges="10.9.0.2-10.9.0.9")
    ended(router.device, caller.session)
    assert "p0" in names(router, "/ip/pool")


def test_a_half_open_connection_is_noticed_late() -> None:
    router = bench()
    caller = holder(router)
    say(router, caller, "/ip/pool/add", name="mine", ranges="10.9.0.2-10.9.0.9")
    router.faults.half_open = True
    ended(router.device, caller.session)
    tick(router.device)
    assert "mine" in names(router, "/ip/pool")
    router.device.clock.advance(HALF_OPEN)
    tick(router.device)
    assert "mine" not in names(router, "/ip/pool")


def test_a_goodbye_that_a_rule_drops_is_noticed_late() -> None:
    router = bench()
    caller = holder(router)
    say(router, caller, "/ip/pool/add", name="mine", ranges="10.9.0.2-10.9.0.9")
    ended(router.device, caller.session, heard=False)
    assert "mine" in names(router, "/ip/pool")
    router.device.clock.advance(HALF_OPEN)
    tick(router.device)
    assert "mine" not in names(router, "/ip/pool")
