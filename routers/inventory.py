"""What a router last said of itself, kept without secrets, so that pages and previews ask no router."""

from dataclasses import replace
from datetime import datetime

from routers import plan, planning
from routers.desired import Facts, Wish
from routers.models import Inventory, Router
from routers.rows import BY_PATH, Found, Owner

MASK = "*****"
_MORE = frozenset({"password", "secret", "private-key", "preshared-key"})


def keep(router_id: int, facts: Facts, *, whole: bool, now: datetime) -> None:
    """Keep what was read; a reading of some menus leaves what is known of the others."""
    tables = {path: [_masked(row) for row in found] for path, found in facts.tables.items()}
    held = Inventory.objects.filter(router_id=router_id).first()
    if held is not None and not whole:
        narrow = {
            path
            for path, found in tables.items()
            if path in BY_PATH
            and BY_PATH[path].owner is not Owner.SINGLE  # which has no id to tell by, and is read whole
            and any(".id" not in row for row in found)
        }
        tables = {**held.tables, **{path: found for path, found in tables.items() if path not in narrow}}
    Inventory.objects.update_or_create(
        router_id=router_id,
        defaults={
            "version": facts.version[:40],
            "serial": facts.serial[:40],
            "tables": tables,
            "is_whole": whole or bool(held and held.is_whole),
            "read_at": now,
        },
    )


def _masked(row: Found) -> dict[str, str]:
    secret = _MORE | (BY_PATH[row.path].secrets if row.path in BY_PATH else frozenset())
    kept = {name: MASK if name in secret and value else value for name, value in row.values.items()}
    return {
        name: value.encode("utf-8", "backslashreplace").decode().replace("\0", "")
        for name, value in kept.items()
    }


def of(router: Router) -> Inventory | None:
    return Inventory.objects.filter(router=router).first()


def known(router_id: int, *, since: datetime | None) -> bool:
    """Whether it was read, and after that moment, where one is given."""
    held = Inventory.objects.filter(router_id=router_id)
    return (held if since is None else held.filter(read_at__gte=since)).exists()


def pools_elsewhere(router_id: int) -> tuple[tuple[str, str], ...]:
    """What the other routers of the ISP hand out, as they told last: name of the router, ranges of a pool."""
    others = Inventory.objects.exclude(router_id=router_id).filter(router__leaving_at=None)
    told = others.order_by("router__name").values_list("router__name", "tables__/ip/pool")
    return tuple((name, pool["ranges"]) for name, pools in told for pool in pools or () if pool.get("ranges"))


def facts_of(reading: Inventory) -> Facts:
    """The facts as a conversation would have given them, but for secrets."""
    tables = {
        path: [Found(path, row.get(".id", ""), row) for row in table]
        for path, table in reading.tables.items()
    }
    return Facts(reading.version, reading.serial, tables)


def preview(wish: Wish, facts: Facts) -> list[plan.Step]:
    """What would be written on a router as it was read; raises Refusal as the conversation would."""
    steps: list[plan.Step] = []
    for step in planning.steps(wish, facts, force=True):
        if isinstance(step, plan.Set):
            there = next((row.values for row in facts.of(step.row.path) if row.id == step.id), {})
            changed = {name: value for name, value in step.changed.items() if there.get(name) != MASK}
            if changed:
                steps.append(replace(step, changed=changed))
        else:
            steps.append(step)
    return steps
