"""How routers, login names and plans are called on pages; codes stay covered for roles that may not see them."""

from collections.abc import Collection

from django.http import HttpRequest

from accounts.roles import Action
from dashboard import access
from kmikro.lib import codes
from kmikro.ui import formats
from routers.models import Router
from subscribers.models import Plan, Service
from subscribers.plans import Terms

GONE = "Removed router"
TYPOS = 3  # characters outside the alphabet with which a name still looks like a code


def routers(ids: Collection[int] | None = None) -> dict[int, str]:
    """Router names by id: radius knows routers by number only."""
    rows = Router.objects.all() if ids is None else Router.objects.filter(pk__in=set(ids))
    return dict(rows.order_by("name").values_list("pk", "name"))


def may_see_codes(request: HttpRequest) -> bool:
    return access.may(request, Action.SEE_CODES)


def covered(name: str, service: Service | None) -> bool:
    """Whether a login name could be a voucher code (or a mistyped one), and not an account's name."""
    if service is not None:
        return service.kind == Service.Kind.VOUCHER
    bare = codes.normalise(name)
    ours = sum(symbol in codes.ALPHABET for symbol in bare)
    return abs(len(bare) - codes.LENGTH) <= 1 and ours >= len(bare) - TYPOS


def login(name: str, service: Service | None, *, clear: bool) -> str:
    """A login name as this person may read it: codes in groups of four, covered unless `clear`."""
    if not covered(name, service):
        return name
    bare = codes.normalise(name)
    if not clear:
        return f"{bare[:2]}••••••{bare[-4:]}"
    return codes.shown(bare) if codes.is_plausible(bare) else name


def sentence(text: str, name: str, service: Service | None, *, clear: bool) -> str:
    """A sentence of the login log without the code that somebody typed."""
    if clear or not name or not covered(name, service):
        return text
    return text.replace(name, login(name, service, clear=False))


def offer(plan: Plan | Terms) -> str:
    """What a plan gives in a few words: '1 day from first use, 3 GB, 5 Mbps down, 2 Mbps up'."""
    parts = []
    if plan.validity_seconds is not None:
        parts.append(f"{span(plan.validity_seconds)} from first use")
    if plan.time_limit_seconds is not None:
        parts.append(f"{span(plan.time_limit_seconds)} online")
    if plan.data_limit_bytes is not None:
        parts.append(formats.data_size(plan.data_limit_bytes))
    parts.append(speed(plan.download_bps, plan.upload_bps))
    if plan.devices > 1:
        parts.append(f"{plan.devices} devices")
    return ", ".join(part for part in parts if part)


def span(seconds: int) -> str:
    """A length of time as it is sold, in words where it is even: '1 day', '36 hours', '90 min'."""
    for size, one, many in ((86_400, "day", "days"), (3_600, "hour", "hours")):
        count, rest = divmod(seconds, size)
        if count and not rest:
            return f"{count}\u00a0{one if count == 1 else many}"
    return formats.span(seconds) if seconds % 60 else f"{seconds // 60}\u00a0min"


def speed(download_bps: int, upload_bps: int) -> str:
    """'5 Mbps down, 2 Mbps up', or 'no speed limit'."""
    if not download_bps and not upload_bps:
        return "no speed limit"
    down = formats.bit_rate(download_bps) if download_bps else "unlimited"
    up = formats.bit_rate(upload_bps) if upload_bps else "unlimited"
    return f"{down} down, {up} up"
