"""RouterOS 6.49 refuses what it does not have, and shows things its own way; 7 stays as it is."""

import pytest

from routers.virtual import VirtualRouter, files
from routers.virtual.device import SYSTEM, Call
from routers.virtual.dispatch import run
from routers.virtual.traps import Trap

SIX, SEVEN, OLD_SEVEN = "6.49.10 (long-term)", "7.20.8 (stable)", "7.9 (stable)"


def off(version: str) -> VirtualRouter:
    return VirtualRouter(address="127.9.9.9", version=version)


def said(version: str, path: str, verb: str, **args: str) -> str:
    try:
        run(off(version).device, SYSTEM, Call(path, verb, {k.replace("_", "-"): v for k, v in args.items()}))
    except Trap as trap:
        return trap.message
    return ""


@pytest.mark.parametrize(
    ("path", "verb", "args", "refusal"),
    [
        ("/interface/wireguard", "print", {}, "no such command or directory (wireguard)"),
        ("/system/device-mode", "print", {}, "no such command or directory (device-mode)"),
        ("/file", "add", {"name": "a.txt"}, "no such command"),
        ("/file", "read", {"file": "a"}, "no such command"),
        ("/radius", "add", {"protocol": "radsec"}, "unknown parameter"),
        ("/system/ntp/client", "set", {"servers": "a.b"}, "unknown parameter"),
        ("/ip/hotspot/profile", "add", {"name": "x", "html_directory_override": "y"}, "unknown parameter"),
        ("/queue/type", "add", {"name": "q", "kind": "cake"}, "input does not match any value of kind"),
        (
            "/user/group",
            "add",
            {"name": "g", "policy": "rest-api"},
            "input does not match any value of policy",
        ),
    ],
)
def test_what_is_of_seven_is_refused(path: str, verb: str, args: dict[str, str], refusal: str) -> None:
    assert said(SIX, path, verb, **args) == refusal
    assert said(SEVEN, path, verb, **args) != refusal


def test_seven_does_not_know_the_clock_of_six() -> None:
    assert said(SIX, "/system/ntp/client", "set", primary_ntp="9.9.9.9", enabled="yes") == ""
    assert said(SEVEN, "/system/ntp/client", "set", primary_ntp="9.9.9.9") == "unknown parameter primary-ntp"


def rows(version: str, path: str) -> list[dict[str, str]]:
    return run(off(version).device, SYSTEM, Call(path, "print", {})).rows


def test_things_are_shown_as_the_version_shows_them() -> None:
    assert rows(SIX, "/system/health") == [{"voltage": "24.1V", "temperature": "41C"}]
    assert {"name", "value", "type"} <= set(rows(SEVEN, "/system/health")[0])
    assert "/" in rows(SIX, "/system/clock")[0]["date"]
    assert "/" in rows(OLD_SEVEN, "/system/clock")[0]["date"]
    assert rows(SEVEN, "/system/clock")[0]["date"].count("-") == 2
    assert {"primary-ntp", "server-dns-names"} <= set(rows(SIX, "/system/ntp/client")[0])
    assert "servers" not in rows(SIX, "/system/ntp/client")[0]
    assert "primary-ntp" not in rows(SEVEN, "/system/ntp/client")[0]
    assert all("rest-api" not in row["policy"] for row in rows(SIX, "/user/group"))
    for version, name in (
        (SIX, "creation-time"),
        ("7.12.2 (stable)", "creation-time"),
        (SEVEN, "last-modified"),
    ):
        router = off(version)
        files.write(router.device, "a.txt", "x")
        (shown,) = run(router.device, SYSTEM, Call("/file", "print", {}, ["?name=a.txt"])).rows
        assert name in shown
        assert {"creation-time", "last-modified"} - {name} - set(shown)


def test_a_date_of_january_and_of_none() -> None:
    router = off(SIX)
    router.tree.add("/system/scheduler", {"name": "a", "start-date": "2026-01-05"})
    router.tree.add("/system/scheduler", {"name": "b", "start-date": "never"})
    shown = run(router.device, SYSTEM, Call("/system/scheduler", "print", {})).rows
    assert [row["start-date"] for row in shown] == ["jan/05/2026", "never"]
