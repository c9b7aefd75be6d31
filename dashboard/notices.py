"""Who has come to 80, 90 or 100 % of a limit, and whether customers are told of it by e-mail."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import Action
from dashboard import access, letters, listing
from dashboard.access import Request, operator
from dashboard.arranging import home_of
from dashboard.page import done, page
from radius.quotas import MARKS
from subscribers import finding, notices
from subscribers.models import UsageNotice

WHAT = {
    "data": "Data",
    "stage": "Fair use",
    "download": "Download",
    "upload": "Upload",
    "time": "Online time",
}
MAILS = {
    "": {"tone": "", "icon": "minus", "label": "Not mailed"},
    "wanted": {"tone": "brand", "icon": "loader-circle", "label": "Being mailed"},
    "sent": {"tone": "ok", "icon": "mail-check", "label": "Mailed"},
    "nobody": {"tone": "warn", "icon": "mail-x", "label": "No address"},
}
TONES = {80: "warn", 90: "warn", 100: "bad"}
HEADS = ("When (UTC)", "Account or voucher", "Subscriber", "Mark", "Of", "Period", "Used", "Limit", "Letter")


def found(what: str, mark: str, text: str, service: int | None) -> "QuerySet[UsageNotice]":
    """Notices that pass the filters, newest first."""
    rows = UsageNotice.objects.select_related("service__subscriber", "service__plan", "service__voucher")
    rows = rows.defer("service__secret", "service__voucher__code").order_by("-at", "-pk")
    if what:
        rows = rows.filter(what=what)
    if mark:
        rows = rows.filter(mark=int(mark))
    if service is not None:
        rows = rows.filter(service=service)
    if text:
        rows = rows.filter(
            Q(service__label__icontains=text) | Q(service__subscriber__in=finding.matching(text))
        )
    return rows


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def index(request: Request) -> HttpResponse:
    what = listing.choice(request, "what", WHAT)
    mark = listing.choice(request, "mark", map(str, MARKS))
    text, service = listing.search(request), listing.number(request, "service")
    rows = found(what, mark, text, service)
    if listing.wants_csv(request):
        listing.limit_statements()
        return listing.csv_answer("usage-notices", HEADS, _cells(rows))
    shown = listing.paged(request, rows)
    marks = [("", "All marks"), *((str(each), f"{each}\u00a0%") for each in MARKS)]
    return page(
        request,
        "dashboard/usage/notices.html",
        "list",
        nav_key="usage",
        page=shown,
        rows=[
            {
                "row": each,
                "home": home_of(each.service),
                "words": letters.words(each),
                "amounts": letters.amounts(each),
                "mail": MAILS[each.mail],
                "tone": TONES.get(each.mark, ""),
            }
            for each in shown
        ],
        q=text,
        keep=[(name, value) for name, value in (("what", what), ("mark", mark)) if value],
        chips=listing.chips(request, "mark", marks, mark),
        what_chips=listing.chips(request, "what", [("", "All limits"), *WHAT.items()], what),
        filtered=bool(text or what or mark or service is not None),
        mails=notices.rule().mails,
        may_settle=access.may(request, Action.CHANGE_SETTINGS),
        export_url=listing.link(request, format="csv"),
    )


def _cells(rows: "QuerySet[UsageNotice]") -> Iterator[list[object]]:
    for each in rows.iterator(chunk_size=1000):
        owner = each.service.subscriber
        yield [
            f"{each.at:%Y-%m-%d %H:%M:%S}", each.service.label, owner.name if owner else "", each.mark,
            WHAT.get(each.what, each.what), each.period, each.used, each.most, MAILS[each.mail]["label"],
        ]  # fmt: skip


@operator(Action.CHANGE_SETTINGS)
@require_POST
def settle(request: Request) -> HttpResponse:
    """Switch the letters to customers on or off."""
    mails = request.POST.get("mails") == "1"
    notices.mail_customers(mails, by=access.actor(request), now=datetime.now(UTC))
    said = "Customers with an address are mailed from now on." if mails else "No customer is mailed any more."
    return done(request, reverse("usage-notices"), said)
