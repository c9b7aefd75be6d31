"""A subscriber's record: looked at, made, changed, moved to another state."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access, kicks, listing, names
from dashboard.access import Request, operator
from dashboard.forms_record import ConsentForm, FileForm, NoteForm, RecordForm, lines_of
from dashboard.forms_subscribers import LanguageForm
from dashboard.page import confirm, done, page, refused
from dashboard.subscribers import account_row
from kmikro.lib.languages import LANGUAGES
from kmikro.lib.refusal import Refusal
from radius.models import AuthAttempt, Session
from subscribers import custom, merging, people, queries, standing, states
from subscribers.models import Service, Site, Subscriber

PAGE, FORM = "dashboard/subscribers/subscriber.html", "dashboard/subscribers/record.html"
MOST_LIVE, MOST_PARTS = 20, 50
VERBS = {
    "accept": ("user-check", "Mark as agreed"),
    "activate": ("play", "Activate"),
    "block": ("ban", "Block"),
    "unblock": ("play", "Unblock"),
    "deactivate": ("circle-pause", "Make inactive"),
    "reactivate": ("play", "Reactivate"),
    "end": ("timer-off", "End for good"),
}
BACK = {"activate", "unblock", "reactivate", "accept"}


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def show(request: Request, pk: int) -> HttpResponse:
    """Everything about one subscriber; a record that was merged leads to the one that was kept."""
    return shown(request, pk)


def shown(request: Request, pk: int, refusal: Refusal | None = None, **forms: Any) -> HttpResponse:
    """The page, with a form of one of its parts that has something wrong."""
    person = get_object_or_404(Subscriber.objects.select_related("site"), pk=pk)
    if person.merged_into_id:
        return HttpResponseRedirect(reverse("subscriber", args=[person.merged_into_id]))
    now = datetime.now(UTC)
    services = list(
        Service.objects.filter(subscriber=person)
        .select_related("plan")
        .defer("secret")
        .annotate(state=queries.state_at(now), offered=queries.offered_at(now))
        .order_by("-made_at")[: listing.PER_PAGE]
    )
    ids = [service.pk for service in services]
    places = names.routers()
    live = Session.objects.filter(service__in=ids, ended_at=None).order_by("-started_at")
    last = None
    if access.may(request, Action.SEE_LOGINS):
        last = AuthAttempt.objects.filter(service__in=ids, accepted=False).order_by("-at").first()
    context: dict[str, Any] = {
        "nav_key": "subscribers",
        "subscriber": person,
        "meaning": states.SUBSCRIBER[person.state],
        "verbs": _verbs(person),
        "phones": list(person.phones.all()),
        "emails": list(person.emails.all()),
        "own": custom.shown(person.custom),
        "services": [account_row(each, None) for each in services],
        "live": [
            {"session": each, "router": places.get(each.router_id, names.GONE)} for each in live[:MOST_LIVE]
        ],
        "refusal": last,
        "refused_at": places.get(last.router_id, names.GONE) if last else "",
        "notes": list(person.notes.all()[:MOST_PARTS]),
        "files": list(person.files.defer("content")[:MOST_PARTS]),
        "consents": list(person.consents.all()[:MOST_PARTS]),
        "mergers": merging.of(person, now=now),
        "speaks": names.language(person, request.isp),
        "form": LanguageForm(initial={"language": person.language}),
        "note_form": NoteForm(),
        "consent_form": ConsentForm(),
        "file_form": FileForm(),
        "may_change": access.may(request, Action.CHANGE_SUBSCRIBERS),
        **forms,
    }
    if not forms:
        return page(request, PAGE, **context)
    if refusal is not None:
        [bad] = forms.values()
        bad.add_error(refusal.field if refusal.field in bad.fields else None, refusal.text)
    return page(request, PAGE, status=422, **context)


def _verbs(person: Subscriber) -> list[dict[str, str]]:
    """What can be done, the way back first."""
    moves = sorted(states.moves_from(person.state), key=lambda move: move.verb not in BACK)
    return [{"verb": move.verb, "icon": VERBS[move.verb][0], "label": VERBS[move.verb][1]} for move in moves]


def _form(person: Subscriber | None, given: Any = None) -> RecordForm:
    initial: dict[str, Any] = {}
    if person is not None:
        plain = ("kind", "name", "legal_name", "tax_number", "language", "address", "latitude", "longitude")
        initial = {name: getattr(person, name) for name in plain}
        initial |= {
            "site": person.site_id or "",
            "tags": ", ".join(person.tags),
            "phone": lines_of(person.phones.all(), "number"),
            "email": lines_of(person.emails.all(), "address"),
        }
        words = {True: "yes", False: "no"}
        initial |= {
            f"custom-{key}": words[value] if isinstance(value, bool) else value
            for key, value in person.custom.items()
        }
    sites = list(Site.objects.all()[:200])
    return RecordForm(given, initial=initial, sites=sites, own=custom.fields(), is_new=person is None)


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Somebody new, without a service yet."""
    form = _form(None, request.POST or None)
    context: Mapping[str, Any] = {"nav_key": "subscribers", "person": None}
    if request.method != "POST":
        return page(request, FORM, form=form, **context)
    if not form.is_valid():
        return refused(request, FORM, form=form, **context)
    try:
        made = people.add(
            form.cleaned_data["name"],
            by=access.actor(request),
            now=datetime.now(UTC),
            country=request.isp.country,
            state=form.cleaned_data["state"] or "active",
            more=form.given(),
        )
    except Refusal as refusal:
        return refused(request, FORM, form=form, refusal=refusal, **context)
    return done(
        request, reverse("subscriber", args=[made.pk]), f"{made.name} has account {made.account_number}."
    )


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    """The whole record in one form."""
    person = get_object_or_404(Subscriber, pk=pk)
    form = _form(person, request.POST or None)
    context: Mapping[str, Any] = {"nav_key": "subscribers", "person": person}
    if request.method != "POST":
        return page(request, FORM, form=form, **context)
    if not form.is_valid():
        return refused(request, FORM, form=form, **context)
    try:
        by, now = access.actor(request), datetime.now(UTC)
        people.change(person, form.given(), by=by, now=now, country=request.isp.country)
    except Refusal as refusal:
        return refused(request, FORM, form=form, refusal=refusal, **context)
    return done(request, reverse("subscriber", args=[pk]), "Saved.")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def act(request: Request, pk: int, verb: str) -> HttpResponse:
    """Another state: says first what happens to services and who goes offline."""
    person, here = get_object_or_404(Subscriber, pk=pk), reverse("subscriber", args=[pk])
    by, now = access.actor(request), datetime.now(UTC)
    try:
        if request.method == "GET":
            return _ask(request, person, standing.preview(person, verb), here)
        shut = standing.act(person, verb, by=by, now=now)
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    asked = kicks.end_sessions_of(shut, by=by, now=now) if shut else 0
    going = f" {kicks.devices(asked)} being disconnected." if asked else ""
    return done(
        request, here, f"{person.name} is {states.SUBSCRIBER[person.state].label.lower()} now.{going}"
    )


def _ask(request: Request, person: Subscriber, plan: standing.Preview, here: str) -> HttpResponse:
    meaning, label = states.SUBSCRIBER[plan.move.to], VERBS[plan.move.verb][1]
    words = {"suspended": "paused", "active": "connecting again", "ended": "ended for good"}
    services = ", ".join(
        f"{count} {'service is' if count == 1 else 'services are'} {words.get(status, status)}"
        for status, count in plan.counts.items()
    )
    billed = "It is billed." if meaning.is_billed else "It is not billed."
    return confirm(
        request,
        title=f"{label}: {person.name}?",
        text=" ".join(
            filter(None, (meaning.about, billed, f"{services}." if services else "No service changes."))
        ),
        action=reverse("subscriber-act", args=[person.pk, plan.move.verb]),
        verb=label,
        cancel_url=here,
        danger=plan.move.verb not in BACK,
        nav_key="subscribers",
    )


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def language(request: Request, pk: int) -> HttpResponse:
    """Answer somebody in another language."""
    person, here = get_object_or_404(Subscriber, pk=pk), reverse("subscriber", args=[pk])
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return done(request, here, f"Customers are answered in {', '.join(LANGUAGES.values())}.", "bad")
    person = people.answer_in(
        person, form.cleaned_data["language"], by=access.actor(request), now=datetime.now(UTC)
    )
    return done(request, here, f"{person.name} is answered in {names.language(person, request.isp)}.")
