"""The platform's host: landing, sign-up with visible progress, and the way to one's own workspace."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits
from dashboard import tasks
from dashboard.access import address, open_to_all
from dashboard.forms_public import FindByEmail, FindBySlug, SignUp, suggested
from dashboard.page import page, refused, wants_part
from kmikro.lib.refusal import Refusal
from legal import consent
from legal.models import Document
from tenants import addresses, finding, onboarding
from tenants.models import Isp

either = require_http_methods(["GET", "HEAD", "POST"])
WORKER_SILENT_AFTER = timedelta(seconds=20)


@open_to_all
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    return page(request, "public/landing.html", sign_up_url=reverse("sign-up"), sign_in_url=reverse("finder"))


def _terms_label() -> SafeString:
    version = consent.current(Document.Kind.TERMS, now=datetime.now(UTC))
    number = f"{version.number} ({version.dated:%B %Y})" if version else "1"
    link = format_html('<a class="link" href="/legal/terms/">{}</a>', _("Terms of Service"))
    return format_html(_("I accept the {}, version {}, for this business."), link, number)


def _base() -> str:
    return f".{settings.BASE_DOMAIN}"


@open_to_all
@never_cache
@either
def sign_up(request: HttpRequest) -> HttpResponse:
    form = SignUp(request.POST or None, terms_label=_terms_label())
    template = "public/sign_up.html"
    more: dict[str, Any] = {"base": _base()}
    if request.method != "POST":
        return page(request, template, form=form, **more)
    if not form.is_valid():
        return refused(request, template, form=form, **more)
    data = form.cleaned_data
    try:
        limits.hit("sign-up", limits.network(address(request)))
        isp, ticket = onboarding.ask(
            name=data["company"],
            slug=data["slug"],
            owner_name=data["name"],
            email=data["email"],
            password=data["password"],
            country=data["country"],
            currency=data["currency"],
            time_zone=data["time_zone"],
            now=datetime.now(UTC),
        )
    except Refusal as refusal:
        return refused(request, template, form=form, refusal=refusal, **more)
    tasks.open_soon(isp, address=address(request), user_agent=request.headers.get("User-Agent", ""))
    return HttpResponseRedirect(reverse("opening", args=[ticket]))


@open_to_all
@require_safe
def check_slug(request: HttpRequest) -> HttpResponse:
    """The line under the address field, while somebody types; asked by company name it suggests one."""
    slug = request.GET.get("slug", "").strip().lower()[:80]
    context: dict[str, Any] = {"slug": slug, "base": _base()}
    try:
        limits.hit("slug-check", limits.network(address(request)))
        if slug:
            onboarding.check_slug(slug)
            context["free"] = True
    except Refusal as refusal:
        context["problem"] = refusal.text
        other = suggested(f"{slug} net")
        context["suggestion"] = other if refusal.code == "slug_taken" and _is_free(other) else ""
    return page(request, "public/_slug.html", **context)


def _is_free(slug: str) -> bool:
    try:
        onboarding.check_slug(slug)
    except Refusal:
        return False
    return True


def _progress(request: HttpRequest, isp: Isp, ticket: str) -> HttpResponse:
    now = datetime.now(UTC)
    ready = isp.state == Isp.State.ACTIVE
    token = onboarding.first_sign_in(isp, now=now) if ready else ""
    path = (
        reverse("first-sign-in", args=[token], urlconf=settings.ROOT_URLCONF)
        if token
        else "/account/sign-in/"
    )
    context: dict[str, Any] = {
        "watched": isp,
        "ready": ready,
        "failed": isp.state == Isp.State.FAILED,
        "silent": isp.state == Isp.State.WAITING and now - isp.made_at > WORKER_SILENT_AFTER,
        "enter_url": addresses.url(isp.slug, path),
        "host": addresses.host(isp.slug),
        "poll_url": reverse("opening", args=[ticket]),
        "retry_url": reverse("opening-retry", args=[ticket]),
    }
    return page(request, "public/opening.html", "progress", **context)


@open_to_all
@never_cache
@require_safe
def opening(request: HttpRequest, ticket: str) -> HttpResponse:
    """How far the worker is; the ticket in the address is the permission to watch."""
    isp = onboarding.watched(ticket, now=datetime.now(UTC))
    if isp is None:
        return page(request, "public/opening_gone.html", status=404)
    return _progress(request, isp, ticket)


@open_to_all
@never_cache
@require_POST
def opening_retry(request: HttpRequest, ticket: str) -> HttpResponse:
    isp = onboarding.watched(ticket, now=datetime.now(UTC))
    if isp is None:
        return page(request, "public/opening_gone.html", status=404)
    try:
        limits.hit("sign-up", limits.network(address(request)))
    except limits.TooMany:
        return HttpResponseRedirect(reverse("opening", args=[ticket]))
    if onboarding.retry(isp) or isp.state == Isp.State.WAITING:
        tasks.open_soon(isp, address=address(request), user_agent=request.headers.get("User-Agent", ""))
    return HttpResponseRedirect(reverse("opening", args=[ticket]))


def _finder(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    forms: dict[str, Any] = {"slug_form": FindBySlug(), "email_form": FindByEmail(), "base": _base()}
    return page(request, "public/finder.html", status=status, **{**forms, **context})


@open_to_all
@never_cache
@require_safe
def finder(request: HttpRequest) -> HttpResponse:
    """Find one's workspace by its address, or have the list mailed."""
    if "slug" not in request.GET:
        return _finder(request)
    form = FindBySlug(request.GET)
    if not form.is_valid():
        return _finder(request, 422, slug_form=form)
    try:
        limits.hit("slug-check", limits.network(address(request)))
    except limits.TooMany as refusal:
        form.add_error("slug", refusal.text)
        return _finder(request, 422, slug_form=form)
    isp = finding.by_slug(form.cleaned_data["slug"])
    if isp is None:
        form.add_error("slug", _("No workspace has this address. Have the list mailed to you instead."))
        return _finder(request, 422, slug_form=form)
    url = addresses.url(isp.slug, "/account/sign-in/")
    response = page(request, "public/found.html", found=isp, url=url, host=addresses.host(isp.slug))
    # Not a redirect: form-action 'self' would stop a form that ends on another host.
    if not wants_part(request):
        response["Refresh"] = f"0; url={url}"
    return response


@open_to_all
@never_cache
@require_POST
def finder_mail(request: HttpRequest) -> HttpResponse:
    """The same answer for every address: a worker looks where it is known."""
    form = FindByEmail(request.POST)
    if not form.is_valid():
        return _finder(request, 422, email_form=form)
    email = form.cleaned_data["email"]
    try:
        limits.hit("finder-network", limits.network(address(request)))
        limits.hit("finder", email)
    except limits.TooMany as refusal:
        form.add_error(None, refusal.text)
        return _finder(request, 422, email_form=form)
    transaction.on_commit(partial(tasks.mail_workspaces.delay, email), robust=True)
    return page(request, "public/finder_sent.html", email=email)
