"""What a router in use has behind it: samples, a change that waits, an outage, alerts, backups and orders."""

import base64
import json
from datetime import datetime, time, timedelta

from routers import exports
from routers.models import (
    AlertRule,
    CareItem,
    CareRun,
    Change,
    Incident,
    Offering,
    Outage,
    Rollout,
    Router,
    RouterBackup,
    SiteValues,
    Taken,
    Template,
)
from tests.isolation.planting import EQUAL

BEFORE = {"/ip/pool": [{"name": "guests", "ranges": "10.5.50.10-10.5.50.254"}]}
AFTER = {"/ip/pool": [{"name": "guests", "ranges": "10.5.50.10-10.5.53.254"}, {"name": "staff", "ranges": "10.6.0.2-10.6.0.99"}]}  # fmt: skip
STEPS = [
    {"do": "add", "path": "/ip/pool", "what": "Adds the addresses for PPPoE", "line": "/ip/pool add name=kmikro-pppoe ranges=10.20.0.2-10.20.3.254", "done": False},
    {"do": "set", "path": "/radius", "what": "Changes our RADIUS server: timeout 3s", "line": "/radius set [find comment=\"kmikro:radius\"] timeout=3s", "done": False},
]  # fmt: skip


def equip(router: Router, other: Router, now: datetime) -> None:
    """Rows under the key that the matrix asks for, and some beside them."""
    _changes(router, other, now)
    _alerts(router, other, now)
    _care(router, other, now)
    _template(router, other, now)
    Taken.objects.create(
        pk=EQUAL, router=router, path="/queue/simple", key="taken.a1", name="the queue office",
        original={"name": "office", "target": "10.5.50.9/32", "max-limit": "5M/20M", "comment": "", "disabled": "false"},
        wanted={"name": "office", "target": "10.5.50.9/32", "max-limit": "10M/40M", "comment": "kmikro:taken.a1", "disabled": "false"},
        marked_at=now, made_at=now,
    )  # fmt: skip
    Offering.objects.create(
        pk=EQUAL, router=router, kind="ntp", key="clock", values={"servers": "pool.ntp.org"}, made_at=now, changed_at=now
    )  # fmt: skip


def _template(router: Router, other: Router, now: datetime) -> None:
    """What cafés offer, filled in by the site and, at one router, otherwise."""
    offers = [
        {
            "kind": "vlan",
            "key": "guests",
            "values": {"interface": "bridge-lan", "vlan_id": "20", "name": "vlan20"},
        },
        {"kind": "hotspot", "key": "cafe", "values": {"interface": "vlan20", "network": "{lan}"}},
        {
            "kind": "queue",
            "key": "all",
            "values": {"target": "{lan}", "download": "50M", "upload": "{up}"},
        },
        {"kind": "ntp", "key": "clock", "values": {"servers": "pool.ntp.org"}},
    ]
    cafe = Template.objects.create(
        pk=EQUAL, name="Café", note="A hotspot on its own VLAN", offers=offers, made_at=now, changed_at=now
    )
    Template.objects.create(name="Tower", note="", offers=offers[3:], made_at=now, changed_at=now)
    SiteValues.objects.create(site=router.site, values={"lan": "10.20.0.0/24", "up": "10M"}, changed_at=now)
    Router.objects.filter(pk=router.pk).update(template=cafe)
    Router.objects.filter(pk=other.pk).update(template=cafe, template_values={"lan": "10.21.0.0/24"})


def _changes(router: Router, other: Router, now: datetime) -> None:
    rollout = Rollout.objects.create(
        pk=EQUAL, name="PPPoE at all sites", made_by="Owner Fresh Air", made_at=now, state="stopped",
        trouble="Lodge: the router does not answer.",
    )  # fmt: skip
    Change.objects.create(
        pk=EQUAL, router=router, rollout=rollout, key="a" * 16, reason="PPPoE at all sites", state="planned",
        made_by="Owner Fresh Air", made_at=now, steps=STEPS,
        risks=[{"code": "sessions", "level": "warn", "text": "7 people are online there and may have to sign in again."}],
        trail=[{"at": now.isoformat(), "who": "Owner Fresh Air", "what": "Planned", "ok": True}],
    )  # fmt: skip
    Change.objects.create(
        router=other, rollout=rollout, place=1, key="b" * 16, reason="PPPoE at all sites", state="failed", ended_at=now,
        made_by="Owner Fresh Air", made_at=now, steps=STEPS, trouble="The router does not answer.",
    )  # fmt: skip


def _alerts(router: Router, other: Router, now: datetime) -> None:
    Incident.objects.create(
        router=other, kind="down", text="The router does not answer.", opened_at=now - timedelta(minutes=20)
    )
    Incident.objects.create(
        router=router, kind="drift", text="2 rows differ from what they should be.",
        opened_at=now - timedelta(hours=5), closed_at=now - timedelta(hours=4),
    )  # fmt: skip
    Outage.objects.create(
        router=other, name=other.name, started_at=now - timedelta(minutes=21), noticed_at=now - timedelta(minutes=20),
        sessions=31, cause="The router does not answer.",
    )  # fmt: skip
    AlertRule.objects.create(
        pk=EQUAL, name="On call", key="c" * 16, kinds=["down"], channel="email", target="oncall@fresh.test",
        quiet_from=time(22), quiet_until=time(6), made_at=now,
    )  # fmt: skip


def _care(router: Router, other: Router, now: datetime) -> None:
    for number, (menus, reason) in enumerate(((BEFORE, "Nightly"), (AFTER, "Asked for by a person"))):
        text = exports.text_of(menus)
        key = {"pk": EQUAL} if number else {}
        RouterBackup.objects.create(
            router=router, key=f"{number}" * 16, reason=reason, taken_at=now - timedelta(days=1 - number), seen_at=now,
            version="7.20.8", digest=exports.digest(text), lines=text.count("\n"), added=2 * number, removed=number,
            text=text, menus=json.dumps(menus), copy=base64.b64encode(bytes(4096)).decode(), copy_size=4096,
            copy_password="Pale-Otter-71-Fennel", **key,
        )  # fmt: skip
    run = CareRun.objects.create(pk=EQUAL, kind="backup", by="Owner Fresh Air", made_at=now)
    CareItem.objects.create(run=run, router=router, position=0, state="done", started_at=now, ended_at=now)
    CareItem.objects.create(run=run, router=other, position=1, state="waiting")
