"""Settings, Team: who works here, with which role, and who is invited."""

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import invitations, limits, people, tasks
from accounts.models import Invitation, User
from accounts.roles import ABOUT, Action, Role, may, may_manage
from dashboard.access import Request, actor, operator
from dashboard.access import may as request_may
from dashboard.account import root
from dashboard.context import settings_tabs
from dashboard.forms_team import ROLE_NAMES, ChangeRole, Invite
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal

either = require_http_methods(["GET", "HEAD", "POST"])
# Lines of the role table, in an order that tells a story; the ticks come from the one table.
TOLD = (
    (Action.SEE_SUBSCRIBERS, "See subscribers"),
    (Action.CHANGE_SUBSCRIBERS, "Make and change accounts"),
    (Action.SEE_SESSIONS, "See live sessions"),
    (Action.DISCONNECT, "Disconnect people"),
    (Action.SEE_LOGINS, "See why a login was refused"),
    (Action.MAKE_VOUCHERS, "Make vouchers"),
    (Action.SEE_ALL_VOUCHERS, "See vouchers of everybody"),
    (Action.SELL, "Sell as an agent"),
    (Action.CHANGE_AGENTS, "Make agents and book their float"),
    (Action.SEE_REVENUE, "See revenue"),
    (Action.CHANGE_PLANS, "Make and change plans"),
    (Action.SEE_ROUTERS, "See routers"),
    (Action.CHANGE_ROUTERS, "Add and change routers"),
    (Action.CHANGE_TEAM, "Invite and change people"),
    (Action.CHANGE_SETTINGS, "Settle the workspace"),
    (Action.CHANGE_TOKENS, "API tokens"),
    (Action.ACCEPT_TERMS, "Accept the Terms"),
)


def _settings(request: Request, **context: Any) -> dict[str, Any]:
    return {"nav_key": "settings", "settings_key": "team", "settings_tabs": settings_tabs(request), **context}


def _person(request: Request, user: User) -> dict[str, Any]:
    manages = may_manage(request.user.role, user.role) and user.pk != request.user.pk
    role = Role(user.role)
    return {"user": user, "role": ROLE_NAMES[role], "sees": ABOUT[role], "manages": manages}


@operator(Action.SEE_TEAM)
@require_safe
def team(request: Request) -> HttpResponse:
    now = datetime.now(UTC)
    people_here = [_person(request, user) for user in User.objects.order_by("-is_active", "name", "id")]
    invited = [
        {
            "invitation": invitation,
            "role": ROLE_NAMES[Role(invitation.role)],
            "expired": invitation.expires_at <= now,
            "manages": may_manage(request.user.role, invitation.role),
        }
        for invitation in invitations.waiting()
    ]
    table = [(_(label), [may(role, action) for role in Role]) for action, label in TOLD]
    context = _settings(
        request,
        people=people_here,
        invited=invited,
        roles=[ROLE_NAMES[role] for role in Role],
        table=table,
        changes=request_may(request, Action.CHANGE_TEAM),
    )
    return page(request, "dashboard/team/list.html", **context)


def _sent(request: Request, invitation: Invitation, token: str) -> HttpResponse:
    """Mail the link, and show it this once: many have no mail server."""
    link = root(request) + reverse("join", args=[token])
    tasks.post(
        "invitation",
        invitation.email,
        link=link,
        isp=request.isp.name,
        by=request.user.name,
        role=str(ROLE_NAMES[Role(invitation.role)]),
    )
    return page(
        request, "dashboard/team/invited.html", **_settings(request, invitation=invitation, link=link)
    )


@operator(Action.CHANGE_TEAM)
@either
def invite(request: Request) -> HttpResponse:
    form = Invite(request.POST or None, manager=request.user.role, initial={"role": Role.SUPPORT})
    template = "dashboard/team/invite.html"
    if request.method != "POST":
        return page(request, template, form=form, **_settings(request))
    if not form.is_valid():
        return refused(request, template, form=form, **_settings(request))
    try:
        limits.hit("invitation", request.user.pk)
        invitation, token = invitations.invite(
            **form.cleaned_data, by=request.user, actor=actor(request), now=datetime.now(UTC)
        )
    except Refusal as refusal:
        return refused(request, template, form=form, refusal=refusal, **_settings(request))
    return _sent(request, invitation, token)


@operator(Action.CHANGE_TEAM)
@require_POST
def resend(request: Request, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk)
    try:
        limits.hit("invitation", request.user.pk)
        invitation, token = invitations.resend(
            invitation, by=request.user, actor=actor(request), now=datetime.now(UTC)
        )
    except Refusal as refusal:
        return done(request, reverse("team"), refusal.text, "bad")
    return _sent(request, invitation, token)


@operator(Action.CHANGE_TEAM)
@either
def revoke(request: Request, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk)
    if request.method != "POST":
        return confirm(
            request,
            title=_("Withdraw the invitation of %(email)s?") % {"email": invitation.email},
            text=_("The link in their letter stops working at once."),
            action=reverse("invitation-revoke", args=[pk]),
            verb=_("Withdraw"),
            cancel_url=reverse("team"),
            nav_key="settings",
        )
    try:
        invitations.revoke(invitation, by=request.user, actor=actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, reverse("team"), refusal.text, "bad")
    return done(request, reverse("team"), _("The invitation is withdrawn."))


@operator(Action.CHANGE_TEAM)
@either
def change_role(request: Request, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    form = ChangeRole(request.POST or None, manager=request.user.role, initial={"role": user.role})
    template, context = "dashboard/team/role.html", _settings(request, person=user)
    if request.method != "POST":
        return page(request, template, form=form, **context)
    if not form.is_valid():
        return refused(request, template, form=form, **context)
    try:
        people.change_role(
            user, form.cleaned_data["role"], by=request.user, actor=actor(request), now=datetime.now(UTC)
        )
    except Refusal as refusal:
        return refused(request, template, form=form, refusal=refusal, **context)
    text = _("%(name)s is now %(role)s.") % {"name": user.name, "role": _role_name(form.cleaned_data["role"])}
    return done(request, reverse("team"), text)


def _role_name(role: str) -> str:
    return str(ROLE_NAMES[Role(role)]).lower()


# What can be done to a person: question, consequence, word on the button, what it says afterwards.
ACTS = {
    "sign-out": (
        "Sign %(name)s out everywhere?",
        "Every session of theirs ends at once. They can sign in again.",
        "Sign out everywhere",
        "%(name)s is signed out everywhere.",
    ),
    "off": (
        "Switch %(name)s off?",
        "They are signed out at once and cannot sign in. What they did stays in the journal.",
        "Switch off",
        "%(name)s can no longer sign in.",
    ),
    "on": (
        "Let %(name)s sign in again?",
        "Their role and password are as before.",
        "Switch on",
        "%(name)s can sign in again.",
    ),
}


@operator(Action.CHANGE_TEAM)
@either
def act(request: Request, pk: int, what: str) -> HttpResponse:
    """Sign out, switch off or switch on another person."""
    if what not in ACTS:
        raise Http404
    user = get_object_or_404(User, pk=pk)
    question, text, verb, after = (_(words) % {"name": user.name} for words in ACTS[what])
    if request.method != "POST":
        return confirm(
            request,
            title=question,
            text=text,
            action=reverse("person-act", args=[pk, what]),
            verb=verb,
            cancel_url=reverse("team"),
            danger=what != "on",
            nav_key="settings",
        )
    who, now = actor(request), datetime.now(UTC)
    try:
        if what == "off":
            people.deactivate(user, by=request.user, actor=who, now=now)
        elif what == "on":
            people.reactivate(user, by=request.user, actor=who, now=now)
        elif may_manage(request.user.role, user.role):
            people.sign_out_everywhere(user, actor=who, now=now)
        else:
            raise Refusal("not_allowed", _("Only an owner can change an owner."))
    except Refusal as refusal:
        return done(request, reverse("team"), refusal.text, "bad")
    return done(request, reverse("team"), after)
