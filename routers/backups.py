"""Versions of a router's configuration: taken over the API, kept sealed, forgotten after a while."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet

from kmikro.lib.refusal import Refusal
from routers import copies, exports, rights, talk
from routers.device import Device, Trapped
from routers.models import Router, RouterBackup

KEPT = 30  # versions of a router
AGE = timedelta(days=365)  # older versions go, the newest always stays
_SEALED = ("text", "menus", "copy", "copy_password")


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read of a router."""

    version: str
    text: str = field(repr=False)
    menus: dict[str, exports.Rows] = field(repr=False)
    copy: copies.Copy = field(default_factory=copies.Copy)


def take(device: Device, user: str) -> Taken:
    """Read every known menu, and the router's own file where it lets us; refuses an empty export."""
    resource = device.read("/system/resource", fields=("version",))
    version = resource[0].get("version", "")[:40] if resource else ""
    menus, absent = read(device)
    text = exports.text_of(menus, absent)
    if sum(map(len, menus.values())) < 2:
        raise Refusal("empty", "The router showed next to nothing of its configuration; no backup was made.")
    return Taken(version, text, menus, copies.take(device, user, version, talk.rights_of(device, user)))


def read(
    device: Device, paths: tuple[str, ...] = exports.MENUS
) -> tuple[dict[str, exports.Rows], dict[str, str]]:
    """The configured rows of menus, and why some could not be read; a menu the router does not have is nothing."""
    menus: dict[str, exports.Rows] = {}
    absent: dict[str, str] = {}
    for path in paths:
        try:
            menus[path] = exports.cleaned(path, device.read(path))
        except Trapped as trap:
            if rights.is_refusal(trap.message):
                absent[path] = "our user may not read it"
    return menus, absent


def keep(router_id: int, taken: Taken, reason: str, *, now: datetime) -> tuple[RouterBackup, bool]:
    """Keep a version; the same configuration again only moves its last sight. Tells whether it is a new version."""
    Router.objects.select_for_update().get(pk=router_id)
    newest = RouterBackup.objects.filter(router_id=router_id).order_by("-taken_at", "-pk").first()
    digest = exports.digest(taken.text)
    if newest is not None and newest.digest == digest:
        newest.seen_at, newest.version = now, taken.version
        fields = ["seen_at", "version", *_put_copy(newest, taken.copy)]
        newest.save(update_fields=fields)
        return newest, False
    added, removed = exports.counts(exports.difference(newest.text, taken.text)) if newest else (0, 0)
    fresh = RouterBackup(
        router_id=router_id,
        key=secrets.token_hex(8),
        reason=reason[:60],
        taken_at=now,
        seen_at=now,
        version=taken.version,
        digest=digest,
        lines=taken.text.count("\n"),
        added=added,
        removed=removed,
        text=taken.text,
        menus=json.dumps(taken.menus),
    )
    _put_copy(fresh, taken.copy)
    fresh.save(force_insert=True)
    forget(router_id, now=now)
    return fresh, True


def _put_copy(backup: RouterBackup, copy: copies.Copy) -> list[str]:
    backup.copy_note = copy.note[:400]
    if not copy.size:
        return ["copy_note"]
    backup.copy, backup.copy_password, backup.copy_size = copy.content, copy.password, copy.size
    return ["copy", "copy_password", "copy_size", "copy_note"]


def forget(router_id: int, *, now: datetime) -> int:
    """Forget versions beyond KEPT, and older than AGE when there is a newer one; tells how many went."""
    ids = list(of(router_id).values_list("pk", "seen_at"))
    gone = [pk for place, (pk, seen) in enumerate(ids) if place >= KEPT or (place and seen < now - AGE)]
    RouterBackup.objects.filter(pk__in=gone).delete()
    return len(gone)


def of(router_id: int) -> "QuerySet[RouterBackup]":
    """Versions of a router, newest first, without their sealed contents."""
    return (
        RouterBackup.objects.filter(router_id=router_id, router__leaving_at=None)
        .order_by("-taken_at", "-pk")
        .defer(*_SEALED)
    )


def before(backup: RouterBackup) -> RouterBackup | None:
    """The version before this one."""
    return of(backup.router_id).filter(pk__lt=backup.pk).order_by("-pk").first()


def rows_of(backup: RouterBackup) -> dict[str, exports.Rows]:
    """The rows of a version by menu."""
    menus: dict[str, exports.Rows] = json.loads(backup.menus or "{}")
    return menus


def diff(older: RouterBackup | None, newer: RouterBackup) -> list[exports.Line]:
    """What changed from one version to another."""
    return exports.difference(older.text if older else "", newer.text)
