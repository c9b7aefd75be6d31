"""What the ISP gives instead of a refusal: set and taken away, one setting for each reason."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers.models import Fallback, Plan
from subscribers.plans import FASTEST_BPS
from subscribers.rules import check_name

SHORTEST, LONGEST = 60, 86_400  # seconds until the router asks again


@dataclass(frozen=True, slots=True)
class Given:
    """Speed, list and pool; what is not said is the plan's, when there is one. Speeds in bits per second."""

    plan_id: int | None = None
    download_bps: int = 0
    upload_bps: int = 0
    address_list: str = ""
    pool: str = ""
    seconds: int = 900


def give(reason: str, given: Given, *, by: Actor, now: datetime) -> Fallback:
    """Let people in with this instead of refusing them for `reason`. Raises Refusal with the field that is wrong."""
    if reason not in Fallback.Reason.values:
        raise Refusal(
            "no_reason", f"The reason is one of {', '.join(Fallback.Reason.values)}.", field="reason"
        )
    if not SHORTEST <= given.seconds <= LONGEST:
        raise Refusal("out_of_range", f"seconds is from {SHORTEST} to {LONGEST}.", field="seconds")
    for name in ("download_bps", "upload_bps"):
        if not 0 <= getattr(given, name) <= FASTEST_BPS:
            raise Refusal("out_of_range", f"{name} is from 0 to {FASTEST_BPS}.", field=name)
    for name in ("address_list", "pool"):
        check_name(name, getattr(given, name))
    if given.plan_id is not None and not Plan.objects.filter(pk=given.plan_id).exists():
        raise Refusal("no_plan", "There is no such plan.", field="plan")
    if given == Given(seconds=given.seconds):
        text = "Without a plan, a speed, a list or a pool this would be everything for nothing."
        raise Refusal("nothing_given", text, field="plan")
    with transaction.atomic():
        made, _ = Fallback.objects.update_or_create(
            reason=reason, defaults={**asdict(given), "changed_at": now}
        )
        record(by, "fallback.give", made, now=now, **asdict(given))
    return made


def take_away(reason: str, *, by: Actor, now: datetime) -> None:
    """Refuse for this reason again. Raises Refusal when nothing is given for it."""
    with transaction.atomic():
        held = Fallback.objects.select_for_update(of=("self",)).filter(reason=reason).first()
        if held is None:
            raise Refusal("not_given", "Nothing is given for this reason.", field="reason")
        record(by, "fallback.take_away", held, now=now, reason=reason)
        held.delete()
