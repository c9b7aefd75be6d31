"""How many addresses an ISP may have us call for the first time: ten an hour, so that we are nobody's scanner."""

from datetime import datetime, timedelta

from kmikro.lib import here
from kmikro.lib.refusal import Refusal
from routers.models import Newcomer, Router

MOST = 10
PERIOD = timedelta(hours=1)


def count(address: str, *, now: datetime) -> None:
    """Count an address that a router reported or a person typed; refuses one too many, and says when it goes on.

    An address of a router that the ISP has, or one that was counted within the hour, is not new.
    """
    here.alone("newcomers")
    Newcomer.objects.filter(counted_at__lte=now - PERIOD).delete()
    if Router.objects.filter(address=address).exists() or Newcomer.objects.filter(address=address).exists():
        return
    counted = list(Newcomer.objects.order_by("counted_at").values_list("counted_at", flat=True))
    if len(counted) >= MOST:
        minutes = max(1, -(-int((counted[-MOST] + PERIOD - now).total_seconds()) // 60))
        raise Refusal(
            "too_many_new",
            f"{MOST} new router addresses came within an hour, which is the most. It goes on in {minutes} minutes.",
        )
    Newcomer.objects.create(address=address, counted_at=now)
