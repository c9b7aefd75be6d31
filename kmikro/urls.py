"""Addresses on a tenant's host: dashboard, portal, API."""

from django.urls import include, path

from kmikro import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/", include("api.urls")),
    path("e/", include("api.enrolment_urls")),
    path("portal/", include("portal.urls")),
    path("legal/", include("dashboard.urls_legal")),
    path("account/", include("dashboard.urls_account")),
    path("settings/", include("dashboard.urls_settings")),
    path("", include("dashboard.urls")),
]

handler400 = "kmikro.errors.bad_request"
handler403 = "kmikro.errors.forbidden"
handler404 = "kmikro.errors.not_found"
handler500 = "kmikro.errors.broken"
