"""What the shell of every page needs: ISP, navigation of the role, theme, banner."""

from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.roles import Action
from dashboard import access, find
from tenants.models import Isp


class Item(NamedTuple):
    """One entry of the navigation: key (nav_key of its pages), route, label, lucide icon, what it needs."""

    key: str
    route: str
    label: str
    icon: str
    action: Action


MAIN = (
    Item("home", "home", "Home", "layout-dashboard", Action.SEE_HOME),
    Item("subscribers", "subscribers", "Subscribers", "users", Action.SEE_SUBSCRIBERS),
    Item("vouchers", "vouchers", "Vouchers", "ticket", Action.SEE_VOUCHERS),
    Item("agents", "agents", "Agents", "store", Action.SEE_AGENTS),
    Item("plans", "plans", "Plans", "gauge", Action.SEE_PLANS),
    Item("usage", "usage", "Usage", "chart-column", Action.SEE_SUBSCRIBERS),
)
DESK = (Item("sell", "sell", "Sell", "hand-coins", Action.SELL),)  # of who is an agent and sees no other
NETWORK = (
    Item("routers", "routers", "Routers", "router", Action.SEE_ROUTERS),
    Item("sessions", "sessions", "Live sessions", "activity", Action.SEE_SESSIONS),
    Item("logins", "logins", "Login log", "scroll-text", Action.SEE_LOGINS),
    Item("radius", "radius-health", "RADIUS health", "heart-pulse", Action.SEE_LOGINS),
)
SETTINGS = (Item("settings", "team", "Settings", "settings", Action.SEE_TEAM),)
TABS = (
    Item("team", "team", "Team", "users", Action.SEE_TEAM),
    Item("workspace", "workspace", "Workspace", "settings", Action.CHANGE_SETTINGS),
    Item("retention", "retention-reports", "Retention", "file-clock", Action.SEE_JOURNAL),
    Item("tokens", "tokens", "API tokens", "key-round", Action.CHANGE_TOKENS),
)


@lru_cache(maxsize=64)
def url_of(route: str) -> str:
    """Address of a route on tenant hosts; empty while nothing answers there."""
    try:
        return reverse(route, urlconf=settings.ROOT_URLCONF)
    except NoReverseMatch:
        return ""


def _items(request: HttpRequest, items: tuple[Item, ...]) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    for item in items:
        url = url_of(item.route)
        if url and access.may(request, item.action):
            shown.append({"key": item.key, "url": url, "label": _(item.label), "icon": item.icon})
    return shown


def main(request: HttpRequest) -> tuple[Item, ...]:
    return MAIN if access.may(request, Action.SEE_ALL_AGENTS) else (*DESK, *MAIN)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups {title, items, bottom} of what the signed-in operator's role may open."""
    groups: list[dict[str, Any]] = [
        {"title": "", "items": _items(request, main(request))},
        {"title": _("Network"), "items": _items(request, NETWORK)},
        {"title": "", "items": _items(request, SETTINGS), "bottom": True},
    ]
    return [group for group in groups if group["items"]]


def settings_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Tabs of the settings pages that the role may open."""
    return _items(request, TABS)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: no query but the signed-in user, harmless on the public host and for visitors."""
    theme = request.COOKIES.get("theme", "")
    isp = getattr(request, "isp", None)
    context: dict[str, Any] = {
        "isp": isp,
        "nav": [],
        "theme": theme if theme in {"light", "dark"} else "",
        "legal_banner": None,
        "suspension": "",
        "home_url": "/",
        "sign_in_url": access.SIGN_IN if isp else "/sign-in/",
        "sign_up_url": "/sign-up/",
    }
    if isp is None or not access.is_operator(request):
        return context
    return context | {
        "nav": navigation(request),
        "legal_banner": banner(request),
        "suspension": suspension(isp),
        "home_url": home_url(request),
        "account_url": url_of("account"),
        "sign_out_url": url_of("sign-out"),
        "help_url": url_of("help"),
        "search_url": url_of("find") if any(access.may(request, kind) for kind in find.KINDS) else "",
        "search_hint": find.hint(request),
    }


def banner(request: HttpRequest) -> dict[str, str] | None:
    """New Terms that wait: the owner is asked to accept, others are told who can."""
    gate = getattr(request, "terms_gate", None)
    if gate is None:
        return None
    day = date_format(localtime(gate.effective_at), "j F Y")
    if access.may(request, Action.ACCEPT_TERMS):
        text = _("New Terms of Service apply from %(day)s.") % {"day": day}
        return {"text": text, "url": url_of("terms-gate"), "action": _("Read and accept")}
    text = _("New Terms of Service apply from %(day)s. The owner accepts them for this workspace.") % {
        "day": day
    }
    return {"text": text, "url": "/legal/terms/", "action": _("Read them")}


def suspension(isp: Isp) -> str:
    """What every page says while the platform has suspended the ISP; empty otherwise."""
    if isp.suspended_at is None:
        return ""
    return _(
        "%(reason)s Since %(day)s nobody new is let in; who is online stays. "
        "Everything can be read, nothing changed."
    ) % {
        "reason": isp.suspended_for.rstrip(".") + ".",
        "day": date_format(localtime(isp.suspended_at), "j F Y H:i"),
    }


def home_url(request: HttpRequest) -> str:
    """Where the operator starts: Home, or the first page of their role."""
    for item in (*main(request), *NETWORK):
        url = url_of(item.route)
        if url and access.may(request, item.action):
            return url
    return url_of("account") or "/"
