"""Platform staff, on the public host: who are our ISPs, and how they are."""

from datetime import UTC, datetime, timedelta
from math import ceil

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import journal, limits
from accounts.models import User
from dashboard import entry
from dashboard.access import actor, is_staff, local_path, open_to_all, staff
from dashboard.forms_public import StaffSignIn
from dashboard.listing import PER_PAGE, choice, search
from dashboard.page import done, page, refused
from kmikro.lib.refusal import Refusal
from tenants import addresses, tunnels
from tenants.models import Isp

either = require_http_methods(["GET", "HEAD", "POST"])
STATE_PILLS = {
    Isp.State.WAITING: "waiting",
    Isp.State.MAKING: "running",
    Isp.State.ACTIVE: "active",
    Isp.State.FAILED: "failed",
}


@open_to_all
@never_cache
@either
def sign_in(request: HttpRequest) -> HttpResponse:
    wanted = local_path(request, request.POST.get("next") or request.GET.get("next", ""), reverse("staff"))
    if is_staff(request):
        return HttpResponseRedirect(wanted)
    form = StaffSignIn(request.POST or None)
    template = "public/staff_sign_in.html"
    if request.method != "POST":
        return page(request, template, form=form, next=wanted)
    if not form.is_valid():
        return refused(request, template, form=form, next=wanted)
    try:
        user = entry.check(
            request, form.cleaned_data["email"], form.cleaned_data["password"], User.Kind.STAFF
        )
    except limits.TooMany as refusal:
        response = refused(request, template, form=form, refusal=refusal, next=wanted)
        response["Retry-After"] = str(refusal.retry_after)
        return response
    except Refusal as refusal:
        return refused(request, template, form=form, refusal=refusal, next=wanted)
    entry.begin(request, user, "staff.signed_in")
    return HttpResponseRedirect(wanted)


@open_to_all
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    entry.end(request)
    return done(request, reverse("staff-sign-in"), _("You are signed out."))


@staff
@never_cache
@require_safe
def isps(request: HttpRequest) -> HttpResponse:
    """All workspaces: names and states only; nothing of what is inside them."""
    q = search(request)
    state = choice(request, "state", [value for value, _label in Isp.State.choices])
    found = Isp.objects.exclude(schema_name="public").order_by("-made_at", "-id")
    if q:
        found = found.filter(Q(name__icontains=q) | Q(slug__icontains=q) | Q(owner_email__icontains=q))
    if state:
        found = found.filter(state=state)
    listed = Paginator(found, PER_PAGE).get_page(request.GET.get("page", "1")[:9])
    now = datetime.now(UTC)
    rows = [
        {
            "isp": isp,
            "pill": STATE_PILLS[Isp.State(isp.state)],
            "url": addresses.url(isp.slug),
            "trial_days": trial_days(isp, now),
        }
        for isp in listed
    ]
    chips = [{"label": _("All"), "url": "?", "current": not state}] + [
        {"label": label, "url": f"?state={value}", "current": state == value}
        for value, label in Isp.State.choices
    ]
    if q:
        journal.record(
            actor(request),
            "staff.searched",
            _me(request),
            now=now,
            query=q,
            found=found.count(),
        )
    return page(
        request,
        "public/staff.html",
        "list",
        rows=rows,
        page=listed,
        q=q,
        chips=chips,
        state=state,
        tunnel_trouble=tunnels.trouble(now),
        tunnel_hub=tunnels.seen(),
        sstp_trouble=tunnels.trouble(now, tunnels.Kind.SSTP),
        sstp_hub=tunnels.seen(tunnels.Kind.SSTP),
    )


def trial_days(isp: Isp, now: datetime) -> int:
    """Days left of the trial, the last one begun counted in; 0 when it is over."""
    return max(0, ceil((isp.trial_ends_at - now) / timedelta(days=1)))


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # @staff let nobody else in
    return request.user
