"""Settings, Workspace: what the ISP has settled about itself, and the language of its customers."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from dashboard.access import Request, actor, operator
from dashboard.context import settings_tabs
from dashboard.page import done, page, refused
from kmikro.lib.languages import LANGUAGES
from tenants import addresses, workspace

PAGE = "dashboard/workspace/edit.html"


class WorkspaceForm(forms.Form):
    """Fields are named as tenants.workspace refuses them."""

    language = forms.ChoiceField(
        label=gettext_lazy("Customers are answered in"),
        choices=list(LANGUAGES.items()),
        help_text=gettext_lazy(
            "Who has chosen none of their own. It is what a router shows when a login is refused"
        ),
    )


@operator(Action.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request) -> HttpResponse:
    isp = request.isp
    context: dict[str, Any] = {
        "nav_key": "settings",
        "settings_key": "workspace",
        "settings_tabs": settings_tabs(request),
        "workspace_host": addresses.host(isp.slug),
    }
    if request.method != "POST":
        return page(request, PAGE, form=WorkspaceForm(initial={"language": isp.language}), **context)
    form = WorkspaceForm(request.POST)
    if not form.is_valid():
        return refused(request, PAGE, form=form, **context)
    workspace.answer_in(isp, form.cleaned_data["language"], by=actor(request), now=datetime.now(UTC))
    return done(request, reverse("workspace"), _("Saved."))
