"""The privileged half of the SSTP hub: its interface, made for a user without rights, a route to each router, the firewall.

`sstp_hub` only opens what the agent makes here. It works where the kernel has no WireGuard, too.
"""

import json
import pwd
from collections.abc import Iterable
from dataclasses import dataclass

from kmikro.lib import hub_rules
from kmikro.lib.hub_rules import Blocked, Rules
from kmikro.lib.sstp.options import MTU
from tenants import hub_kernel
from tenants.hub_kernel import Cannot, demand_tools, run

_LAST = "4294967294"  # the metric of a route that everything else goes before


@dataclass(frozen=True, slots=True)
class TunDevice:
    """The real one."""

    rules: Rules
    interface: str
    user: str

    def prepare(self) -> None:
        demand_tools("ip", "nft")
        if not self._is_there():
            run(["ip", "tuntap", "add", "dev", self.interface, "mode", "tun", "user", str(self._uid())])
        run(["nft", "-f", "-"], hub_rules.text(self.rules))
        run(["ip", "address", "replace", f"{self.rules.hub}/32", "dev", self.interface])
        run(["ip", "link", "set", "dev", self.interface, "mtu", str(MTU), "up"])
        # What is for no router that we know leaves this machine by no other way either.
        run(["ip", "route", "replace", "unreachable", self.rules.pool, "metric", _LAST])

    def _uid(self) -> int:
        try:
            return int(self.user) if self.user.isdecimal() else pwd.getpwnam(self.user).pw_uid
        except KeyError:
            raise Cannot(f"There is no user {self.user} on this machine; set KMIKRO_SSTP_USER.") from None

    def _is_there(self) -> bool:
        try:
            found = json.loads(run(["ip", "-json", "-details", "link", "show", "dev", self.interface]))
        except Cannot:
            return False
        kind = found[0].get("linkinfo", {})
        if kind.get("info_kind") != "tun" or kind.get("info_data", {}).get("type") != "tun":
            raise Cannot(f"An interface {self.interface} exists and is no TUN; set KMIKRO_SSTP_INTERFACE.")
        owner = kind["info_data"].get("user", "")
        if owner not in (self._uid(), self.user, str(self._uid())):
            raise Cannot(
                f"The interface {self.interface} is of user {owner or 'root'} and not of {self.user}: stop sstp_hub and "
                f"say `ip link delete {self.interface}`, or set KMIKRO_SSTP_USER."
            )
        return True

    def sync(self, addresses: Iterable[str]) -> None:
        listed = json.loads(
            run(["ip", "-4", "-json", "route", "show", "dev", self.interface, "table", "main"]) or "[]"
        )
        there, wanted = {each["dst"] for each in listed}, set(addresses)
        lines = [
            *(f"route delete {each} dev {self.interface}" for each in sorted(there - wanted)),
            *(
                f"route replace {each}/32 dev {self.interface} src {self.rules.hub}"
                for each in sorted(wanted - there)
            ),
        ]
        if lines:
            run(["ip", "-batch", "-"], "\n".join(lines) + "\n")

    def blocked(self) -> Blocked | None:
        return hub_kernel.blocked()
