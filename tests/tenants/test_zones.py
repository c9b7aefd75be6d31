"""Each ISP has its own clock."""

from tenants import scope, zones
from tenants.models import Isp


def test_it_is_that_of_the_isp_we_are_inside(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        assert zones.own().key == isp.time_zone == "Africa/Nairobi"
        with scope.outside():
            Isp.objects.filter(pk=isp.pk).update(time_zone="Asia/Kathmandu")
        assert zones.own().key == "Asia/Kathmandu"
        with scope.outside():
            Isp.objects.filter(pk=isp.pk).update(time_zone=isp.time_zone)
