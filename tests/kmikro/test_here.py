"""Which schema the connection reaches."""

import pytest

from kmikro.lib import here
from tenants import scope
from tenants.models import Isp


@pytest.mark.django_db
def test_it_is_the_isps_inside_and_public_outside(isp: Isp, neighbour: Isp) -> None:
    assert here.schema() == "public"
    for one in (isp, neighbour):
        with scope.inside(one.schema_name):
            assert here.schema() == one.schema_name
    assert here.schema() == "public"
