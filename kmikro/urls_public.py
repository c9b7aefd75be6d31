"""Addresses on the platform's host: landing, sign-up, sign-in finder, legal pages, staff."""

from django.urls import include, path

from kmikro import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("legal/", include("dashboard.urls_legal")),
    path("", include("dashboard.urls_public")),
]

handler400 = "kmikro.errors.bad_request"
handler403 = "kmikro.errors.forbidden"
handler404 = "kmikro.errors.not_found"
handler500 = "kmikro.errors.broken"
