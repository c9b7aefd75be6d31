"""What a router told is judged before anything is changed on it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routers import preflight
from routers.preflight import OK, STOP, WARN, Check, Intent

GOOD = (
    "version=7.20.8 (stable)\nmode=advanced\nflagged=false\nmode-hotspot=true\nmode-scheduler=true\ndate=2026-11-26\n"
    "interface=ether1\ninterface=bridge-lan\naddress=10.5.50.1/24\nfasttrack=0"
)
HOTSPOT = Intent("bridge-lan", frozenset({"hotspot"}), "kmikro")
PPPOE = Intent("bridge-lan", frozenset({"ppp"}), "kmikro", "ether1", "10.20.0.0/22")


def look(more: str = "", intent: Intent = HOTSPOT) -> dict[str, Check]:
    told = preflight.read(f"{more}\n{GOOD}".encode())
    return {check.key: check for check in preflight.checks(told, intent)}


def test_a_router_out_of_the_box_is_good() -> None:
    found = look()
    assert {check.state for check in found.values()} == {OK}
    assert list(found) == [
        "version", "mode", "clock", "names", "interface", "networks", "hotspot", "radius", "fasttrack",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "key", "words", "intent"),
    [
        ("version=6.48.6 (long-term)", "version", "Upgrade it to 6.49", HOTSPOT),
        ("version=", "version", "unknown version", HOTSPOT),
        ("mode-hotspot=false\nmode=home", "mode", "forbids hotspot", HOTSPOT),
        ("flagged=true", "mode", "flagged", HOTSPOT),
        ("user=somebody's", "names", "user kmikro that we did not make", HOTSPOT),
        ("group=", "names", "user group kmikro", HOTSPOT),
        ("rights=read,ssh,!policy", "names", "user group kmikro", HOTSPOT),
        ("rights=policy", "names", "user group kmikro", HOTSPOT),
        ("hotspot=bridge-lan\\theirs\\theirs", "hotspot", "(theirs)", HOTSPOT),
        ("pppoe=ether1\\\\isp", "pppoe", "(isp)", PPPOE),
        ("address=10.20.1.1/24", "networks", "10.20.1.1/24 lies in 10.20.0.0/22", PPPOE),
    ],
)
def test_what_is_in_the_way_stops_with_its_fix(told: str, key: str, words: str, intent: Intent) -> None:
    found = look(told, intent)[key]
    assert found.state == STOP
    assert words in found.text
    assert len(preflight.stops([found])) == 1


def test_an_interface_that_is_not_there_and_those_that_are() -> None:
    found = look(intent=Intent("ether9", frozenset({"hotspot"}), "kmikro"))["interface"]
    assert (found.state, "it has ether1, bridge-lan" in found.text) == (STOP, True)
    assert look(intent=Intent("ether9", frozenset({"login"}), "kmikro"))["interface"].state == OK


@pytest.mark.parametrize(
    ("told", "key", "words"),
    [
        ("date=jan/02/1970", "clock", "NTP"),
        ("radius=ppp;hotspot\\\\9.9.9.9", "radius", "9.9.9.9"),
        ("fasttrack=2", "fasttrack", "speed limits"),
        ("mode-scheduler=no\nmode=home", "mode", "scheduler"),
    ],
)
def test_what_is_worth_knowing_warns(told: str, key: str, words: str) -> None:
    found = look(told)[key]
    assert found.state == WARN
    assert words in found.text


def test_what_is_ours_is_in_nobodys_way() -> None:
    found = look(
        "user=kmikro:user\ngroup=kmikro:group\nhotspot=bridge-lan\\kmikro-hotspot\\kmikro-hotspot\n"
        "radius=hotspot\\kmikro:radius\\192.0.2.1"
    )
    assert {check.state for check in found.values()} == {OK}
    assert "enrolled before" in found["names"].text


SSTP = Intent("bridge-lan", frozenset({"hotspot"}), "kmikro", tunnel=("10.99.0.2", "10.99.0.1"), by_sstp=True)
WIREGUARD = Intent("bridge-lan", frozenset({"hotspot"}), "kmikro", tunnel=("10.99.0.2", "10.99.0.1"))


@pytest.mark.parametrize(("intent", "name"), [(SSTP, "kmikro-sstp"), (WIREGUARD, "kmikro-wg")])
def test_the_interface_of_a_tunnel_must_be_ours(intent: Intent, name: str) -> None:
    assert look("link=kmikro:tunnel", intent)["names"].state == OK
    found = look("link=", intent)["names"]
    assert (found.state, f"interface {name} that we did not make" in found.text) == (STOP, True)


def test_a_router_that_knows_our_hub_by_a_certificate_needs_its_clock() -> None:
    found = look("date=jan/02/1970", SSTP)["clock"]
    assert (found.state, "would not trust our tunnel hub" in found.text) == (STOP, True)
    assert look("", SSTP)["clock"].state == OK
    assert look("date=jan/02/1970", WIREGUARD)["clock"].state == WARN


def test_a_group_that_was_made_on_six_is_ours_on_seven() -> None:
    assert look("user=kmikro:user\ngroup=")["names"].state == OK
    assert look("user=kmikro:user\ngroup=theirs")["names"].state == STOP


@given(st.binary(max_size=400))
def test_whatever_is_told_ends_in_checks(body: bytes) -> None:
    for intent in (HOTSPOT, PPPOE):
        assert preflight.checks(preflight.read(body), intent)
        assert preflight.checks(preflight.read(b"version=7.20\n" + body), intent)


def test_a_command_for_another_version_names_the_right_one() -> None:
    assert "command for RouterOS 6.49" in preflight.wrong_version("6.49.10 (long-term)")
    assert "command for RouterOS 7 " in preflight.wrong_version("7.20.8 (stable)")
    assert "Upgrade it to 6.49 or to 7" in preflight.wrong_version("6.48.6 (long-term)")


@pytest.mark.parametrize(
    ("address", "state", "words"),
    [
        ("10.99.0.2/32", preflight.OK, "is in our way"),  # of an earlier paste
        ("10.98.0.1/16", preflight.OK, "is in our way"),
        ("10.99.0.1/24", preflight.STOP, "which its tunnel needs"),
        ("10.99.0.2/24", preflight.STOP, "which its tunnel needs"),
        ("10.0.0.1/8", preflight.WARN, "in its network 10.0.0.0/8 go to the tunnel"),
    ],
)
def test_addresses_of_the_tunnel_must_be_free(address: str, state: str, words: str) -> None:
    told = preflight.read(f"version=7.20.8\naddress={address}".encode())
    intent = preflight.Intent("", frozenset(), "kmikro", tunnel=("10.99.0.2", "10.99.0.1"))
    (found,) = [check for check in preflight.checks(told, intent) if check.key == "networks"]
    assert (found.state, words in found.text) == (state, True)


def test_our_own_group_of_six_is_in_nobodys_way() -> None:
    found = look("rights=read,write,test,api,ftp,sensitive,!policy,!reboot,!ssh,!web,!winbox,!telnet")[
        "names"
    ]
    assert found.state == OK
