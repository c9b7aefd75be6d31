"""The hub's hand on the kernel: `ip`, `wg` and `nft`, called with fixed words, secrets by a pipe.

Whatever is missing becomes one sentence (Cannot); nothing here knows the database.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kmikro.lib import hub_rules, wireguard
from kmikro.lib.hub_rules import Blocked, Rules
from kmikro.lib.wireguard import Seen

TOOLS = {"ip": "iproute2", "wg": "wireguard-tools", "nft": "nftables"}
SECONDS = 20
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/local/sbin"))


class Cannot(Exception):
    """The hub cannot run here; the text says why and what to do."""


class Kernel(Protocol):
    """What the agent needs of the machine."""

    def prepare(self) -> None:
        """Interface, firewall, and only then address and up; can be repeated. Raises Cannot."""
        ...

    def sync(self, config: str) -> None:
        """Make the peers as in the configuration, without disturbing those that stay. Raises Cannot."""
        ...

    def seen(self) -> list[Seen]: ...

    def blocked(self) -> Blocked | None:
        """What the firewall dropped; None when it is not there any more."""
        ...


@dataclass(frozen=True, slots=True)
class LinuxKernel:
    """The real one."""

    rules: Rules
    prefix: int  # of the pool
    kind: str = "wireguard"  # a test puts another kind in its place where the kernel has no WireGuard

    def prepare(self) -> None:
        demand_tools("ip", "wg", "nft")
        name = self.rules.interface
        if (
            not self._is_there()
        ):  # without address and down it lets nothing through before the firewall stands
            run(["ip", "link", "add", "dev", name, "type", self.kind])
        run(["nft", "-f", "-"], hub_rules.text(self.rules))
        run(["ip", "address", "replace", f"{self.rules.hub}/{self.prefix}", "dev", name])
        run(["ip", "link", "set", "dev", name, "mtu", str(wireguard.MTU), "up"])

    def _is_there(self) -> bool:
        try:
            found = json.loads(run(["ip", "-json", "-details", "link", "show", "dev", self.rules.interface]))
        except Cannot:
            return False
        kind = found[0].get("linkinfo", {}).get("info_kind", "none")
        if kind != self.kind:
            raise Cannot(
                f"An interface {self.rules.interface} exists and is no WireGuard; set KMIKRO_TUNNEL_INTERFACE."
            )
        return True

    def sync(self, config: str) -> None:
        run(["wg", "syncconf", self.rules.interface, "/dev/stdin"], config)

    def seen(self) -> list[Seen]:
        return wireguard.read_dump(run(["wg", "show", self.rules.interface, "dump"]))

    def blocked(self) -> Blocked | None:
        return blocked()


def blocked() -> Blocked | None:
    """What the firewall dropped; None when it is not there any more."""
    try:
        return hub_rules.read(run(["nft", "-j", "list", "table", "inet", hub_rules.TABLE]))
    except Cannot:
        return None


def demand_tools(*names: str) -> None:
    """Raises Cannot with the packages of the programs that are missing."""
    absent = [f"{each} ({TOOLS[each]})" for each in names if not shutil.which(each, path=_PATH)]
    if absent:
        raise Cannot(f"Not installed on this machine: {', '.join(absent)}.")


def run(argv: Sequence[str], given: str = "") -> str:
    """What the command printed; its complaint becomes a Cannot, and what it was given never appears in that."""
    try:
        done = subprocess.run(
            argv, input=given, capture_output=True, text=True, timeout=SECONDS, check=False,
            env={**os.environ, "PATH": _PATH, "LC_ALL": "C"},
        )  # fmt: skip
    except FileNotFoundError:
        raise Cannot(f"{argv[0]} ({TOOLS.get(argv[0], '?')}) is not installed on this machine.") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Cannot(f"{argv[0]} could not be run: {type(error).__name__}.") from None
    if done.returncode == 0:
        return done.stdout
    raise Cannot(_in_words(argv, done.stderr))


def _in_words(argv: Sequence[str], said: str) -> str:
    if argv[1] == "tuntap" and "No such" in said:
        return "This machine has no /dev/net/tun."
    if "Unknown device type" in said or "not supported" in said:
        return "The kernel of this machine has no WireGuard."
    if "not permitted" in said or "you must be root" in said:
        return "The agent may not change the network: run it as root, or with the capability NET_ADMIN."
    if argv[0] == "wg":  # wg repeats the line that it does not understand, and that may be a key
        return "wg refused the configuration."
    return f"{argv[0]} {argv[1]}: {' '.join(said.split())[:200] or 'no reason given'}"
