"""Proof that a router can still be reached: a new login over a new connection, the same router, and RADIUS as before."""

from collections.abc import Callable

from routers import asking, device, echo
from routers.desired import Facts, Wish
from routers.device import DeviceError, Target


def prover(target: Target, wish: Wish, facts: Facts) -> Callable[[], str]:
    """Gives what is wrong in words, or nothing. RADIUS is asked for only where it was heard before the change."""
    heard_before = _listens(facts) and _heard(target, wish, tries=2)

    def prove() -> str:
        try:
            with device.opened(target) as again:
                serial = asking.serial_of(again)
        except DeviceError as error:
            return f"A new login does not work: {error}"
        if facts.serial and serial and serial != facts.serial:
            return f"Another router answers now: its serial number is {serial}, not {facts.serial}."
        if heard_before and not _heard(target, wish, tries=echo.TRIES):
            return "The router does not hear our RADIUS server any more."
        return ""

    return prove


def _listens(facts: Facts) -> bool:
    return any(row.values.get("accept") == "true" for row in facts.of("/radius/incoming"))


def _heard(target: Target, wish: Wish, *, tries: int) -> bool:
    return echo.heard(target.address, wish.coa_port, wish.radius_secret, source=target.source, tries=tries)
