"""Who calls the API and what they may: the only getter of this door."""

import ipaddress

from django.http.request import split_domain_port
from rest_framework.request import Request

from accounts.journal import Actor
from accounts.models import ApiToken, User
from accounts.roles import Action
from tenants.models import Isp


def token(request: Request) -> ApiToken:
    """The token of an authenticated request."""
    found = request.auth
    assert isinstance(found, ApiToken)
    return found


def may(request: Request, action: Action) -> bool:
    """Whether the token has the scope and the person who made it still may do it themselves."""
    maker = request.user
    return isinstance(maker, User) and action in token(request).scopes and maker.may(action)


def actor(request: Request) -> Actor:
    """Who acts, for the journal and for verbs: the token, with its maker's id since rows belong to people."""
    found = token(request)
    return Actor(found.made_by_id, f"API: {found.name}", _address(request))


def owner(request: Request) -> int | None:
    """Whose batches the token sees: None is everybody's, else its maker's own."""
    return None if may(request, Action.SEE_ALL_VOUCHERS) else token(request).made_by_id


def host(request: Request) -> str:
    """The host name by which this ISP is called now, without the port."""
    return split_domain_port(request.get_host())[0]


def isp(request: Request) -> Isp:
    """The ISP whose host was called."""
    found = request.isp  # type: ignore[attr-defined]
    assert isinstance(found, Isp)
    return found


def _address(request: Request) -> str | None:
    text = str(getattr(request, "client_address", ""))
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
