"""Addresses of the API, version 1."""

from django.urls import URLPattern, URLResolver, path

from api import (
    accounts,
    batches,
    devices,
    docs,
    documents,
    explain,
    me,
    plans,
    routers,
    rules,
    sessions,
    subscribers,
    traces,
    vouchers,
)
from api.view import Unknown

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", docs.Schema.as_view(), name="api-schema"),
    path("docs/", docs.Docs.as_view(), name="api-docs"),
    path("me/", me.WhoAmI.as_view(), name="api-me"),
    path("routers/", routers.Routers.as_view(), name="api-routers"),
    path("routers/<int:pk>/", routers.OneRouter.as_view(), name="api-router"),
    path("plans/", plans.Plans.as_view(), name="api-plans"),
    path("plans/<int:pk>/", plans.OnePlan.as_view(), name="api-plan"),
    path("plans/<int:pk>/rules/", rules.OnePlansRules.as_view(), name="api-plan-rules"),
    path("fallbacks/", rules.Fallbacks.as_view(), name="api-fallbacks"),
    path("fallbacks/<slug:reason>/", rules.OneFallback.as_view(), name="api-fallback"),
    path("plans/<int:pk>/archive/", plans.ArchivePlan.as_view(), name="api-plan-archive"),
    path("voucher-batches/", batches.Batches.as_view(), name="api-voucher-batches"),
    path("voucher-batches/<int:pk>/", batches.OneBatch.as_view(), name="api-voucher-batch"),
    path("vouchers/", vouchers.Vouchers.as_view(), name="api-vouchers"),
    path("vouchers/<int:pk>/", vouchers.OneVoucher.as_view(), name="api-voucher"),
    path("vouchers/<int:pk>/void/", vouchers.VoidVoucher.as_view(), name="api-voucher-void"),
    path("subscribers/", subscribers.Subscribers.as_view(), name="api-subscribers"),
    path("subscribers/<int:pk>/", subscribers.OneSubscriber.as_view(), name="api-subscriber"),
    path("accounts/", accounts.Accounts.as_view(), name="api-accounts"),
    path("accounts/<int:pk>/", accounts.OneAccount.as_view(), name="api-account"),
    path("accounts/<int:pk>/secret/", accounts.AccountSecret.as_view(), name="api-account-secret"),
    path("accounts/<int:pk>/suspend/", accounts.SuspendAccount.as_view(), name="api-account-suspend"),
    path("accounts/<int:pk>/resume/", accounts.ResumeAccount.as_view(), name="api-account-resume"),
    path("accounts/<int:pk>/end/", accounts.EndAccount.as_view(), name="api-account-end"),
    path("accounts/<int:pk>/devices/", devices.Devices.as_view(), name="api-devices"),
    path("accounts/<int:pk>/devices/<int:device>/", devices.OneDevice.as_view(), name="api-device"),
    path("sessions/", sessions.Sessions.as_view(), name="api-sessions"),
    path("sessions/<int:pk>/", sessions.OneSession.as_view(), name="api-session"),
    path(
        "sessions/<int:pk>/disconnect/", sessions.DisconnectSession.as_view(), name="api-session-disconnect"
    ),
    path("explain/", explain.Explain.as_view(), name="api-explain"),
    path("radius-traces/", traces.Traces.as_view(), name="api-radius-traces"),
    path("radius-traces/<int:pk>/", traces.OneTrace.as_view(), name="api-radius-trace"),
    path("radius-traces/<int:pk>/packets/", traces.Packets.as_view(), name="api-radius-trace-packets"),
    path("legal-documents/", documents.Documents.as_view(), name="api-legal-documents"),
    path("legal-documents/<slug:kind>/versions/", documents.Versions.as_view(), name="api-legal-versions"),
    path(
        "legal-documents/<slug:kind>/versions/<int:number>/",
        documents.OneVersion.as_view(),
        name="api-legal-version",
    ),
    path("", Unknown.as_view(), name="api-root"),
    path("<path:rest>", Unknown.as_view(), name="api-unknown"),
]
