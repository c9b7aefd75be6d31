"""A virtual router with our user on it, as the enrolment script leaves it."""

from collections.abc import Generator
from contextlib import contextmanager

from routers import script
from routers.device import Target
from routers.virtual import VirtualRouter
from tests.addresses import own

PASSWORD = "secret-password-of-ours"
NAUGHTY = '"><svg/onload=1><img src=x onerror=alert(1)>'


@contextmanager
def enrolled(
    host: int, *, version: str = "7.20.8 (stable)", policy: str = script.POLICY, identity: str = "Gate"
) -> Generator[tuple[VirtualRouter, Target], None, None]:
    with VirtualRouter(address=own(host), version=version, identity=identity) as router:
        router.tree.add("/user/group", {"name": "kmikro", "policy": policy})
        router.tree.add("/user", {"name": "kmikro", "group": "kmikro", "password": PASSWORD})
        yield router, Target(router.address, router.api_port, "kmikro", PASSWORD, "127.0.0.1")


def grant(router: VirtualRouter, line: str) -> None:
    """An operator pastes the line that a page shows."""
    assert router.paste(line) == ""
