"""Many virtual routers in one process: each with its own address, tree, log and API door, and nobody online.

They answer as any virtual router does; what has nothing to do without people (hotspot pages, RADIUS client, clock
ticks) is not switched on, so that a thousand of them fit beside the product on a small machine.
"""

import ipaddress
from typing import Self

from routers.virtual.router import VirtualRouter


class Fleet:
    """count routers at addresses from first on, all with the same API port."""

    def __init__(self, first: str, count: int, port: int, version: str = "7.20.8 (stable)") -> None:
        start = ipaddress.IPv4Address(first)
        self.routers = [
            VirtualRouter(str(start + number), port, version=version, identity=f"Fleet {number}")
            for number in range(count)
        ]

    def start(self) -> Self:
        """Open every API."""
        for each in self.routers:
            each.door.start()
        return self

    def stop(self) -> None:
        """Close every API."""
        for each in self.routers:
            each.door.stop()

    def told(self) -> dict[str, int]:
        """How many connections one router had at most, sign-ins, commands, and commands that wrote."""
        sent = [each for router in self.routers for each in list(router.commands)]
        logins = [1 for r in self.routers for line in list(r.device.lines) if "logged in" in line.message]
        return {
            "most_connections": max((each.door.most for each in self.routers), default=0),
            "sign_ins": len(logins),
            "commands": len(sent),
            "writes": sum(each.verb in ("add", "set", "remove") for each in sent),
        }
