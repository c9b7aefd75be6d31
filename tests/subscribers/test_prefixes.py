"""The column of an IPv6 prefix: 129 and bits after the prefix are refused when they are saved (R35)."""

from __future__ import annotations

import pytest
from django.db import DataError, connection

from kmikro.lib.refusal import Refusal
from subscribers.models import Service
from tenants import scope
from tenants.models import Isp
from tests.factories import make_service


@pytest.mark.parametrize("bad", ["2001:db8::/129", "2001:db8::1/64"])
def test_it_is_refused_when_it_is_saved(isp: Isp, bad: str) -> None:
    with scope.inside(isp.schema_name):
        service = make_service()
        service.delegated_ipv6_prefix = bad
        with pytest.raises(Refusal, match="no IPv6 prefix"):
            service.save()


@pytest.mark.parametrize("bad", ["2001:db8::/129", "2001:db8::1/64"])
def test_the_database_refuses_it_too(isp: Isp, bad: str) -> None:
    with pytest.raises(DataError), scope.inside(isp.schema_name), connection.cursor() as cursor:
        make_service()
        cursor.execute("UPDATE subscribers_service SET framed_ipv6_prefix = %s", [bad])


def test_it_comes_back_in_its_one_spelling(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        service = make_service(framed_ipv6_prefix="2001:0DB8:1:0::/64")
        assert Service.objects.get(pk=service.pk).framed_ipv6_prefix == "2001:db8:1::/64"
