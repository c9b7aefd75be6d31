"""Saved choices of the subscribers' list: under a name, one's own or shared with everybody of the ISP."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.journal import Actor, record
from accounts.models import User
from kmikro.lib.refusal import Refusal
from subscribers.models import SavedFilter

NAMES = ("q", "state", "tag", "site", "plan", "sort")  # what a list takes
MOST = 40  # of one person


def seen_by(user: User) -> "QuerySet[SavedFilter]":
    """One's own and those that are shared."""
    return SavedFilter.objects.filter(Q(owner=user) | Q(is_shared=True)).select_related("owner")


def save(
    name: str, chosen: Mapping[str, str], *, owner: User, is_shared: bool, by: Actor, now: datetime
) -> SavedFilter:
    """Keep a choice of filters; under a name of one's own that there is already, the newer one. Raises Refusal."""
    called = " ".join(name.replace("\0", "").split())
    if not called or len(called) > 60:
        raise Refusal("bad_name", "Give the filter a name of at most 60 characters.", field="name")
    kept = {key: str(chosen[key])[:100] for key in NAMES if chosen.get(key)}
    if not kept:
        raise Refusal("nothing_chosen", "Choose a filter first; there is nothing to save.", field="name")
    if SavedFilter.objects.filter(owner=owner).count() >= MOST:
        raise Refusal("too_many", f"You have {MOST} filters already.", field="name")
    try:
        with transaction.atomic():
            made, _new = SavedFilter.objects.update_or_create(
                owner=owner, name=called, defaults={"chosen": kept, "is_shared": is_shared, "made_at": now}
            )
    except IntegrityError:
        raise Refusal("name_taken", "Somebody saved it at this moment. Try again.", field="name") from None
    record(by, "filter.save", made, now=now, chosen=kept, shared=is_shared)
    return made


def remove(saved: SavedFilter, *, by: Actor, now: datetime) -> None:
    """Forget a choice; only its owner may."""
    record(by, "filter.remove", saved, now=now)
    saved.delete()
