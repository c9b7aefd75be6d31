"""A new secret is RADIUS' and the wish of the next comparison at once; the old one stays good for a day."""

from datetime import timedelta

import pytest
from django.conf import settings

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from routers import desired, plan, progress, rotation, rows, sync
from routers.models import Router
from routers.rows import Found
from tenants import routes, scope
from tenants.models import Isp
from tests.factories import NOW, make_router

pytestmark = pytest.mark.django_db


@pytest.fixture
def router(inside_isp: Isp) -> Router:
    made = make_router(name="Gate", address="10.7.7.7", radius_secret="o" * 26)
    progress.register(made, now=NOW)
    return made


def test_minted_secrets_have_128_bits_and_differ() -> None:
    made = {rotation.mint() for _ in range(100)}
    assert len(made) == 100
    assert {len(each) for each in made} == {26}


def test_both_secrets_are_good_and_the_router_is_told_the_new_one(router: Router, inside_isp: Isp) -> None:
    rotation.rotate(router, by=SYSTEM, now=NOW)
    fresh = Router.objects.get(pk=router.pk).radius_secret
    assert fresh != "o" * 26
    with scope.outside():
        entry = routes.nas_of(inside_isp.schema_name, router.pk)
    assert entry is not None
    assert (entry.secret, entry.previous_secret) == (fresh.encode(), b"o" * 26)
    assert entry.previous_until == NOW + rotation.OVERLAP

    wish = sync.job_of(router, "ana.localhost", now=NOW).wish
    on_it = Found(
        "/radius",
        "*1",
        {"comment": f"{rows.MARK}:radius", "address": settings.RADIUS_ADDRESS, "secret": "o" * 26},
    )
    wanted = desired._radius(wish, desired.Facts("7.20.8", "", {}))
    changes = [step for step in plan.diff(wanted, [on_it], folder="") if isinstance(step, plan.Set)]
    assert [step.changed.get("secret") for step in changes] == [fresh]
    entries = JournalEntry.objects.filter(verb="router.new-secret")
    assert entries.count() == 1
    assert fresh not in str(entries.values())


def test_a_second_rotation_is_refused_and_changes_nothing(router: Router) -> None:
    rotation.rotate(router, by=SYSTEM, now=NOW)
    first = Router.objects.get(pk=router.pk).radius_secret
    with pytest.raises(Refusal, match="still good"):
        rotation.rotate(router, by=SYSTEM, now=NOW + timedelta(hours=23))
    assert Router.objects.get(pk=router.pk).radius_secret == first
    rotation.rotate(router, by=SYSTEM, now=NOW + rotation.OVERLAP)
    assert Router.objects.get(pk=router.pk).radius_secret != first


def test_a_router_that_is_being_set_up_has_nothing_to_rotate(router: Router) -> None:
    router.state = Router.State.WAITING
    with pytest.raises(Refusal, match="Finish setting"):
        rotation.rotate(router, by=SYSTEM, now=NOW)
