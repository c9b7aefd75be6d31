"""A router as it was read, an afternoon of samples, one that is being enrolled and a change that waits for a word."""

import math
from datetime import datetime, timedelta

from routers import inventory, preflight, samples, watching
from routers.facts import Facts
from routers.models import Change, Offering, Router
from routers.readings import Port, Reading
from routers.rows import Found
from routers.virtual.dispatch import display
from tests.factories import make_router
from tests.isolation.planting import EQUAL
from tests.routers.benches import bench, found

THERE = """
/ip pool add name=homes ranges=10.70.0.2-10.70.0.99
/ppp profile add name=home-5M local-address=10.70.0.1 remote-address=homes rate-limit=5M/5M
/ppp secret add name=jane password=x profile=home-5M service=pppoe
/ppp secret add name=omar password=x profile=home-5M service=pppoe comment="paid until May"
/interface pppoe-server server add interface=ether2 service-name=homes default-profile=home-5M disabled=no
/queue simple add name=office target=10.99.0.0/24 max-limit=20M/20M comment="do not touch"
/ip firewall filter add chain=forward action=drop protocol=tcp dst-port=25 comment="no spam"
"""
TOLD = (
    "version=7.20.8 (stable)\ndate=2026-11-26\nmode=advanced\nmode-hotspot=true\nmode-scheduler=true\ninterface=ether1\n"
    "interface=bridge-lan\naddress=10.5.50.1/24\nhotspot=bridge-lan\\old\\cafe\nfasttrack=1"
)
MINUTES = 60


def equip(router: Router, other: Router, now: datetime) -> None:
    """What pages of a router in use show beside their lists."""
    _read(router, now)
    _sampled(router, now)
    _enrolling(router, now)
    Change.objects.create(
        router=other, key="d" * 16, reason="A VLAN for the lobby", state="proving", by_hand=True, made_at=now,
        made_by="Owner Fresh Air", armed_until=now + timedelta(seconds=97), started_at=now,
        steps=[{"do": "add", "path": "/interface/vlan", "what": "Adds the VLAN lobby", "line": "/interface vlan add name=lobby vlan-id=20 interface=bridge-lan", "done": True}],
        trail=[
            {"at": now.isoformat(), "who": "K-Mikro", "what": what, "ok": True}
            for what in (
                "The router takes this back by itself after 120 seconds, unless we say otherwise.", "Safe mode is taken.",
                "1 step is written.", "A new login works, and RADIUS is heard as before.",
            )
        ],
    )  # fmt: skip


def _read(router: Router, now: datetime) -> None:
    """As a router of the factory tells it, with a life of its own."""
    there = bench()
    assert there.paste(THERE) == ""
    tables: dict[str, list[Found]] = {}
    more = [
        Found(path, row.get(".id", ""), row)
        for path in ("/interface", "/ip/service")
        for row in display(there.device, there.device.caller("kmikro", "api"), path)
    ]
    for row in [*found(there), *more]:
        tables.setdefault(row.path, []).append(row)
    inventory.keep(router.pk, Facts("7.20.8 (stable)", router.serial, tables), whole=True, now=now)
    Offering.objects.create(
        router=router, kind="queue", key="cafe", made_at=now, changed_at=now,
        values={"target": "10.5.50.0/24", "download": "50M", "upload": "10M"},
    )  # fmt: skip


def _sampled(router: Router, now: datetime) -> None:
    watch, told = watching.watch_of(router, now=now), 0
    for minute in range(MINUTES, -1, -1):
        busy = 1 + math.sin(minute / 9) / 2 + (minute * 7 % 5) / 10
        told += int(busy * 90_000_000)
        port = Port("ether1", "ether", True, False, "uplink", told, told // 9, 0, 0)
        reading = Reading(
            cpu=int(14 * busy),
            temperature=440 + int(30 * busy),
            voltage=241,
            ppp=int(4 * busy),
            hotspot=int(9 * busy),
            ports=(port,),
        )
        samples.keep(watch, reading, now=now - timedelta(minutes=minute))
    watch.temperature, watch.voltage, watch.hotspot = 470, 241, 9
    watch.save()


def _enrolling(router: Router, now: datetime) -> None:
    checks = preflight.checks(
        preflight.read(TOLD.encode()), preflight.Intent("bridge-lan", frozenset({"hotspot"}), "kmikro")
    )
    make_router(
        name="Rooftop", site=router.site, pk=EQUAL + 2, state=Router.State.FETCHED, address="102.68.77.10", fetched_at=now,
        made_at=now, ready_at=None, enrolment_sealed="pJr2vC8qXe4LmT6wYb0sKz9uHd3nFa5g", enrolment_expires_at=now + timedelta(minutes=28),
        preflight=[{"key": c.key, "state": c.state, "title": c.title, "text": c.text} for c in checks],
        trouble=preflight.stops(checks)[0].text[:300],
    )  # fmt: skip
