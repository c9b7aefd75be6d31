"""Sign-in, sign-out, forgotten passwords and one's own account, on a tenant's host."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts import invitations, journal, limits, links, people
from accounts.models import JournalEntry, User
from dashboard import entry, tasks
from dashboard.access import Request, actor, address, is_operator, local_path, open_to_all, signed_in
from dashboard.context import home_url
from dashboard.forms_account import ChangePassword, Forgot, Join, Name, NewPassword, SignIn
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal

either = require_http_methods(["GET", "HEAD", "POST"])
SEEN_ENTRIES = 8


def root(request: HttpRequest) -> str:
    """scheme://host of this very request, for links in letters."""
    return request.build_absolute_uri("/").rstrip("/")


def _inside(request: HttpRequest, wanted: str) -> HttpResponse:
    return HttpResponseRedirect(local_path(request, wanted, home_url(request)))


@open_to_all
@never_cache
@either
def sign_in(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if is_operator(request):
        return _inside(request, wanted)
    form = SignIn(request.POST or None)
    template = "dashboard/account/sign_in.html"
    more: dict[str, Any] = {"next": local_path(request, wanted, "")}
    if request.method != "POST":
        return page(request, template, form=form, **more)
    if not form.is_valid():
        return refused(request, template, form=form, **more)
    try:
        user = entry.check(
            request, form.cleaned_data["email"], form.cleaned_data["password"], User.Kind.OPERATOR
        )
    except limits.TooMany as refusal:
        response = refused(request, template, form=form, refusal=refusal, **more)
        response["Retry-After"] = str(refusal.retry_after)
        return response
    except Refusal as refusal:
        return refused(request, template, form=form, refusal=refusal, **more)
    entry.begin(request, user)
    return _inside(request, wanted)


@open_to_all
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    entry.end(request)
    return done(request, reverse("sign-in"), _("You are signed out."))


@open_to_all
@never_cache
@require_GET
def first_sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """The owner's way in, right after the workspace was made."""
    user = links.read(links.Purpose.FIRST_SIGN_IN, token, now=datetime.now(UTC))
    if user is None:
        return _inside(request, "") if is_operator(request) else HttpResponseRedirect(reverse("sign-in"))
    entry.begin(request, user)
    return _inside(request, "")


@open_to_all
@never_cache
@either
def forgot(request: HttpRequest) -> HttpResponse:
    """The same answer, after the same work, for every address: a worker looks whether it is known."""
    form = Forgot(request.POST or None)
    template = "dashboard/account/forgot.html"
    if request.method != "POST":
        return page(request, template, form=form)
    if not form.is_valid():
        return refused(request, template, form=form)
    network, email = limits.network(address(request)), form.cleaned_data["email"]
    try:
        limits.hit("reset-network", network)
        limits.hit("reset", email)
    except limits.TooMany as refusal:
        return refused(request, template, form=form, refusal=refusal)
    tasks.mail_reset.soon(email, root(request))
    return page(request, "dashboard/account/forgot_sent.html", email=email)


@open_to_all
@never_cache
@either
def reset(request: HttpRequest, token: str) -> HttpResponse:
    now = datetime.now(UTC)
    if links.read(links.Purpose.RESET, token, now=now) is None:
        return page(request, "dashboard/account/link_spent.html", status=410, what="reset")
    form = NewPassword(request.POST or None)
    template = "dashboard/account/reset.html"
    if request.method != "POST":
        return page(request, template, form=form)
    if not form.is_valid():
        return refused(request, template, form=form)
    try:
        people.reset(token, form.cleaned_data["password"], address=address(request), now=now)
    except Refusal as refusal:
        return refused(request, template, form=form, refusal=refusal)
    return done(request, reverse("sign-in"), _("Your password is changed. Sign in with the new one."))


@open_to_all
@never_cache
@either
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation."""
    now = datetime.now(UTC)
    try:
        limits.hit("link", limits.network(address(request)))
        invitation = invitations.find(token, now=now)
    except limits.TooMany:
        invitation = None
    if invitation is None:
        return page(request, "dashboard/account/link_spent.html", status=410, what="invitation")
    form = Join(request.POST or None, initial={"name": invitation.name})
    template = "dashboard/account/join.html"
    more: dict[str, Any] = {"invitation": invitation}
    if request.method != "POST":
        return page(request, template, form=form, **more)
    if not form.is_valid():
        return refused(request, template, form=form, **more)
    data = form.cleaned_data
    try:
        user = invitations.join(
            token, name=data["name"], password=data["password"], address=address(request), now=now
        )
    except Refusal as refusal:
        return refused(request, template, form=form, refusal=refusal, **more)
    entry.begin(request, user)
    return _inside(request, "")


def _account(request: Request, status: int = 200, **forms: object) -> HttpResponse:
    mine = JournalEntry.objects.filter(
        target_kind=User._meta.label_lower, target_id=str(request.user.pk), verb__in=journal.SIGN_INS
    )
    context: dict[str, Any] = {
        "name_form": Name(initial={"name": request.user.name}),
        "password_form": ChangePassword(),
        "recent": list(mine[:SEEN_ENTRIES]),
        **forms,
    }
    return page(request, "dashboard/account/mine.html", status=status, nav_key="account", **context)


@signed_in
@require_safe
def mine(request: Request) -> HttpResponse:
    return _account(request)


@signed_in
@require_POST
def rename(request: Request) -> HttpResponse:
    form = Name(request.POST)
    if not form.is_valid():
        return _account(request, 422, name_form=form)
    people.rename(request.user, form.cleaned_data["name"], actor=actor(request), now=datetime.now(UTC))
    return done(request, reverse("account"), _("Your name is changed."))


@signed_in
@require_POST
def change_password(request: Request) -> HttpResponse:
    form = ChangePassword(request.POST)
    if not form.is_valid():
        return _account(request, 422, password_form=form)
    now, data = datetime.now(UTC), form.cleaned_data
    try:
        limits.hit("password", request.user.pk)
        user = people.change_password(
            request.user, data["old"], data["password"], actor=actor(request), now=now
        )
    except Refusal as refusal:
        form.add_error(refusal.field or None, refusal.text)
        return _account(request, 422, password_form=form)
    entry.begin(request, user)
    return done(request, reverse("account"), _("Your password is changed; all other devices are signed out."))


@signed_in
@either
def sign_out_everywhere(request: Request) -> HttpResponse:
    if request.method != "POST":
        return confirm(
            request,
            title=_("Sign out on every device?"),
            text=_("All your sessions end at once, this one too. You sign in again with your password."),
            action=reverse("sign-out-everywhere"),
            verb=_("Sign out everywhere"),
            cancel_url=reverse("account"),
        )
    people.sign_out_everywhere(request.user, actor=actor(request), now=datetime.now(UTC))
    entry.end(request)
    return done(request, reverse("sign-in"), _("You are signed out on every device."))
