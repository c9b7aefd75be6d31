"""Backups on pages: versions, differences, the text, and the way back in sentences."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import JournalEntry
from routers import asks, backups, copies, exports
from routers.models import CareRun, Router, RouterBackup
from tenants.models import Isp
from tests.conftest import HostClient
from tests.factories import NOW, make_router

pytestmark = pytest.mark.django_db
NAUGHTY = '"><svg/onload=1><img src=x onerror=alert(1)>'
ClientFor = Callable[..., HostClient]


@pytest.fixture
def gate(inside_isp: Isp) -> Router:
    return make_router(name="Gate")


def kept(router: Router, day: int, **pools: str) -> RouterBackup:
    menus = {"/ip/pool": [{"comment": NAUGHTY, "name": name, "ranges": each} for name, each in pools.items()]}
    taken = backups.Taken("7.20.8", exports.text_of(menus), menus)
    return backups.keep(router.pk, taken, "Every night", now=NOW + timedelta(days=day))[0]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_versions_and_what_changed(gate: Router, client_for: ClientFor) -> None:
    first, second = kept(gate, 0, a="1"), kept(gate, 1, a="1", b="2")
    owner, here = client_for("owner"), f"/routers/{gate.pk}/backups/"
    listed = text(owner.get(here))
    assert "1 new, 0 gone" in listed
    assert "Every night" in text(owner.get(f"{here}?format=csv"))
    page = text(owner.get(f"{here}{second.pk}/"))
    assert "name=b" in page
    assert "<svg/onload" not in page
    assert "1 lines are new and 0 are gone" in page
    assert "0 lines are new and 1 are gone" in text(owner.get(f"{here}{first.pk}/?against={second.pk}"))
    assert "The whole configuration" in text(owner.get(f"{here}{first.pk}/"))
    whole = owner.get(f"{here}{second.pk}/?format=text")
    assert whole["Content-Type"].startswith("text/plain")
    assert text(whole) == second.text
    assert JournalEntry.objects.filter(verb="backup.read").count() == 4


def test_who_reads_what(gate: Router, client_for: ClientFor) -> None:
    backup, other = kept(gate, 0, a="1"), make_router()
    technician = client_for("technician")
    assert technician.get(f"/routers/{gate.pk}/backups/").status_code == 200
    assert technician.get(f"/routers/{gate.pk}/backups/{backup.pk}/").status_code == 403
    assert technician.post(f"/routers/{gate.pk}/backups/take/").status_code == 403
    assert client_for("owner").get(f"/routers/{other.pk}/backups/{backup.pk}/").status_code == 404
    assert "No backup yet" in text(client_for("owner").get(f"/routers/{other.pk}/backups/"))


def test_the_own_file_is_the_owners_alone(gate: Router, client_for: ClientFor) -> None:
    menus = {"/ip/pool": [{"name": "a"}]}
    copy = copies.Copy(base64.b64encode(b"\x88\xac of the router").decode(), "opens-it", 15)
    backup, _ = backups.keep(gate.pk, backups.Taken("7.20.8", "text", menus, copy), "Asked for", now=NOW)
    here, owner = f"/routers/{gate.pk}/backups/{backup.pk}/copy/", client_for("owner")
    assert here in text(owner.get(f"/routers/{gate.pk}/backups/{backup.pk}/"))
    assert "opens-it" not in text(owner.get(here))
    taken = owner.get(f"{here}?format=file")
    assert taken.content == b"\x88\xac of the router"
    assert taken["Cache-Control"] == "no-store"
    assert "opens-it" in text(owner.post(here))
    assert "opens-it" not in text(owner.get(here))
    told = JournalEntry.objects.filter(verb__startswith="backup.copy").order_by("pk")
    assert [each.verb for each in told] == ["backup.copy_taken", "backup.copy_password"]
    assert "opens-it" not in str([each.facts for each in told])
    manager = client_for("manager")
    assert here not in text(manager.get(f"/routers/{gate.pk}/backups/{backup.pk}/"))
    for answer in (manager.get(here), manager.post(here), manager.get(f"{here}?format=file")):
        assert answer.status_code == 403
    without = kept(gate, 1, a="1")
    assert owner.get(f"/routers/{gate.pk}/backups/{without.pk}/copy/").status_code == 404


def test_one_now(gate: Router, client_for: ClientFor) -> None:
    answer = client_for("owner").post(f"/routers/{gate.pk}/backups/take/")
    run = CareRun.objects.get(kind="backup")
    assert answer["Location"] == f"/routers/orders/{run.pk}/"
    waiting = make_router(state="waiting")
    assert client_for("owner").post(f"/routers/{waiting.pk}/backups/take/")["Location"].endswith("/backups/")


def test_a_plan_first_then_exactly_this_plan(gate: Router, client_for: ClientFor) -> None:
    backup, replacement = kept(gate, 0, a="1"), make_router(name="Replacement")
    owner, here = client_for("owner"), f"/routers/{gate.pk}/backups/{backup.pk}/restore/"
    assert "/ip/pool" in text(owner.get(here))
    assert owner.post(here, {"target": str(gate.pk)}).status_code == 422
    assert owner.post(here, {"target": "x", "menu": "/ip/pool"}).status_code == 404
    where = owner.post(here, {"target": str(replacement.pk), "menu": ["/ip/pool", "/ip/route"]})["Location"]
    token = where.rstrip("/").rpartition("/")[2]
    assert where == f"/routers/{replacement.pk}/plans/{token}/"
    assert "being read" in text(owner.get(where))
    assert owner.post(where).status_code == 302
    assert not CareRun.objects.exists()
    ask = asks.get(token)
    assert ask is not None
    assert ask["subject"] == f'{{"backup": {backup.pk}, "paths": ["/ip/pool"]}}'
    plan = [{"do": "add", "text": NAUGHTY}, {"do": "differs", "text": "b: left as it is."}]
    asks.put(token, ask | {"plan": plan, "digest": "d" * 64, "is_done": True})
    page = text(owner.get(where))
    assert "1 row is added" in page
    assert "1 row is left alone" in page
    assert "<svg/onload" not in page
    assert owner.get(f"/routers/{gate.pk}/plans/{token}/").content.count(b"no longer here") == 1
    owner.post(where)
    run = CareRun.objects.get(kind="restore")
    assert run.details == {"backup": backup.pk, "paths": ["/ip/pool"], "plan": "d" * 64}
    assert [item.router for item in run.items.all()] == [replacement]
