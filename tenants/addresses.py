"""Under which host and URL browsers find the platform and its workspaces."""

from django.conf import settings


def host(slug: str) -> str:
    """The exact host name of a workspace on the platform's domain, without port."""
    return f"{slug}.{settings.BASE_DOMAIN}"


def _port() -> str:
    usual = 443 if settings.PUBLIC_SCHEME == "https" else 80
    return "" if usual == settings.PUBLIC_PORT else f":{settings.PUBLIC_PORT}"


def url(slug: str, path: str = "/") -> str:
    """An absolute URL in a workspace; with an empty slug, on the platform's own host."""
    name = host(slug) if slug else settings.BASE_DOMAIN
    return f"{settings.PUBLIC_SCHEME}://{name}{_port()}{path}"
