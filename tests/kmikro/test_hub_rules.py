"""The hub's firewall in network namespaces, a veth in the tunnel's place: what passes, what does not, and who counts.

Routers A and B, the hub between them, and a place behind the hub's other interface.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from kmikro.lib import hub_rules
from kmikro.lib.hub_rules import Rules

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
HUB, A, B, META = "10.99.0.1", "10.99.0.2", "10.99.0.3", "169.254.169.254"
WATCH = """
table inet watch {
  counter arrived { }
  chain seen {
    type filter hook input priority -300;
    meta l4proto { tcp, udp, icmp } counter name arrived
  }
}
"""
RULES = Rules("kmtun", "10.99.0.0/16", HUB, (1812, 1813), (443, 8728, 8729), 3799, 8080)


def run(*argv: str, given: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        argv, input=given, capture_output=True, text=True, timeout=30, check=False, env={**os.environ, "PATH": PATH}
    )  # fmt: skip
    assert not check or done.returncode == 0, f"{argv}: {done.stderr}"
    return done


@pytest.fixture(scope="module")
def may() -> None:
    """Root, and the programs; elsewhere this says loudly that the firewall was not tried."""
    absent = [each for each in ("ip", "nft", "unshare") if shutil.which(each, path=PATH) is None]
    if absent:
        pytest.skip(f"NOT INSTALLED: {', '.join(absent)} (iproute2, nftables): the firewall was not tried")
    tried = run("unshare", "--net", "true", check=False)
    if tried.returncode:
        pytest.skip(
            f"NO NETWORK NAMESPACE CAN BE MADE HERE ({tried.stderr.strip()}): the firewall was not tried"
        )


@dataclass(frozen=True)
class Town:
    """Four namespaces: hub, routers a and b on one bridge whose hub's side is the tunnel, and a place beyond."""

    mark: str

    def at(
        self, who: str, *argv: str, given: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        return run("ip", "netns", "exec", f"{self.mark}{who}", *argv, given=given, check=check)

    def do(self, who: str, lines: str) -> None:
        """Some commands, one after the other."""
        for line in lines.split(";"):
            self.at(who, *line.split())

    def says(self, who: str, to: str, port: int, kind: str = "udp", source: str = "") -> None:
        """Send one packet, without hope of an answer."""
        code = (
            "import socket,sys\n"
            f"s=socket.socket(socket.AF_INET,socket.SOCK_{'DGRAM' if kind == 'udp' else 'STREAM'})\n"
            f"s.bind(({source!r},0)); s.settimeout(0.4)\n"
            "try:\n"
            f"    s.connect(({to!r},{port})); s.send(b'x')\n"
            "except OSError: pass\n"
        )
        self.at(who, sys.executable, "-c", code)

    def ping(self, who: str, to: str) -> bool:
        """One ICMP echo by hand: the program `ping` is not everywhere."""
        code = (
            "import socket\n"
            "s=socket.socket(socket.AF_INET,socket.SOCK_RAW,socket.IPPROTO_ICMP); s.settimeout(1)\n"
            f"s.sendto(bytes([8,0,0xf7,0xfd,0,1,0,1]),('{to}',0))\n"
            "try:\n"
            f"    d,f=s.recvfrom(99); print(f[0]=='{to}' and d[20]==0)\n"
            "except OSError: print(False)\n"
        )
        return self.at(who, sys.executable, "-c", code).stdout.strip() == "True"

    def talks(self, server: str, client: str, to: str, port: int, kind: str) -> bool:
        """Whether a server there hears a client's word and its answer comes back."""
        stream = kind == "tcp"
        serve = (
            "import socket\n"
            f"s=socket.socket(socket.AF_INET,socket.SOCK_{'STREAM' if stream else 'DGRAM'})\n"
            f"s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1); s.bind(('{to}',{port})); s.settimeout(3)\n"
            + ("s.listen()\n" if stream else "")
            + "print('ready',flush=True)\n"
            "try:\n"
            + (
                "    c,_=s.accept(); c.settimeout(2); c.sendall(c.recv(9))\n"
                if stream
                else "    d,f=s.recvfrom(9); s.sendto(d,f)\n"
            )
            + "except OSError: pass\n"
        )
        ask = (
            "import socket\n"
            f"s=socket.socket(socket.AF_INET,socket.SOCK_{'STREAM' if stream else 'DGRAM'})\n"
            "s.settimeout(1)\n"
            "try:\n"
            f"    s.connect(('{to}',{port})); s.sendall(b'word'); print(s.recv(9)==b'word')\n"
            "except OSError: print(False)\n"
        )
        place = ("ip", "netns", "exec", f"{self.mark}{server}", sys.executable, "-c", serve)
        with subprocess.Popen(
            place, stdout=subprocess.PIPE, text=True, env={**os.environ, "PATH": PATH}
        ) as there:
            assert there.stdout is not None
            assert there.stdout.readline() == "ready\n"
            heard = self.at(client, sys.executable, "-c", ask).stdout.strip() == "True"
            there.kill()
        return heard

    def blocked(self) -> hub_rules.Blocked:
        listed = self.at("hub", "nft", "-j", "list", "table", "inet", hub_rules.TABLE)
        return hub_rules.read(listed.stdout)

    def arrived(self, who: str) -> int:
        """Packets that another sent to this place."""
        listed = json.loads(self.at(who, "nft", "-j", "list", "counters").stdout)["nftables"]
        return sum(each["counter"]["packets"] for each in listed if "counter" in each)


@pytest.fixture(scope="module")
def town(may: None) -> Iterator[Town]:
    mark = f"km{os.getpid()}"
    made = Town(mark)
    names = ("hub", "a", "b", "far")
    try:
        for name in names:
            run("ip", "netns", "add", f"{mark}{name}")
            made.do(name, "ip link set lo up")
        # The tunnel: a bridge in the hub whose ports do not see each other, as WireGuard's peers do not.
        made.do(
            "hub", f"ip link add kmtun type bridge; ip address add {HUB}/16 dev kmtun; ip link set kmtun up"
        )
        for name, address in (("a", A), ("b", B)):
            made.do("hub", f"ip link add to-{name} type veth peer name wg netns {mark}{name}")
            made.do(
                "hub", f"ip link set to-{name} master kmtun up; bridge link set dev to-{name} isolated on"
            )
            made.do(name, f"ip address add {address}/32 peer {HUB} dev wg; ip link set wg up")
            made.do(name, f"ip route add default via {HUB} dev wg")
        made.do("hub", f"ip link add far type veth peer name near netns {mark}far")
        made.do(
            "hub", f"ip address add 192.0.2.1/24 dev far; ip link set far up; ip route add {META} dev far"
        )
        made.do("far", f"ip address add 192.0.2.2/24 dev near; ip address add {META}/32 dev near")
        made.do("far", "ip link set dev near up; ip route add 10.99.0.0/16 via 192.0.2.1")
        made.do("hub", "sysctl -q -w net.ipv4.ip_forward=1")
        for each in ("all", "default", "far", "kmtun"):
            made.do("hub", f"sysctl -q -w net.ipv4.conf.{each}.rp_filter=0")
        for name in ("a", "b", "far"):
            made.at(name, "nft", "-f", "-", given=WATCH)
        yield made
    finally:
        for name in names:
            run("ip", "netns", "delete", f"{mark}{name}", check=False)


@pytest.fixture
def shut(town: Town) -> Town:
    """With our rules, counters at nought."""
    town.at("hub", "nft", "-f", "-", given=hub_rules.text(RULES))
    return town


@pytest.mark.peer
def test_without_rules_everything_would_pass(town: Town) -> None:
    """The control: the town has roads, so what is shut below is shut by the rules."""
    town.at("hub", "nft", "delete", "table", "inet", hub_rules.TABLE, check=False)
    assert town.talks("far", "a", META, 80, "tcp")
    assert town.talks("hub", "a", HUB, 5432, "tcp")
    assert town.talks("a", "hub", A, 22, "tcp")
    assert town.talks("b", "a", B, 8728, "tcp")


@pytest.mark.peer
def test_routers_reach_radius_and_the_portal_and_nothing_else_of_ours(shut: Town) -> None:
    assert shut.talks("hub", "a", HUB, 1812, "udp")
    assert shut.talks("hub", "b", HUB, 1813, "udp")
    assert shut.talks("hub", "a", HUB, 8080, "tcp")
    assert shut.blocked().by_reason["refused"] == 0
    for port, kind in (
        (5432, "tcp"),
        (6379, "tcp"),
        (8000, "tcp"),
        (22, "tcp"),
        (1812, "tcp"),
        (53, "udp"),
        (2083, "tcp"),
    ):
        assert not shut.talks("hub", "a", HUB, port, kind), (port, kind)
    assert not shut.talks("hub", "a", "192.0.2.1", 1812, "udp"), (
        "nor RADIUS at another address of this machine"
    )
    assert not shut.ping("a", HUB)
    found = shut.blocked()
    assert found.by_reason["refused"] >= 9
    assert found.by_address[A] >= 9
    assert B not in found.by_address


@pytest.mark.peer
def test_routers_never_reach_each_other_or_what_lies_behind_the_hub(shut: Town) -> None:
    before = {who: shut.arrived(who) for who in ("b", "far")}
    for to in (B, META, "192.0.2.2"):
        for port, kind in ((8728, "tcp"), (80, "tcp"), (1812, "udp"), (3799, "udp")):
            shut.says("a", to, port, kind, source=A)
        assert not shut.ping("a", to)
    found = shut.blocked()
    assert found.by_reason["forwarded"] >= 15
    assert found.by_address == {A: found.by_reason["forwarded"]}
    assert {who: shut.arrived(who) for who in ("b", "far")} == before, "not one packet came through"


@pytest.mark.peer
def test_the_hub_reaches_the_api_and_coa_of_routers(shut: Town) -> None:
    for port, kind in ((8728, "tcp"), (8729, "tcp"), (443, "tcp"), (3799, "udp")):
        assert shut.talks("a", "hub", A, port, kind), port
    assert shut.ping("hub", B)
    assert shut.blocked().by_reason == dict.fromkeys(hub_rules.COUNTERS, 0)
    for port, kind in ((22, "tcp"), (8291, "tcp"), (53, "udp")):
        assert not shut.talks("a", "hub", A, port, kind), port
    assert shut.blocked().by_reason["unsent"] >= 3


@pytest.mark.peer
def test_an_address_of_the_tunnels_is_believed_from_the_tunnel_alone(shut: Town) -> None:
    """D4: RADIUS knows an ISP by this address."""
    shut.do("far", f"ip address add {A}/32 dev near")
    before = shut.arrived("a")
    shut.says("far", "192.0.2.1", 1812, "udp", source=A)
    shut.says("far", HUB, 1812, "udp", source="192.0.2.2")
    shut.says("far", A, 8728, "tcp", source="192.0.2.2")
    shut.do("far", f"ip address delete {A}/32 dev near")
    shut.says("far", A, 8728, "tcp", source="192.0.2.2")
    assert shut.blocked().by_reason["spoofed"] >= 3
    assert shut.arrived("a") == before


@pytest.mark.peer
def test_writing_the_rules_again_leaves_those_of_others(shut: Town) -> None:
    shut.at("hub", "nft", "-f", "-", given=WATCH)
    shut.at("hub", "nft", "-f", "-", given=hub_rules.text(RULES))
    listed = shut.at("hub", "nft", "list", "tables").stdout.split("\n")
    assert {"table inet watch", f"table inet {hub_rules.TABLE}"} <= set(listed)


def test_without_a_portal_port_there_is_none() -> None:
    assert "tcp dport 8080" in hub_rules.text(RULES)
    shut = hub_rules.text(Rules("wg0", "10.99.0.0/16", HUB, (1812, 1813), (8728,), 3799))
    assert "dport { 1812, 1813 } accept" in shut
    assert f"ip daddr {HUB} tcp" not in shut


def test_tunnels_of_two_kinds_have_the_same_rules() -> None:
    one, both = (
        hub_rules.text(Rules("wg0", "10.99.0.0/16", HUB, (1812,), (8728,), 3799, 0, others))
        for others in ((), ("sstp0",))
    )
    assert both == one.replace('"wg0"', '"wg0", "sstp0"')
    assert both.count('ifname { "wg0", "sstp0" }') == 5


def test_counters_of_others_are_not_read() -> None:
    assert (
        hub_rules.read('{"nftables": [{"counter": {"name": "theirs", "packets": 9}}]}') == hub_rules.Blocked()
    )
