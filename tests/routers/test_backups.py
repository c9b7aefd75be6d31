"""Versions of a configuration: a new one only when something changed, sealed, without secrets, forgotten in time."""

from datetime import timedelta

import pytest
from django.db import connection

from kmikro.lib.refusal import Refusal
from routers import backups, copies, device, exports
from routers.backups import Taken
from routers.models import RouterBackup
from tenants.models import Isp
from tests.factories import NOW, make_router
from tests.routers.on_loopback import NAUGHTY, enrolled

pytestmark = pytest.mark.django_db


def taken(**pools: str) -> Taken:
    menus = {"/ip/pool": [{"name": name, "ranges": ranges} for name, ranges in pools.items()]}
    return Taken("7.20.8", exports.text_of(menus), menus)


def test_what_is_read_of_a_router_holds_no_secret_and_no_noise() -> None:
    with enrolled(102) as (router, target):
        router.tree.add("/radius", {"service": "hotspot", "address": "10.0.0.1", "secret": "hunter2-radius"})
        router.tree.add("/ip/hotspot/user", {"name": NAUGHTY, "password": "hunter2-user"})
        with device.opened(target) as talk:
            first = backups.take(talk, "kmikro")
            again = backups.take(talk, "kmikro")
        assert first.text == again.text
        assert "hunter2" not in first.text + str(first.menus)
        assert "secret=*****" in first.text
        assert NAUGHTY.replace('"', '\\"') in first.text
        assert "/ip/pool\n" in first.text
        assert "needs" not in first.copy.content
        assert "policy" in first.copy.note
        router.tree.add("/ip/pool", {"name": "more", "ranges": "10.9.0.2-10.9.0.9"})
        with device.opened(target) as talk:
            lines = exports.difference(first.text, backups.take(talk, "kmikro").text)
        assert [line.text for line in lines if line.sign == "+"] == ["  name=more ranges=10.9.0.2-10.9.0.9"]
        assert not [line for line in lines if line.sign == "-"]


def test_without_rights_nothing_empty_is_kept() -> None:
    with enrolled(103, policy="api") as (_router, target), device.opened(target) as talk:
        with pytest.raises((Refusal, device.Trapped)):
            backups.take(talk, "kmikro")


def test_versions(inside_isp: Isp) -> None:
    router = make_router()
    first, is_new = backups.keep(router.pk, taken(a="1"), "Asked for", now=NOW)
    assert is_new
    same, is_new = backups.keep(router.pk, taken(a="1"), "Every night", now=NOW + timedelta(days=1))
    assert (same.pk, is_new) == (first.pk, False)
    assert same.seen_at == NOW + timedelta(days=1)
    second, is_new = backups.keep(router.pk, taken(a="2", b="1"), "Every night", now=NOW + timedelta(days=2))
    assert (is_new, second.added, second.removed) == (True, 2, 1)
    assert backups.before(second) == first
    assert backups.rows_of(RouterBackup.objects.get(pk=second.pk)) == taken(a="2", b="1").menus
    assert [line.sign for line in backups.diff(first, second)].count("+") == 2


def test_at_rest_it_is_sealed(inside_isp: Isp) -> None:
    router = make_router()
    copy = copies.Copy("Y29udGVudA==", "file-password", 7)
    kept, _ = backups.keep(
        router.pk, Taken("7", "/ip/pool\n  name=open\n", {"/ip/pool": [{"name": "open"}]}, copy), "x", now=NOW
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT text, menus, copy, copy_password FROM routers_routerbackup WHERE id = %s", [kept.pk]
        )
        stored = " ".join(cursor.fetchone())
    assert not any(word in stored for word in ("open", "file-password", "Y29udGVudA"))
    fresh = RouterBackup.objects.get(pk=kept.pk)
    assert (fresh.text, fresh.copy, fresh.copy_password) == (
        "/ip/pool\n  name=open\n",
        "Y29udGVudA==",
        "file-password",
    )


def test_old_versions_go_and_the_newest_stays(inside_isp: Isp) -> None:
    router, other = make_router(), make_router()
    for number in range(backups.KEPT + 3):
        backups.keep(router.pk, taken(a=str(number)), "x", now=NOW + timedelta(hours=number))
    backups.keep(other.pk, taken(a="1"), "x", now=NOW)
    assert backups.of(router.pk).count() == backups.KEPT
    assert backups.forget(router.pk, now=NOW + timedelta(days=800)) == backups.KEPT - 1
    assert backups.of(router.pk).get().added == 1
    assert backups.forget(other.pk, now=NOW + timedelta(days=800)) == 0
