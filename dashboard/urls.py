"""Addresses of the everyday pages."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from dashboard import (
    batches,
    find,
    help,
    home,
    logins,
    pauses,
    plans,
    radius_now,
    rates,
    sessions,
    sheets,
    traces,
    vouchers,
    why,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.index, name="home"),
    path("home/live/", home.live, name="home-live"),
    path("find/", find.index, name="find"),
    path("plans/", plans.index, name="plans"),
    path("plans/new/", plans.create, name="plan-new"),
    path("plans/preview/", plans.preview, name="plan-preview"),
    path("plans/<int:pk>/", plans.edit, name="plan"),
    path("plans/<int:pk>/archive/", plans.archive, name="plan-archive"),
    path("plans/<int:pk>/restore/", plans.restore, name="plan-restore"),
    path("vouchers/", batches.index, name="vouchers"),
    path("vouchers/rows/", batches.rows, name="batch-rows"),
    path("vouchers/preview/", batches.preview, name="batch-preview"),
    path("vouchers/find/", vouchers.find, name="voucher-find"),
    path("vouchers/batches/<int:pk>/", vouchers.batch, name="batch"),
    path("vouchers/batches/<int:pk>/progress/", vouchers.progress, name="batch-progress"),
    path("vouchers/batches/<int:pk>/sheet.pdf", sheets.sheet_pdf, name="batch-pdf"),
    path("vouchers/batches/<int:pk>/print/", sheets.sheet_html, name="batch-print"),
    path("vouchers/batches/<int:pk>/void/", batches.void, name="batch-void"),
    path("vouchers/batches/<int:pk>/retry/", batches.retry, name="batch-retry"),
    path("vouchers/<int:pk>/", vouchers.voucher, name="voucher"),
    path("vouchers/<int:pk>/void/", vouchers.void, name="voucher-void"),
    path("vouchers/<int:pk>/pause/", pauses.pause, name="voucher-pause"),
    path("vouchers/<int:pk>/resume/", pauses.resume, name="voucher-resume"),
    path("sessions/", sessions.index, name="sessions"),
    path("sessions/live/", sessions.live, name="sessions-live"),
    path("sessions/<int:pk>/disconnect/", sessions.end, name="session-disconnect"),
    path("logins/", logins.index, name="logins"),
    path("logins/why/", why.index, name="login-why"),
    path("logins/traces/", traces.index, name="traces"),
    path("logins/traces/start/", traces.start, name="trace-start"),
    path("logins/traces/<int:pk>/", traces.show, name="trace"),
    path("logins/traces/<int:pk>/stop/", traces.stop, name="trace-stop"),
    path("logins/<int:pk>/", logins.login, name="login"),
    path("network/radius/now/", radius_now.live, name="radius-now"),
    path("network/radius/", rates.index, name="radius-health"),
    path("subscribers/", include("dashboard.urls_subscribers")),
    path("help/", help.index, name="help"),
]
if find_spec("dashboard.urls_routers"):
    urlpatterns.append(path("routers/", include("dashboard.urls_routers")))
