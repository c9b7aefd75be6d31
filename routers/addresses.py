"""Web addresses that routers and browsers use for a tenant."""

from django.conf import settings

DEFAULT_PORTS = {"http": 80, "https": 443}


def base_url(host: str) -> str:
    """Scheme, host and port of a tenant's host name, without a trailing slash."""
    port = settings.PUBLIC_PORT
    suffix = "" if DEFAULT_PORTS.get(settings.PUBLIC_SCHEME) == port else f":{port}"
    return f"{settings.PUBLIC_SCHEME}://{host}{suffix}"


def enrolment_url(host: str, token: str) -> str:
    """Where a router calls with its token."""
    return f"{base_url(host)}/e/{token}"
