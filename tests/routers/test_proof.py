"""Proof that a router can be reached asks as much as worked before, and notices another router."""

from collections.abc import Iterator

import pytest

from routers import device, proof, sync
from tests.addresses import own
from tests.faults_routers.site import Site, hurried


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with hurried():
        made = Site(own(67), "7.20.8 (stable)")
        yield made
        made.close()


def read(site: Site) -> sync.Facts:
    with device.opened(site.target) as talk:
        return sync.read(talk)


def test_login_identity_and_radius(site: Site) -> None:
    prove = proof.prover(site.target, site.first, read(site))
    assert prove() == ""
    site.router.faults.drop_coa = True
    assert "RADIUS" in prove()
    site.router.faults.drop_coa = False
    serial, site.router.device.serial = site.router.device.serial, "HE0THER00001"
    assert "Another router answers now" in prove()
    site.router.device.serial = serial
    site.router.faults.refuse_login = True
    assert "A new login does not work" in prove()
    site.router.faults.refuse_login = False


def test_radius_that_was_not_heard_before_proves_nothing(site: Site) -> None:
    site.router.faults.drop_coa = True
    prove = proof.prover(site.target, site.first, read(site))
    assert prove() == ""
    site.router.faults.drop_coa = False
