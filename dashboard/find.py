"""One search over everything a role may see: routers, subscribers, vouchers, and sessions by MAC or address."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.roles import Action
from billing import queries as vouchers
from dashboard import access, listing, names
from dashboard.access import Request, signed_in
from dashboard.batches import owner
from dashboard.page import page, wants_part
from dashboard.routers import state_of
from kmikro.lib import codes
from radius.models import Session
from routers import queries as routers
from subscribers import finding

SHOWN = 8  # of each kind; the link below them leads to the whole list
BACK = timedelta(days=30)  # so far ended sessions are looked for
KINDS = (Action.SEE_ROUTERS, Action.SEE_SUBSCRIBERS, Action.SEE_VOUCHERS, Action.SEE_SESSIONS)
_MAC = re.compile(r"[0-9A-F]{12}")
_MAC_PART = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){1,4}:?[0-9A-F]?")


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found; is_it says that what was typed is its very name."""

    title: str
    sub: str
    url: str
    state: Any = ""
    mono: str = ""
    is_it: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; all_url is the kind's own list, searched alike."""

    title: str
    icon: str
    all_url: str
    hits: list[Hit] = field(default_factory=list)
    more: bool = False


def hint(request: HttpRequest) -> str:
    """What the search field promises this role; empty when there is nothing to search."""
    if access.may(request, Action.SEE_SUBSCRIBERS):
        return _("Find a subscriber, router or voucher")
    if access.may(request, Action.SEE_ROUTERS):
        return _("Find a router, a MAC or an address")
    return _("Find a voucher") if access.may(request, Action.SEE_VOUCHERS) else ""


@signed_in
@require_GET
def index(request: Request) -> HttpResponse:
    """Groups of what fits; the only thing that is called exactly so is opened at once."""
    text = " ".join(listing.search(request).split())
    groups = _groups(request, text) if text else []
    named = [hit for group in groups for hit in group.hits if hit.is_it]
    if len(named) == 1 and not wants_part(request):
        return HttpResponseRedirect(named[0].url)
    return page(
        request,
        "dashboard/find.html",
        q=text,
        groups=[group for group in groups if group.hits],
        hint=hint(request),
        typo=access.may(request, Action.SEE_VOUCHERS) and vouchers.is_typo(text),
    )


def _groups(request: Request, text: str) -> list[Group]:
    listing.limit_statements()
    finders = zip(KINDS, (_routers, _subscribers, _vouchers, _sessions), strict=True)
    return [find(request, text) for action, find in finders if access.may(request, action)]


def _group(title: str, icon: str, all_url: str, hits: Iterable[Hit]) -> Group:
    found = list(hits)
    return Group(title, icon, all_url, found[:SHOWN], len(found) > SHOWN)


def _listed(route: str, text: str, **more: str) -> str:
    return f"{reverse(route)}?{urlencode({'q': text, **more})}"


def _same(text: str, *values: str | None) -> bool:
    return any(value and value.casefold() == text.casefold() for value in values)


def _routers(_request: Request, text: str) -> Group:
    rows = routers.search(text, "").order_by("name")[: SHOWN + 1]
    return _group(
        _("Routers"),
        "router",
        _listed("routers", text),
        (
            Hit(
                each.name,
                " · ".join(part for part in (each.site.name, each.board, each.serial) if part),
                reverse("router", args=[each.pk]),
                state=state_of(each),
                mono=each.address or "",
                is_it=_same(text, each.name, each.identity, each.serial, each.address),
            )
            for each in rows
        ),
    )


def _subscribers(_request: Request, text: str) -> Group:
    rows = finding.first(text, SHOWN + 1)
    return _group(
        _("Subscribers"),
        "users",
        _listed("subscriber-people", text),
        (
            Hit(
                each.name,
                " · ".join(part for part in (each.phone, each.email) if part),
                reverse("subscriber", args=[each.pk]),
                state=each.state if each.state != each.State.ACTIVE else "",
                mono=each.account_number,
                # Two people may share a name, and a longer name may be the one that was meant.
                is_it=_same(
                    text, each.account_number, each.email, *(phone.number for phone in each.phones.all())
                )
                or (len(rows) == 1 and _same(text, each.name)),
            )
            for each in rows
        ),
    )


def _vouchers(request: Request, text: str) -> Group:
    rows = vouchers.matching(vouchers.vouchers(datetime.now(UTC), owner(request)), text).order_by("-pk")
    is_code = vouchers.is_code(text)
    return _group(
        _("Vouchers"),
        "ticket",
        _listed("voucher-find", text),
        (
            Hit(
                str(each),
                each.service.plan.name,
                reverse("voucher", args=[each.pk]),
                state=each.state,
                mono=codes.shown(each.code)
                if names.clear_codes(request, each.batch)
                else codes.masked(each.code),
                is_it=is_code or _same(text, each.service.label),
            )
            for each in rows[: SHOWN + 1]
        ),
    )


def _sessions(_request: Request, text: str) -> Group:
    where = _place(text)
    found: list[Session] = []
    if where:
        chosen = Session.objects.filter(**where).select_related("service").defer("fold", "service__secret")
        chosen = chosen.order_by("-started_at", "-pk")
        found = list(chosen.filter(ended_at=None)[: SHOWN + 1])
        lately = datetime.now(UTC) - BACK
        found += chosen.filter(started_at__gte=lately).exclude(ended_at=None)[: SHOWN + 1 - len(found)]
        text = next(iter(where.values()))
    over = {"state": "ended"} if found and found[0].ended_at else {}
    places = names.routers({each.router_id for each in found})
    return _group(
        _("Sessions"),
        "activity",
        _listed("sessions", text, **over),
        (
            Hit(
                each.mac or each.framed_ip or "",
                " · ".join(filter(None, (places.get(each.router_id, names.GONE), _whose(each)))),
                _listed("sessions", text, **({"state": "ended"} if each.ended_at else {})),
                state="ended" if each.ended_at else "online",
                mono=each.framed_ip or "",
                is_it=_same(text, each.mac, each.framed_ip),
            )
            for each in found
        ),
    )


def _whose(session: Session) -> str:
    return session.service.label if session.service else ""


def _place(text: str) -> dict[str, str]:
    """The filter for a MAC in any spelling, the start of one, or an address; nothing for other words."""
    bare = re.sub(r"[:.\-]", "", text).upper()
    if _MAC.fullmatch(bare):
        return {"mac": ":".join(bare[at : at + 2] for at in range(0, 12, 2))}
    try:
        return {"framed_ip": str(ipaddress.ip_address(text))}
    except ValueError:
        part = text.upper().replace("-", ":")
        return {"mac__startswith": part} if _MAC_PART.fullmatch(part) else {}
