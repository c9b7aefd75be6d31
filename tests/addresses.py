"""Loopback addresses that belong to this test process alone: routers listen on fixed ports, two runs must not meet."""

import os

_NET = os.getpid() % 62_500


def own(host: int) -> str:
    """127.x.y.host; x and y come from the process id, x apart from the addresses that are written out in tests."""
    return f"127.{_NET // 250 + 4}.{_NET % 250 + 1}.{host}"
