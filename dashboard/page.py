"""One way to answer with a page, a part of it, a refusal or a question."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from kmikro.lib.refusal import Refusal


def wants_part(request: HttpRequest) -> bool:
    """True when htmx asks for a fragment; a boosted link or form wants the whole page."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted


def page(
    request: HttpRequest, template: str, part: str | None = None, status: int = 200, **context: Any
) -> HttpResponse:
    """Answer with template, or with its partial `part` when htmx asks for a fragment."""
    name = f"{template}#{part}" if part and wants_part(request) else template
    response = HttpResponse(render_to_string(name, context, request), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def refused(
    request: HttpRequest,
    template: str,
    part: str | None = None,
    *,
    form: BaseForm | None = None,
    refusal: Refusal | None = None,
    **context: Any,
) -> HttpResponse:
    """The page again with what has to be fixed (422); a refusal becomes an error of the form."""
    if form is not None:
        context["form"] = form
        if refusal is not None:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.text)
    return page(request, template, part, 422, refusal=refusal, **context)


def toasted(response: HttpResponse, text: str, tone: str = "ok", **more: Any) -> HttpResponse:
    """Let the browser show a toast; `more` holds url and action, or other events to trigger with `events`."""
    events = more.pop("events", {})
    response["HX-Trigger"] = json.dumps({"toast": {"text": text, "tone": tone, **more}, **events})
    return response


def done(request: HttpRequest, to: str, text: str = "", tone: str = "ok") -> HttpResponse:
    """After a POST: a redirect with a message, or for a fragment 204 with a toast and `refresh-list`."""
    if wants_part(request):
        return toasted(HttpResponse(status=204), text, tone, events={"refresh-list": True})
    if text:
        (messages.error if tone == "bad" else messages.success)(request, text)
    return HttpResponseRedirect(to)


def confirm(
    request: HttpRequest,
    *,
    title: str,
    text: str,
    action: str,
    verb: str,
    cancel_url: str,
    danger: bool = True,
    fields: Sequence[tuple[str, str]] = (),
    **context: Any,
) -> HttpResponse:
    """Ask before a change that hurts: a dialog for htmx, a page of its own without script."""
    name = "components/confirm.html" if wants_part(request) else "components/confirm_page.html"
    status = context.pop("status", 200)
    return page(
        request,
        name,
        status=status,
        title=title,
        text=text,
        action=action,
        verb=verb,
        cancel_url=cancel_url,
        danger=danger,
        fields=list(fields),
        **context,
    )
