"""What would be written on a router as it was last read: the router is not asked, and secrets are masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kmikro.lib.refusal import Refusal
from routers import inventory, lines, offer_checks, plan, sync
from routers.models import Router


@dataclass(frozen=True, slots=True)
class Preview:
    """Sentences and RouterOS lines, or why nothing could be written; without read_at it was never read."""

    read_at: datetime | None = None
    trouble: str = ""
    cautions: Sequence[str] = ()
    sentences: Sequence[str] = ()
    lines: Sequence[str] = ()

    @property
    def script(self) -> str:
        """The lines as one text to read."""
        return "\n".join(self.lines)


def of(router: Router, host: str, *, now: datetime) -> Preview:
    """What makes the router as it should be; host is the ISP's own, for the portal."""
    held = inventory.of(router)
    if held is None:
        return Preview()
    facts, wish = inventory.facts_of(held), sync.job_of(router, host, now=now).wish
    try:
        steps = inventory.preview(wish, facts)
    except Refusal as refusal:
        return Preview(held.read_at, refusal.text)
    return Preview(
        held.read_at,
        cautions=offer_checks.cautions(wish.offers, facts),
        sentences=[plan.sentence(step) for step in steps],
        lines=lines.lines(steps),
    )
