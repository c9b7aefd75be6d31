"""A file of 50,000 subscribers with accounts, beside the same rows made one by one by the verbs of the pages."""

import time
from datetime import UTC, datetime
from typing import Any

from accounts.journal import SYSTEM
from bench.ground import Ground
from subscribers import accounts, import_running, import_undoing, importing, people
from subscribers.import_judging import World
from subscribers.models import Plan, Service, Subscriber
from tenants import scope

PEER_ROWS = 300
GOAL_SECONDS = 60
HEAD = "Account number,Name,Phone,Email,Address,Tags,User name,Password,Plan,Expires on\n"


def measure(ground: Ground, rows: int) -> dict[str, Any]:
    """Seconds of each stage of an import, and rows per second beside one by one."""
    schema, now = ground.isp.schema_name, datetime.now(UTC)
    with scope.inside(schema):
        plan = Plan.objects.get(pk=ground.plan_id)
    text = HEAD + "".join(
        f'{700_000 + n},"Person {n}",+2547{n:08d},p{n}@example.test,"House {n}, Rongai","fibre,bench",bench.{n},'
        f"{'' if n % 2 else f'secret-{n}'},{plan.name},2035-12-31\n"
        for n in range(rows)
    )
    took: dict[str, float] = {}
    began = time.perf_counter()
    with scope.inside(schema):
        file = importing.receive("bench.csv", text.encode(), country="KE", by=SYSTEM, now=now)
    took["receive"] = time.perf_counter() - began
    with scope.inside(schema):
        file = importing.settle(file, file.columns, file.rules, by=SYSTEM, now=now)
    world, part, more = World(), 1, True
    began = time.perf_counter()
    while more:
        with scope.inside(schema):
            more = import_running.check_part(file.pk, file.attempt, part, world, now=now)
        part += 1
    took["dry_run"] = time.perf_counter() - began
    began, more = time.perf_counter(), True
    with scope.inside(schema):
        importing.start(file, by=SYSTEM, now=now)
    while more:
        with scope.inside(schema):
            more = import_running.run_part(file.pk, now=now)
    took["import"] = time.perf_counter() - began
    with scope.inside(schema):
        made = Service.objects.filter(label__startswith="bench.").count()
        began = time.perf_counter()
        for n in range(PEER_ROWS):
            more_of = {
                "emails": [{"address": f"q{n}@example.test"}],
                "address": f"House {n}",
                "tags": ["peer"],
            }
            person = people.add(f"Peer {n}", f"+2557{n:08d}", by=SYSTEM, now=now, country="KE", more=more_of)
            accounts.open_account(f"peer.{n}", plan, person, by=SYSTEM, now=now)
        peer = PEER_ROWS / (time.perf_counter() - began)
    began, more = time.perf_counter(), True
    with scope.inside(schema):
        importing.undo(file, by=SYSTEM, now=now)
    while more:
        with scope.inside(schema):
            more = import_undoing.undo_part(file.pk, now=now)
    took["undo"] = time.perf_counter() - began
    with scope.inside(schema):
        left = Subscriber.objects.filter(account_number__startswith="7", name__startswith="Person").count()
    return {
        "rows": rows,
        "accounts_made": made,
        "left_after_undo": left,
        "seconds": {name: round(each, 1) for name, each in took.items()},
        "goal": f"{GOAL_SECONDS} s: {'reached' if took['import'] <= GOAL_SECONDS else 'not reached'}",
        "per_second": round(made / took["import"]),
        "peer": "one subscriber and account after the other, by the verbs of the pages",
        "peer_per_second": round(peer),
        "ratio": round(made / took["import"] / peer, 1),
    }
