"""A round of the beat: knocking at all doors whose time has come, and noting those that nobody opens."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from kmikro.lib.refusal import Refusal
from routers import device, faults, knock, seats, sync, watching
from routers.device import DeviceError, Unreachable
from routers.knock import Door
from routers.models import Incident, Router
from routers.watching import Due
from tenants import tunnels


def doors_of(waiting: Iterable[Due]) -> tuple[dict[int, Door], dict[int, str]]:
    """Where to knock, and where we must not; the outbound check is made each time."""
    doors, refused = dict[int, Door](), dict[int, str]()
    for each in waiting:
        target = device.Target(
            each.address, each.port, "", "", tunnels.source_to(each.address), allotted=each.allotted
        )
        try:
            sync.guard(target)
            doors[each.router_id] = Door(target.address, target.port, target.source)
        except Refusal as error:
            refused[each.router_id] = error.text
    return doors, refused


def knocked(doors: dict[int, Door]) -> Iterator[dict[int, str]]:
    """Knock where we have a connection to spare; where we have none, somebody of us is inside."""
    try:
        with seats.many({key: (door.address, door.port) for key, door in doors.items()}) as allowed:
            yield from knock.waves({key: door for key, door in doors.items() if key in allowed})
    except seats.Taken:
        return
    yield dict.fromkeys(doors.keys() - allowed, "")


def nobody_there(
    shut: Mapping[int, str], refused: Mapping[int, str], *, dice: Callable[[], float], now: datetime
) -> list[Incident]:
    """Note doors that nobody opened, and those at which we must not knock; gives incidents to be told of."""
    changed: list[Incident] = []
    numbers, allotted = [*shut, *refused], tunnels.addresses()
    for router in (
        Router.objects.select_for_update(of=("self",))
        .select_related("watch")
        .filter(pk__in=numbers)
        .order_by("pk")
    ):
        refusal = refused.get(router.pk, "")
        address = router.address or ""
        target = device.Target(
            address, router.api_port, router.api_user, "", tunnels.source_to(address),
            allotted=allotted.get(router.pk, ""),
        )  # fmt: skip
        error: DeviceError = (
            DeviceError(refusal) if refusal else Unreachable(f"The connection failed: {shut[router.pk]}.")
        )
        trouble = refusal or faults.in_words(error, target)
        changed += watching.missed(router, error, trouble, visited=False, dice=dice(), now=now).changed
    return changed
