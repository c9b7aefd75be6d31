"""Help: the few things people ask first, and where the rest is."""

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from dashboard.access import Request, signed_in
from dashboard.page import page


@signed_in
@require_GET
def index(request: Request) -> HttpResponse:
    return page(
        request,
        "dashboard/help/index.html",
        nav_key="help",
        portal_url=request.build_absolute_uri("/portal/"),
        radius_address=settings.RADIUS_ADDRESS,
        ports=(settings.RADIUS_AUTH_PORT, settings.RADIUS_ACCT_PORT, settings.COA_PORT),
    )
