"""What orders do on a real wire: upgrade with everything looked at, restart, restore of what was agreed to."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.journal import Actor
from routers import backups, care, care_acts, restoring, rights, script, talk
from routers.care_acts import Ended, Work
from routers.device import Target
from routers.models import CareRun, Router, RouterBackup, RouterFirmware
from routers.virtual import VirtualRouter
from tenants import scope
from tenants.models import Isp
from tests.factories import make_router, make_site
from tests.routers.on_loopback import PASSWORD, enrolled, grant

pytestmark = pytest.mark.django_db
Kind = CareRun.Kind


@pytest.fixture(autouse=True)
def private(settings: Any) -> None:
    settings.ALLOW_PRIVATE_ROUTERS = True
    settings.RADIUS_ADDRESS = "127.0.0.1"


def now() -> datetime:
    return datetime.now(UTC)


def known(isp: Isp, target: Target) -> Router:
    with scope.inside(isp.schema_name):
        return make_router(address=target.address, api_port=target.port, api_password=PASSWORD)


def do(isp: Isp, router: Router, target: Target, kind: str, **more: Any) -> Ended:
    details = more.pop("details", {})
    return care_acts.do(Work(isp.schema_name, kind, router.pk, target, details, Actor(1, "Ana"), **more), now)


def finished(
    isp: Isp, router: Router, target: Target, kind: str, begun: Ended, mikrotik: VirtualRouter
) -> Ended:
    """Look again and again, as the worker does, until it is back."""
    assert begun.phase == care.RESTARTING, begun
    boots = mikrotik.device.boots
    last = begun

    def is_over() -> bool:
        nonlocal last
        last = do(isp, router, target, kind, phase=begun.phase, before=begun.before, steps=list(begun.steps))
        return not last.phase

    assert mikrotik.wait(lambda: mikrotik.device.boots >= boots and is_over(), 20)
    return last


def test_an_upgrade_looks_before_backs_up_and_looks_after(isp: Isp) -> None:
    with enrolled(110, version="7.12.2 (stable)") as (mikrotik, target):
        router = known(isp, target)
        mikrotik.upkeep.channel.latest = "7.20.8"
        refused = do(isp, router, target, Kind.UPGRADE)
        assert (refused.is_fine, refused.phase) == (False, "")
        assert rights.line("kmikro", rights.UPDATE) in refused.trouble
        grant(mikrotik, rights.line("kmikro", rights.UPDATE))
        young = do(isp, router, target, Kind.UPGRADE)
        assert "five minutes" in young.trouble
        assert all(sent.verb != "install" for sent in mikrotik.commands)
        mikrotik.device.clock.advance(3600)
        begun = do(isp, router, target, Kind.UPGRADE)
        ended = finished(isp, router, target, Kind.UPGRADE, begun, mikrotik)
        assert (ended.is_fine, ended.trouble) == (True, "")
        assert [step["title"] for step in ended.steps] == [
            "Rights", "Room", "Running for a while", "Backup", "Install", "Back",
        ]  # fmt: skip
        again = do(isp, router, target, Kind.UPGRADE)
        assert "newest" in again.steps[0]["text"]
    with scope.inside(isp.schema_name):
        assert RouterBackup.objects.filter(router=router, reason="Before an upgrade").count() == 1
        assert not RouterFirmware.objects.get(router=router).is_behind
        router.refresh_from_db()
        assert router.version == "7.20.8 (stable)"
        assert router.leased_until is None


def test_an_upgrade_that_did_not_happen_is_told(isp: Isp) -> None:
    with enrolled(111) as (_mikrotik, target):
        router = known(isp, target)
        last = do(
            isp,
            router,
            target,
            Kind.UPGRADE,
            phase=care.RESTARTING,
            before="7.20.8",
            tries=care_acts.MOST_TRIES,
        )
        assert "still runs" in last.trouble
    gone = do(
        isp,
        router,
        target,
        Kind.UPGRADE,
        phase=care.RESTARTING,
        before="7.20.8",
        tries=care_acts.MOST_TRIES,
    )
    assert "did not come back" in gone.trouble


def test_a_restart(isp: Isp) -> None:
    with enrolled(112) as (mikrotik, target):
        router = known(isp, target)
        assert "reboot" in do(isp, router, target, Kind.REBOOT).trouble
        grant(mikrotik, rights.line("kmikro", rights.RESTART))
        mikrotik.device.clock.advance(3600)
        begun = do(isp, router, target, Kind.REBOOT)
        assert finished(isp, router, target, Kind.REBOOT, begun, mikrotik).is_fine
        assert mikrotik.device.boots == 2


def test_a_busy_router_is_left_alone(isp: Isp) -> None:
    with enrolled(113) as (mikrotik, target):
        router = known(isp, target)
        with scope.inside(isp.schema_name):
            Router.objects.filter(pk=router.pk).update(leased_until=datetime(2099, 1, 1, tzinfo=UTC))
        for kind in (Kind.BACKUP, Kind.REBOOT):
            again = do(isp, router, target, kind)
            assert (again.is_fine, again.phase) == (True, care.BUSY)
        last = do(isp, router, target, Kind.REBOOT, phase=care.BUSY, tries=care_acts.MOST_TRIES)
        assert "Another worker" in last.trouble
        assert mikrotik.commands == []
        with scope.inside(isp.schema_name):
            Router.objects.filter(pk=router.pk).update(leased_until=None)
        assert do(isp, router, target, Kind.BACKUP, phase=care.BUSY, tries=3).is_fine


def test_a_restore_does_what_was_agreed_to_and_nothing_else(isp: Isp) -> None:
    with enrolled(114) as (mikrotik, target):
        router = known(isp, target)
        pool = mikrotik.tree.add("/ip/pool", {"name": "guests", "ranges": "10.9.0.2-10.9.0.9"})
        assert do(isp, router, target, Kind.BACKUP).is_fine
        mikrotik.tree.remove("/ip/pool", mikrotik.tree.select("/ip/pool", pool))
        with scope.inside(isp.schema_name):
            backup = backups.of(router.pk)[0]
            saved = backups.rows_of(backup)
        paths = ("/ip/pool", "/ip/hotspot/user/profile")
        steps = talk.with_router(target, lambda device: care_acts.planned(device, saved, paths)).value
        assert steps is not None
        assert [(step.do, step.text) for step in steps] == [("add", "/ip/pool guests: will be added.")]
        agreed = {"backup": backup.pk, "paths": list(paths), "plan": restoring.digest(steps)}
        before = len(mikrotik.commands)
        other = do(isp, router, target, Kind.RESTORE, details=agreed | {"plan": "another"})
        assert "has changed since" in other.trouble
        assert not [sent for sent in mikrotik.commands[before:] if sent.verb not in ("print", "login")]
        ended = do(isp, router, target, Kind.RESTORE, details=agreed)
        assert (ended.is_fine, ended.trouble) == (True, "")
        assert mikrotik.tree.find("/ip/pool", name="guests") is not None
        wrote = [(sent.path, sent.verb) for sent in mikrotik.commands[before:] if sent.verb != "print"]
        assert wrote == [("/ip/pool", "add")]


def test_reports_and_moves(isp: Isp) -> None:
    with enrolled(115, version="7.12.2 (stable)") as (mikrotik, target):
        router = known(isp, target)
        mikrotik.upkeep.channel.latest = "7.20.8"
        assert "7.20.8 is there" in do(isp, router, target, Kind.FIRMWARE).steps[0]["text"]
        mikrotik.upkeep.channel.is_reachable = False
        assert "could not resolve" in do(isp, router, target, Kind.FIRMWARE).trouble
        said = len(mikrotik.commands)
        with scope.inside(isp.schema_name):
            site = make_site(name="Elsewhere")
        assert do(isp, router, target, Kind.SITE, details={"site": site.pk}).is_fine
        assert len(mikrotik.commands) == said
        assert not do(isp, router, target, Kind.SITE, details={"site": 0}).is_fine
    with scope.inside(isp.schema_name):
        router.refresh_from_db()
        assert router.site_id == site.pk


def test_a_check_asks_the_router(isp: Isp) -> None:
    with enrolled(116) as (_mikrotik, target):
        router = known(isp, target)
        assert do(isp, router, target, Kind.CHECK).steps[0]["title"] == "Answered"
    assert not do(isp, router, target, Kind.CHECK).is_fine


def test_every_kind_has_an_act() -> None:
    assert set(care_acts.ACTS) == set(Kind.values)
    assert set(script.POLICY.split(",")).isdisjoint(rights.UPDATE)
