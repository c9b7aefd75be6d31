"""What there is to walk: routes of both URL configurations, paths of the OpenAPI document, tasks, commands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver

from kmikro.celery import app as celery_app

CONFIGURATIONS = {"tenant": settings.ROOT_URLCONF, "public": settings.PUBLIC_SCHEMA_URLCONF}


@dataclass(frozen=True, slots=True)
class Found:
    """A route: its name with namespaces, and its pattern as Django prints it."""

    name: str
    pattern: str
    where: str


def _patterns(
    children: Iterable[URLPattern | URLResolver], prefix: str, spaces: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    for child in children:
        path = prefix + str(child.pattern)
        if isinstance(child, URLResolver):
            inner = (*spaces, child.namespace) if child.namespace else spaces
            yield from _patterns(child.url_patterns, path, inner)
        else:
            yield ":".join((*spaces, child.name or f"(no name: {path})")), path


def routes(where: str) -> list[Found]:
    """Every route of 'tenant' or 'public', in the order in which Django tries them."""
    resolver = get_resolver(CONFIGURATIONS[where])
    return [Found(name, pattern, where) for name, pattern in _patterns(resolver.url_patterns, "", ())]


def our_tasks() -> dict[str, object]:
    """Every Celery task of the product by name."""
    celery_app.loader.import_default_modules()
    ours = {app.rsplit(".", 1)[-1] for app in (*settings.TENANT_APPS, *settings.SHARED_APPS)}
    return {name: task for name, task in celery_app.tasks.items() if name.split(".")[0] in ours}


def our_commands() -> set[str]:
    """Every management command of the product."""
    ours = {app for app in (*settings.TENANT_APPS, *settings.SHARED_APPS) if "." not in app}
    ours -= {"django_tenants", "rest_framework", "django_filters", "drf_spectacular", "django_htmx", "lucide"}
    return {name for name, app in get_commands().items() if app in ours}
