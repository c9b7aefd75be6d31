"""Every fault on a router with safe mode, on one without, and on one of RouterOS 6."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.addresses import own
from tests.faults_routers.scenes import (
    LOCKOUTS,
    SCENES,
    commands,
    crowded,
    firewall_written,
    held_by_another,
    play,
    shut_out,
)
from tests.faults_routers.site import Site, hurried
from tests.faults_routers.tally import Tally

VERSIONS = ("7.20.8 (stable)", "7.12.2 (stable)", "6.49.10 (long-term)")
FEW = 6  # places of a push at which slow things are tried


def places(count: int, *, every: bool, short: bool) -> list[int]:
    """At which commands of a push something breaks; +2 is after the last."""
    if every and not short:
        return list(range(1, count + 2))
    step = max(1, count // (3 if short else FEW))
    return list(range(step, count + 1, step))


@contextmanager
def site_of(host: int, version: str) -> Iterator[Site]:
    with hurried(), firewall_written():
        site = Site(own(host), version)
        try:
            yield site
        finally:
            site.close()


def run(total: Tally, *, short: bool, say: Callable[[str], None] = lambda line: None) -> None:
    """Everything; say gets a line for each fault."""
    for host, version in enumerate(VERSIONS, 60):
        with site_of(host, version) as site:
            count = commands(site)
            say(f"RouterOS {version}: a push says {count} commands")
            for scene in SCENES:
                tried = places(count, every=scene.every, short=short)
                for number in tried:
                    total.add(f"{version} {scene.name} {number}", play(site, scene, number))
                say(f"  {scene.name}: {scene.says}, at {len(tried)} places")
            for first in (False, True):
                for values in LOCKOUTS[: 2 if short else None]:
                    total.add(f"{version} lockout {values} {first}", shut_out(site, values, first=first))
            say(f"  lockout: a rule that cuts our access, {2 * len(LOCKOUTS[: 2 if short else None])} ways")
            total.add(f"{version} crowded", crowded(site))
            if version == VERSIONS[0]:
                total.add(f"{version} held", held_by_another(site))
