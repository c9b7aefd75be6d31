"""One short conversation with a router that needs no lease, and the trouble in words when it does not work out.

What must be the only one to talk to a router meanwhile is framed by routers.talks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from kmikro.lib.refusal import Refusal
from routers import device, faults, rights, sync
from routers.device import Device, DeviceError, Target, Trapped
from routers.models import Router

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """What a conversation gave, or why there is nothing; lacking are the rights that our user has not."""

    value: T | None
    trouble: str = ""
    lacking: tuple[str, ...] = ()


def target_of(router_id: int) -> Target | None:
    """Where the router's API is; None when there is no such router or it has not told its address."""
    router = Router.objects.filter(pk=router_id, address__isnull=False, leaving_at=None).first()
    return None if router is None else sync.target_of(router)


def with_router(target: Target, ask: Callable[[Device], T], *, needs: Sequence[str] = ()) -> Said[T]:
    """Connect, ask, hang up. `needs` are the rights named when the router says that one is missing."""
    try:
        sync.guard(target)
        with device.opened(target) as talk:
            return Said(ask(talk))
    except Trapped as trap:
        if rights.is_refusal(trap.message) and needs:
            return Said(None, rights.sentence(target.user, needs), tuple(needs))
        return Said(None, faults.in_words(trap, target))
    except (DeviceError, Refusal) as error:
        return Said(None, faults.in_words(error, target))


def rights_of(talk: Device, user: str) -> frozenset[str] | None:
    """The rights of our user; None when the router does not show them."""
    try:
        users = talk.read("/user", fields=("name", "group"))
        groups = talk.read("/user/group", fields=("name", "policy"))
    except Trapped:
        return None
    return rights.of_user(user, users, groups)


def optional(talk: Device, path: str, *queries: str, fields: Sequence[str] = ()) -> list[dict[str, str]]:
    """Rows of a menu that some routers do not have; one that we may not read is not empty, and raises."""
    try:
        return talk.read(path, *queries, fields=fields)
    except Trapped as trap:
        if rights.is_refusal(trap.message):
            raise
        return []
