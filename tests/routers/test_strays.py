"""A router that tries its tunnel on others is told of once, and once when that is over."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routers import alert_rules, strays, tasks
from routers.models import Incident, Notice, Router
from tenants import scope
from tenants.models import Isp, TunnelPeer
from tests.factories import make_router
from tests.routers.test_offering import BY

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def tunnel(isp: Isp, router: Router, blocked: int) -> None:
    with scope.outside():
        TunnelPeer.objects.update_or_create(
            schema=isp.schema_name,
            router_id=router.pk,
            defaults={
                "address": f"10.255.0.{router.pk % 200 + 2}",
                "made_at": NOW,
                "blocked_packets": blocked,
            },
        )


@pytest.mark.django_db
def test_it_is_opened_once_and_closed_once(inside_isp: Isp) -> None:
    gate, calm = make_router(name="Gate"), make_router(name="Calm")
    tunnel(inside_isp, gate, 3)
    tunnel(inside_isp, calm, 0)
    (opened,) = strays.noticed(now=NOW)
    assert (opened.router, opened.kind, opened.closed_at) == (gate, "strays", None)
    assert "sent 3 packets through its tunnel" in opened.text
    tunnel(inside_isp, gate, 900)
    assert strays.noticed(now=NOW + MINUTE) == []
    tunnel(inside_isp, gate, 0)
    (closed,) = strays.noticed(now=NOW + 2 * MINUTE)
    assert (closed.pk, closed.closed_at) == (opened.pk, NOW + 2 * MINUTE)
    assert strays.noticed(now=NOW + 3 * MINUTE) == []
    tunnel(inside_isp, gate, 1)
    (again,) = strays.noticed(now=NOW + 4 * MINUTE)
    assert again.pk != opened.pk and "1 packet through" in again.text


@pytest.mark.django_db
def test_a_router_that_leaves_and_a_tunnel_of_a_neighbour_are_none_of_it(inside_isp: Isp) -> None:
    leaving, gate = make_router(name="Leaving", leaving_at=NOW), make_router(name="Gate")
    tunnel(inside_isp, leaving, 5)
    with scope.outside():
        TunnelPeer.objects.create(
            schema="t_neighbour00",
            router_id=gate.pk,
            address="10.255.1.9",
            made_at=NOW,
            blocked_packets=9,
        )
    assert strays.noticed(now=NOW) == []


def test_the_round_tells_who_wants_to_know_once(fresh_isp: Isp, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("routers.telling.send_notice.soon", lambda *args, **_options: sent.append(args))
    with scope.inside(fresh_isp.schema_name):
        gate = make_router(name="Gate", state="waiting")
        alert_rules.save(
            None, name="All", kinds=[], site=None, channel="email", target="watch@example.test", quiet_from=None,
            quiet_until=None, is_on=True, **BY,
        )  # fmt: skip
        tunnel(fresh_isp, gate, 3)
    for _ in range(3):
        tasks.check_all(fresh_isp.schema_name)
    with scope.inside(fresh_isp.schema_name):
        assert Incident.objects.get().kind == Incident.Kind.STRAYS
        assert sent == [(Notice.objects.get().pk,)]
