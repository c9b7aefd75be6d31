"""How routers and login names are called on pages; codes stay covered for roles that may not see them."""

from collections.abc import Collection
from datetime import UTC, datetime

from django.http import HttpRequest

from accounts.roles import Action
from billing import handover
from billing.models import Batch
from dashboard import access
from kmikro.lib import codes
from kmikro.lib.languages import LANGUAGES
from routers.models import Router
from subscribers.models import Service, Subscriber
from tenants.models import Isp

GONE = "Removed router"


def routers(ids: Collection[int] | None = None) -> dict[int, str]:
    """Router names by id: radius knows routers by number only."""
    rows = Router.objects.all() if ids is None else Router.objects.filter(pk__in=set(ids))
    return dict(rows.order_by("name").values_list("pk", "name"))


def language(person: Subscriber | None, isp: Isp) -> str:
    """In which a subscriber is answered, in words."""
    if person is not None and person.language in LANGUAGES:
        return LANGUAGES[person.language]
    return f"{LANGUAGES.get(isp.language, isp.language)}, your default"


def may_see_codes(request: HttpRequest) -> bool:
    return access.may(request, Action.SEE_CODES)


def clear_codes(request: HttpRequest, batch: Batch) -> bool:
    """Whether this person sees the codes of a batch now: until it is handed over, and never without the right."""
    return may_see_codes(request) and handover.is_open(batch, datetime.now(UTC))


def covered(name: str, service: Service | None) -> bool:
    """Whether a login name could be a voucher code (or a mistyped one), and not an account's name."""
    if service is not None:
        return service.kind == Service.Kind.VOUCHER
    return codes.may_be(name)


def login(name: str, service: Service | None, *, clear: bool) -> str:
    """A login name as this person may read it: codes in groups of four, covered unless `clear`."""
    if not covered(name, service):
        return name
    bare = codes.normalise(name)
    if not clear:
        return codes.masked(bare)
    is_code = service is not None or codes.is_plausible(bare)
    return codes.shown(bare) if is_code else name


def sentence(text: str, name: str, service: Service | None, *, clear: bool) -> str:
    """A sentence of the login log without the code that somebody typed."""
    if clear or not name or not covered(name, service):
        return text
    return text.replace(name, login(name, service, clear=False))
