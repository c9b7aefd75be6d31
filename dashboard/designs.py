"""Designs of vouchers: the list, the editor with its preview, and which one is usual."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Action
from billing import designs, papers, slip_html
from billing.models import Design, VoucherRules
from dashboard import access, listing, slips
from dashboard.access import Request, operator
from dashboard.forms_designs import DesignForm
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal

SORTS = {"name": ("name", "pk"), "paper": ("paper", "name", "pk"), "changed": ("changed_at", "pk")}
EDIT = "dashboard/vouchers/design.html"
# Nobody's voucher: its check character is wrong.
SAMPLE = {
    "code": "CCCC-DDDD-FFFF", "serial": "12-0004", "plan": "Day", "price": "KSh 50", "valid": "1 day",
    "offer": "1 day from first use, 3 GB, 5 Mbps down, 2 Mbps up", "speed": "5 Mbps down, 2 Mbps up",
    "use_by": "Use by 30 Nov 2026", "note": "Kiosk",
}  # fmt: skip


def _design(pk: int) -> Design:
    return get_object_or_404(Design, pk=pk)


@operator(Action.SEE_VOUCHERS)
@require_GET
def index(request: Request) -> HttpResponse:
    text, paper = listing.search(request), listing.choice(request, "paper", papers.PAPERS)
    chosen, fields = listing.order(request, SORTS, "name")
    rows = Design.objects.filter(Q(name__icontains=text)) if text else Design.objects.all()
    if paper:
        rows = rows.filter(paper=paper)
    rows = rows.select_related("made_by").order_by(*fields)
    if listing.wants_csv(request):
        listing.limit_statements()
        told = (
            (each.name, each.get_paper_display(), each.changed_at.isoformat()) for each in rows.iterator()
        )
        return listing.csv_answer("voucher-designs", ("Design", "Paper", "Changed (UTC)"), told)
    usual = designs.rules()
    return page(
        request,
        "dashboard/vouchers/designs.html",
        nav_key="vouchers",
        page=listing.paged(request, rows),
        q=text,
        keep=[("paper", paper)] if paper else [],
        chips=listing.chips(request, "paper", [("", "All"), *papers.CHOICES], paper),
        heads=listing.headings(
            request, chosen, [("name", "Design"), ("paper", "Paper"), ("changed", "Changed"), ("", "", "num")]
        ),
        usual=usual,
        top_ups=VoucherRules.TopUp.choices,
        papers=papers.PAPERS.values(),
        may_change=access.may(request, Action.CHANGE_PLANS),
        export_url=listing.link(request, format="csv"),
    )


def _preview(request: Request, html: str, paper: str) -> dict[str, Any]:
    """The design with sample words, or what is wrong with it."""
    url = slips.portal(request)
    shared = {**SAMPLE, "isp": request.isp.name, "address": slips.shown_address(url)}
    shown: dict[str, Any] = {"paper": papers.of(paper), "wrong": "", "slip": ""}
    try:
        cleaned = slip_html.clean(html)
    except Refusal as refusal:
        return {**shown, "wrong": refusal.text}
    sample = {"serial": SAMPLE["serial"], "code": SAMPLE["code"], "url": url}
    return {**shown, "slip": slips.filled(cleaned, shared, [sample])[0]}


def _styled(answer: HttpResponse) -> HttpResponse:
    answer._csp_update = slips.STYLED  # type: ignore[attr-defined]
    return answer


@operator(Action.CHANGE_PLANS)
@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int | None = None) -> HttpResponse:
    """Make a design, or change one."""
    held = _design(pk) if pk is not None else None
    context: dict[str, Any] = {"nav_key": "vouchers", "held": held, "fields": slip_html.FIELDS.items()}
    if request.method == "GET":
        first = (
            {"name": held.name, "paper": held.paper, "html": held.html} if held else {"html": designs.EXAMPLE}
        )
        shown = _preview(request, str(first["html"]), first.get("paper", "a4"))
        return _styled(page(request, EDIT, form=DesignForm(initial=first), **context, **shown))
    form, refusal = DesignForm(request.POST), None
    if form.is_valid():
        given, by, now = form.cleaned_data, access.actor(request), datetime.now(UTC)
        try:
            if held is None:
                held = designs.make(**given, by=by, now=now)
            else:
                designs.change(held, **given, by=by, now=now)
            return done(request, reverse("voucher-design", args=[held.pk]), "Saved.")
        except Refusal as caught:
            refusal = caught
    shown = _preview(request, request.POST.get("html", ""), request.POST.get("paper", ""))
    return _styled(refused(request, EDIT, form=form, refusal=refusal, **context, **shown))


@operator(Action.CHANGE_PLANS)
@require_POST
def preview(request: Request) -> HttpResponse:
    """The part that follows what is typed."""
    html, paper = request.POST.get("html", ""), request.POST.get("paper", "")
    return _styled(page(request, f"{EDIT}#preview", **_preview(request, html, paper)))


@operator(Action.CHANGE_PLANS)
@require_POST
def choose(request: Request) -> HttpResponse:
    """What is printed unless another design is chosen."""
    pk = listing.identity(request.POST.get("design", ""))
    design = _design(pk) if pk is not None else None
    try:
        designs.choose(request.POST.get("paper", ""), design, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, reverse("voucher-designs"), refusal.text, "bad")
    return done(request, reverse("voucher-designs"), "Vouchers are printed so from now on.")


@operator(Action.CHANGE_PLANS)
@require_http_methods(["GET", "POST"])
def remove(request: Request, pk: int) -> HttpResponse:
    held = _design(pk)
    if request.method == "GET":
        return confirm(
            request,
            title=f"Remove the design {held}?",
            text="Vouchers that are printed stay as they are. Where it was the usual design, its paper's own look is printed.",
            action=reverse("voucher-design-remove", args=[pk]),
            verb="Remove design",
            cancel_url=reverse("voucher-design", args=[pk]),
            nav_key="vouchers",
        )
    designs.remove(held, by=access.actor(request), now=datetime.now(UTC))
    return done(request, reverse("voucher-designs"), "The design is removed.")
