"""Which usage the workers are told of: that of services whose plan limits it, and nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from radius import database, projector
from subscribers.models import Service
from tenants import scope
from tenants.models import Isp
from tests.factories import make_plan, make_voucher
from tests.radius.records import T0, put, record

NOW = datetime.fromtimestamp(T0 + 600, UTC)


def fold(isp: Isp, voucher: Any, kind: str, at: int, **fields: Any) -> None:
    put(record(kind, at, schema=isp.schema_name, name=voucher.code, session_id=f"s{voucher.pk}", **fields))
    while projector.project(NOW)[0]:
        pass


@pytest.mark.parametrize(
    ("limits", "told"),
    [({}, False), ({"data_limit_bytes": 10**9}, True), ({"time_limit_seconds": 10**6}, True)],
)
def test_usage_is_told_where_it_counts(fresh_isp: Isp, limits: dict[str, int], told: bool) -> None:
    with scope.inside(fresh_isp.schema_name):
        voucher = make_voucher(
            plan=make_plan(**{"data_limit_bytes": None, "time_limit_seconds": None} | limits)
        )
        service = Service.objects.get(pk=voucher.service_id)
    fold(fresh_isp, voucher, "start", 0)
    line = database.connect("test")
    try:
        with line.cursor() as cursor:
            cursor.execute("LISTEN kmikro_facts")
        fold(fresh_isp, voucher, "interim", 60, upload_octets=1, download_octets=2)
        mine = f"{fresh_isp.schema_name} s {service.lookup}"

        def heard() -> bool:
            with line.cursor() as cursor:
                cursor.execute("SELECT 1")
            line.poll()
            found = any(each.payload == mine for each in line.notifies)
            line.notifies.clear()
            return found

        assert heard() is told
        with scope.inside(fresh_isp.schema_name):
            counted = Service.objects.get(pk=service.pk)
            assert counted.bytes_used == 3
            Service.objects.filter(pk=service.pk).update(upload_bytes=0)
        assert heard(), "whoever else changes a counter is told of"
        with scope.inside(fresh_isp.schema_name):
            Service.objects.filter(pk=service.pk).update(expires_at=NOW + timedelta(days=1))
        assert heard()
    finally:
        line.close()
