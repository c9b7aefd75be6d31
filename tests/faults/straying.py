"""Run as a program: routers behind tunnels roam, and try to reach others; what the product makes of it."""

import json
import sys
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.db import transaction  # noqa: E402 - after setup

from accounts.journal import SYSTEM  # noqa: E402
from kmikro.lib import wireguard  # noqa: E402
from kmikro.lib.wireguard import Seen  # noqa: E402
from routers import alert_rules, alerts, strays  # noqa: E402
from routers.models import AlertRule, Incident, Notice, Router  # noqa: E402
from subscribers.models import Site  # noqa: E402
from tenants import hub, scope  # noqa: E402
from tenants.models import TunnelPeer  # noqa: E402

ADDRESS, LOOK, LOOKS = "10.99.200.3", timedelta(seconds=6), 120


def main(schema: str) -> None:
    now = datetime.now(UTC)
    key = wireguard.public_of(wireguard.new_private())
    with scope.inside(schema):
        router = Router.objects.create(
            name="Strays", site=Site.objects.create(name="Strays", made_at=now), public_id="strays0001", made_at=now
        )  # fmt: skip
        rule = alert_rules.save(
            None, name="Strays", kinds=["strays"], site=None, channel="email", target="watch@example.test",
            quiet_from=None, quiet_until=None, is_on=True, by=SYSTEM, now=now,
        )  # fmt: skip
    peer = TunnelPeer.objects.create(
        schema=schema, router_id=router.pk, address=ADDRESS, public_key=key, made_at=now, keyed_at=now
    )
    try:
        print(json.dumps(_roams(key, now) | _strays(schema, key, now)))
    finally:
        peer.delete()
        with scope.inside(schema):
            AlertRule.objects.filter(pk=rule.pk).delete()
            router.delete()
            Site.objects.filter(name="Strays").delete()


def _roams(key: str, now: datetime) -> dict[str, int]:
    """Its endpoint changes at every look, its handshake comes every two minutes; then it is gone."""
    news = handshake = 0
    first = len(hub.report([Seen(key, "198.51.100.1:1", int(now.timestamp()), 1, 1)], {}, now=now))
    for step in range(1, LOOKS):
        at = now + step * LOOK
        if step % 20 == 0:
            handshake = step
        last = now + handshake * LOOK
        told = Seen(key, f"198.51.100.{step}:{step}", int(last.timestamp()), step, step)
        news += len(hub.report([told], {}, now=at))
    over = now + LOOKS * LOOK
    gone = [len(hub.report([told], {}, now=over + minute * 10 * LOOK)) for minute in range(10)]
    return {"up": first, "news": news, "gone": sum(gone)}


def _strays(schema: str, key: str, now: datetime) -> dict[str, int]:
    """The firewall counts what it dropped; rounds of the watch follow, then a day of rest."""
    told = Seen(key, "198.51.100.1:1", int(now.timestamp()), 1, 1)
    opened = closed = 0
    for packets in (4, 4, 900, 900, 0, 0):
        hub.report([told], {ADDRESS: packets} if packets else {}, now=now)
        with transaction.atomic(), scope.inside(schema):
            changed = strays.noticed(now=now)
            alerts.notices(changed, now=now)
            opened += sum(each.closed_at is None for each in changed)
            closed += sum(each.closed_at is not None for each in changed)
            if packets == 900:
                waiting = Notice.objects.filter(rule__name="Strays").count()
    with scope.inside(schema):
        incidents = Incident.objects.filter(kind="strays").count()
    return {"opened": opened, "closed": closed, "incidents": incidents, "notices": waiting}


if __name__ == "__main__":
    main(*sys.argv[1:])
