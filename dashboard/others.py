"""What is on a router that is not ours: found, exported, taken over, given back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.enrolments import router_or_404
from dashboard.page import done, page
from dashboard.taken import taken_or_404
from kmikro.lib.refusal import Refusal
from routers import adopting, inventory, proposals
from routers.models import Taken

PAGE = "dashboard/routers/others.html"
HEADS = ("Whose", "Menu", "Name", "Values", "What we propose")
CHIPS = [("", "All"), ("propose", "To take over"), ("may", "May be taken over"), ("left", "Left")]
MOST_LEFT = 200  # that are shown; the search and the export know them all


@operator(Action.SEE_ROUTERS)
@require_GET
def index(request: Request, pk: int) -> HttpResponse:
    router = router_or_404(pk)
    text, kind = listing.search(request), listing.choice(request, "kind", [key for key, _label in CHIPS])
    menu = request.GET.get("menu", "") if request.GET.get("menu", "") in proposals.SHOWN else ""
    held = inventory.of(router)
    known = held is not None and held.is_whole
    taken = [each for each in router.taken.exclude(key="") if _fits(text, each.name, each.path)]
    others = adopting.proposed(router, held)
    menus = sorted({each.path for each in others})
    found = [
        each
        for each in others
        if _fits(text, each.name, each.path, *(value for _name, value in each.told))
        and (not menu or each.path == menu)
        and _is(kind, each)
    ]
    if listing.wants_csv(request):
        return listing.csv_answer(f"others-{pk}", HEADS, _csv(taken, found))
    left = [each for each in found if not each.may_take]
    pages: Any = Paginator([each for each in found if each.may_take], listing.PER_PAGE)
    shown = pages.get_page(request.GET.get("page", "1"))
    return page(
        request,
        PAGE,
        nav_key="routers",
        router=router,
        inventory=held if known else None,
        page=shown,
        found=[{"row": each, "told": _told(each)[:300]} for each in shown],
        left=[{"row": each, "told": _told(each)[:300]} for each in left[:MOST_LEFT]],
        stay=len(left),
        taken=[{"row": each, "changed": adopting.differs(each)} for each in taken],
        q=text,
        filtered=bool(text or kind or menu),
        keep=[(name, value) for name, value in (("kind", kind), ("menu", menu)) if value],
        chips=listing.chips(request, "kind", CHIPS, kind),
        menu_chips=listing.chips(
            request, "menu", [("", "All menus"), *((each, each) for each in menus)], menu
        ),
        may_change=access.may(request, Action.CHANGE_ROUTERS),
        export_url=listing.link(request, format="csv"),
    )


def _fits(text: str, *words: str) -> bool:
    return any(text.lower() in word.lower() for word in words)


def _is(kind: str, each: proposals.Proposal) -> bool:
    return {"propose": each.take, "may": each.may_take, "left": not each.may_take}.get(kind, True)


def _told(each: proposals.Proposal) -> str:
    return ", ".join(f"{name}={value}" for name, value in each.told)


def _csv(taken: list[Taken], found: list[proposals.Proposal]) -> Iterator[tuple[object, ...]]:
    for row in taken:
        values = ", ".join(f"{name}={value}" for name, value in sorted(row.wanted.items()) if value)
        yield "taken over", row.path, row.name, values, ""
    for each in found:
        yield "not ours", each.path, each.name, _told(each), each.reason


@operator(Action.CHANGE_ROUTERS)
@require_POST
def take(request: Request, pk: int) -> HttpResponse:
    router, here = router_or_404(pk), reverse("router-others", args=[pk])
    try:
        count = adopting.take(
            router, request.POST.getlist("row"), by=access.actor(request), now=datetime.now(UTC)
        )
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(
        request,
        reverse("router-offers", args=[pk]),
        f"{count} taken over. They get our mark when you apply it.",
    )


@operator(Action.CHANGE_ROUTERS)
@require_POST
def give_back(request: Request, pk: int, number: int) -> HttpResponse:
    router = router_or_404(pk)
    held = taken_or_404(router, number)
    marked = adopting.give_back(held, by=access.actor(request), now=datetime.now(UTC))
    text = f"{held.name} becomes what it was when you apply it." if marked else f"{held.name} is left alone."
    return done(request, reverse("router-others", args=[pk]), text)
