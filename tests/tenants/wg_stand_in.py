"""A WireGuard interface of the mind: speaks to the real `wg` as a user-space implementation does, by its socket.

Run in a network namespace of its own: `python -m tests.tenants.wg_stand_in real|stand-in`. Drives LinuxKernel and prints
what became of it as JSON. `real` uses the kernel's WireGuard.
"""

import json
import os
import socket
import sys
import threading
from pathlib import Path

from kmikro.lib import wireguard
from kmikro.lib.hub_rules import COUNTERS, TABLE, Rules
from kmikro.lib.wireguard import Peer
from tenants.hub_kernel import Cannot, LinuxKernel, run

FOLDER = Path("/var/run/wireguard")
SHOOK = 1_764_158_400


class Interface:
    """Peers by key, each with the lines that `wg` set; and every `set` as it came."""

    def __init__(self, name: str) -> None:
        FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = FOLDER / f"{name}.sock"
        self.path.unlink(missing_ok=True)
        self.own: dict[str, str] = {}
        self.peers: dict[str, list[str]] = {}
        self.sets: list[list[str]] = []
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(str(self.path))
        self.door.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            line, _ = self.door.accept()
            with line:
                asked = self.asked(line)
                if not asked:  # `wg` only looks whether somebody is there
                    continue
                if asked[0] == "set=1":
                    self.sets.append(asked[1:])
                    self.take(asked[1:])
                line.sendall(((self.told() if asked == ["get=1"] else "") + "errno=0\n\n").encode())

    def asked(self, line: socket.socket) -> list[str]:
        octets = b""
        while not octets.endswith(b"\n\n"):
            more = line.recv(65_536)
            if not more:
                return []
            octets += more
        return octets.decode().split("\n")[:-2]

    def told(self) -> str:
        lines = [f"{name}={value}" for name, value in self.own.items()]
        for key, more in self.peers.items():
            met = [
                "endpoint=198.51.100.7:51099",
                f"last_handshake_time_sec={SHOOK}",
                "rx_bytes=92",
                "tx_bytes=180",
            ]
            lines += [f"public_key={key}", *(each for each in more if not each.startswith("replace")), *met]
        return "".join(f"{each}\n" for each in lines)

    def take(self, lines: list[str]) -> None:
        key = ""
        for line in lines:
            name, _, value = line.partition("=")
            if name == "replace_peers":
                self.peers.clear()
            elif name == "public_key":
                key = value
                self.peers.setdefault(key, [])
            elif name == "remove":
                self.peers.pop(key, None)
            elif key:
                self.peers[key].append(line)
            else:
                self.own[name] = value


def main(how: str) -> None:
    name = f"kmt{os.getpid()}"
    rules = Rules(name, "10.99.0.0/16", "10.99.0.1", (1812, 1813), (443, 8728, 8729), 3799)
    kernel = LinuxKernel(rules, 16, "wireguard" if how == "real" else "bridge")
    told: dict[str, object] = {}
    kernel.prepare()
    kernel.prepare()
    stand_in = Interface(name) if how != "real" else None
    try:
        private = wireguard.new_private()
        first, second = (Peer(wireguard.public_of(wireguard.new_private()), f"10.99.0.{n}") for n in (2, 3))
        kernel.sync(wireguard.config(private, 51820, [first]))
        told["one"] = [each.public_key for each in kernel.seen()] == [first.public_key]
        kernel.sync(wireguard.config(private, 51820, [first, second]))
        told["two"] = {each.public_key for each in kernel.seen()} == {first.public_key, second.public_key}
        kernel.sync(wireguard.config(private, 51820, [second]))
        told["other"] = [each.public_key for each in kernel.seen()] == [second.public_key]
        told["shook"] = [each.handshake for each in kernel.seen()] == [SHOOK] if stand_in else True
        told["kept"] = (
            stand_in is None
            or second.address in str(stand_in.peers)
            and first.address not in str(stand_in.peers)
        )
        try:
            kernel.sync(f"[Interface]\nPrivateKey = {private}\nNonsense = {private}\n")
            told["refused"] = ""
        except Cannot as cannot:
            told["refused"], told["leaked"] = str(cannot), private in str(cannot)
        blocked = kernel.blocked()
        told["counted"] = blocked is not None and set(blocked.by_reason) == set(COUNTERS)
        run(["nft", "delete", "table", "inet", TABLE])
        told["flushed"] = kernel.blocked() is None
        told["address"] = "10.99.0.1/16" in run(["ip", "-o", "address", "show", "dev", name])
        told["mtu"] = "mtu 1412" in run(["ip", "-o", "link", "show", "dev", name])
        other = LinuxKernel(rules, 16, "vlan")
        try:
            other.prepare()
        except Cannot as cannot:
            told["another"] = str(cannot)
    finally:
        if stand_in is not None:
            stand_in.path.unlink(missing_ok=True)
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
