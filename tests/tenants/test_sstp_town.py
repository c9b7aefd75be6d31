"""Packets that really pass: routers and the SSTP hub in network namespaces, each with an interface, a line between them.

The firewall is the agent's, the interface is made by it, and the hub is a process without any right.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmikro.lib import hub_rules
from tests.kmikro.test_hub_rules import PATH, Town, run
from tests.tenants.sstp_town import HUB, OUTSIDE, PORT, RULES, A, B

ROOT = Path(__file__).resolve().parents[2]
META, NAMES = "169.254.169.254", ("hub", "a", "b", "c", "far")
C = "10.99.1.9"  # comes by WireGuard, for which a plain line stands


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    absent = [each for each in ("ip", "nft", "unshare", "mknod") if shutil.which(each, path=PATH) is None]
    if absent:
        pytest.skip(f"NOT INSTALLED: {', '.join(absent)} (iproute2, nftables): the SSTP hub was not tried")
    if run("unshare", "--net", "true", check=False).returncode or not Path("/dev/net/tun").exists():
        pytest.skip("NO NETWORK NAMESPACE OR NO /dev/net/tun HERE: the SSTP hub was not tried")
    state = tmp_path_factory.mktemp("sstp")
    (state / "hub").mkdir()
    for each in (state, state / "hub"):
        each.chmod(0o777)
    run("mknod", "-m", "666", str(state / "tun"), "c", "10", "200")
    for above in state.parents:  # the hub's user has to come here
        if above.owner() == Path("/").owner() and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o011)
    made = Town(f"ks{os.getpid()}")
    processes: list[subprocess.Popen[str]] = []

    def start(who: str, *words: str) -> None:
        argv = [
            "ip",
            "netns",
            "exec",
            f"{made.mark}{who}",
            sys.executable,
            "-m",
            "tests.tenants.sstp_town",
            *words,
        ]
        env = {**os.environ, "PATH": PATH, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT)
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", who

    try:
        for name in NAMES:
            run("ip", "netns", "add", f"{made.mark}{name}")
            made.do(name, "ip link set lo up; sysctl -q -w net.ipv6.conf.all.disable_ipv6=1")
            made.do(name, "sysctl -q -w net.ipv6.conf.default.disable_ipv6=1")  # its noise would be counted
        for at, name in enumerate(("a", "b")):
            made.do("hub", f"ip link add to-{name} type veth peer name wan netns {made.mark}{name}")
            made.do("hub", f"ip address add {OUTSIDE}/32 dev to-{name}; ip link set to-{name} up")
            made.do(name, f"ip address add 198.51.100.{at + 7}/24 dev wan; ip link set wan up")
            made.do("hub", f"ip route add 198.51.100.{at + 7}/32 dev to-{name}")
        made.do("hub", f"ip link add {RULES.interface} type veth peer name wg netns {made.mark}c")
        made.do(
            "hub",
            f"ip link set {RULES.interface} up; ip route add {C}/32 dev {RULES.interface} src {OUTSIDE}",
        )
        made.do(
            "c",
            f"ip address add {C}/32 peer {HUB} dev wg; ip link set wg up; ip route add default via {HUB} dev wg",
        )
        made.do("hub", f"sysctl -q -w net.ipv4.conf.{RULES.interface}.proxy_arp=1")
        made.do("hub", "sysctl -q -w net.ipv4.conf.all.rp_filter=0")
        made.do("hub", f"ip link add far type veth peer name near netns {made.mark}far")
        made.do("hub", "ip address add 192.0.2.1/24 dev far; ip link set far up")
        made.do("hub", f"ip route add {META} dev far; ip route add default via 192.0.2.2")
        made.do("far", f"ip address add 192.0.2.2/24 dev near; ip address add {META}/32 dev near")
        made.do("far", "ip link set dev near up; ip route add 10.99.0.0/16 via 192.0.2.1")
        made.do("hub", "sysctl -q -w net.ipv4.ip_forward=1")
        start("hub", "hub", str(state / "hub"), str(state / "tun"))
        for name, address in (("a", A), ("b", B)):
            start(name, "router", OUTSIDE, str(PORT), str(state / "hub/sstp.crt"), address)
        yield made
    finally:
        for process in processes:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()
        for name in NAMES:
            run("ip", "netns", "delete", f"{made.mark}{name}", check=False)


@pytest.fixture
def shut(town: Town) -> Town:
    """With the rules, counters at nought."""
    town.at("hub", "nft", "-f", "-", given=hub_rules.text(RULES))
    return town


@pytest.mark.peer
def test_without_rules_this_machine_is_open_and_only_the_hub_itself_keeps_routers_apart(town: Town) -> None:
    """The control: there is a road, so what is shut below is shut by the rules."""
    town.at("hub", "nft", "delete", "table", "inet", hub_rules.TABLE)
    assert town.talks("hub", "a", HUB, 5432, "tcp")
    assert town.talks("hub", "a", HUB, 22, "tcp")
    assert town.talks("a", "hub", A, 22, "tcp")
    assert not town.talks("b", "a", B, 8728, "tcp")


@pytest.mark.peer
def test_radius_passes_and_the_api_the_other_way(shut: Town) -> None:
    for name in ("a", "b"):
        assert shut.talks("hub", name, HUB, 1812, "udp")
        assert shut.talks("hub", name, HUB, 1813, "udp")
    assert shut.talks("hub", "a", HUB, 8080, "tcp")
    for name, address in (("a", A), ("b", B)):
        for port, kind in ((8728, "tcp"), (8729, "tcp"), (3799, "udp")):
            assert shut.talks(name, "hub", address, port, kind), port
        assert shut.ping("hub", address)
    assert shut.blocked().by_reason == dict.fromkeys(hub_rules.COUNTERS, 0)


@pytest.mark.peer
def test_postgresql_ssh_and_the_web_are_refused(shut: Town) -> None:
    for port, kind in (
        (5432, "tcp"),
        (6379, "tcp"),
        (8000, "tcp"),
        (22, "tcp"),
        (443, "tcp"),
        (1812, "tcp"),
        (53, "udp"),
    ):
        assert not shut.talks("hub", "a", HUB, port, kind), (port, kind)
    assert not shut.ping("a", HUB)
    found = shut.blocked()
    assert found.by_reason["refused"] >= 8
    assert set(found.by_address) == {A}
    for port in (22, 8291):
        assert not shut.talks("a", "hub", A, port, "tcp")


@pytest.mark.peer
def test_no_router_reaches_another_or_what_lies_behind(shut: Town) -> None:
    assert not shut.talks("b", "a", B, 8728, "tcp")
    assert not shut.talks("far", "a", META, 80, "tcp")
    assert not shut.talks("hub", "a", "192.0.2.1", 1812, "udp"), (
        "nor RADIUS at another address of this machine"
    )
    for source in (B, HUB, "192.0.2.9"):
        shut.do("a", f"ip address add {source}/32 dev sstp-out")
        shut.says("a", HUB, 1812, "udp", source=source)
        shut.do("a", f"ip address delete {source}/32 dev sstp-out")
    assert not shut.talks("hub", "far", HUB, 1812, "udp")
    assert shut.blocked().by_reason["forwarded"] == 0, "the hub let none of it come to the firewall"


@pytest.mark.peer
def test_neither_kind_of_tunnel_reaches_the_other(shut: Town) -> None:
    assert shut.talks("hub", "c", HUB, 1812, "udp"), "there is a line"
    assert not shut.talks("a", "c", A, 8728, "tcp")
    found = shut.blocked()
    assert found.by_reason["forwarded"] >= 1
    assert set(found.by_address) == {C}
    assert not shut.talks("c", "a", C, 8728, "tcp"), "the hub lets nothing through but what is for itself"
    assert shut.blocked().by_reason["forwarded"] == found.by_reason["forwarded"]


@pytest.mark.peer
def test_what_is_for_no_router_leaves_by_no_other_way(shut: Town) -> None:
    listed = shut.at("hub", "ip", "route", "get", "10.99.0.77", check=False)
    assert "No route to host" in listed.stderr
    assert f"dev {RULES.others[0]}" in shut.at("hub", "ip", "route", "get", A).stdout
