"""The two ISPs of the walk."""

import pytest

from tenants.models import Isp
from tests.isolation.visits import unlimited
from tests.isolation.world import World, build

__all__ = ["unlimited"]


@pytest.fixture
def world(isp: Isp, neighbour: Isp, unlimited: None) -> World:
    """Both ISPs filled with canaries; rolled back with the test."""
    return build(isp, neighbour)
