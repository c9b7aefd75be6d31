"""A batch of 100,000 vouchers, beside rows made one by one."""

import time
from datetime import UTC, datetime
from typing import Any

from accounts.journal import SYSTEM
from bench.ground import Ground
from billing import vouchers
from billing.models import Voucher
from kmikro.lib import codes
from subscribers.models import Plan, Service
from tenants import scope

COUNT, PEER_COUNT = 100_000, 300


def measure(ground: Ground) -> dict[str, Any]:
    """Vouchers per second of the product's batch, and of the plain way for the peer."""
    now = datetime.now(UTC)
    with scope.inside(ground.isp.schema_name):
        plan = Plan.objects.get(pk=ground.plan_id)
        batch = vouchers.ask_batch(plan, COUNT, "bench", by=SYSTEM, now=now)
        began = time.perf_counter()
        vouchers.make_batch(batch, now=now)
        took = time.perf_counter() - began
        made = Voucher.objects.filter(batch=batch).count()
        began = time.perf_counter()
        other = vouchers.ask_batch(plan, PEER_COUNT, "peer", by=SYSTEM, now=now)
        for serial in range(1, PEER_COUNT + 1):
            code = codes.mint()
            service = Service.objects.create(
                kind="voucher", label=f"p-{serial}", lookup=vouchers.lookup(code), plan=plan, made_at=now
            )
            Voucher.objects.create(batch=other, serial=serial, service=service, code=code, tail=code[-4:])
        peer = PEER_COUNT / (time.perf_counter() - began)
    return {
        "made": made,
        "seconds": round(took, 2),
        "per_second": round(made / took),
        "peer": "one INSERT per row",
        "peer_per_second": round(peer),
        "ratio": round(made / took / peer, 1),
    }
