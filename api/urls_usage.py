"""Addresses of usage, of what is arranged with a service, and of reports of what was forgotten."""

from django.urls import URLPattern, path

from api import arrangements, corrections, notices, retention, usage

urlpatterns: list[URLPattern] = [
    path("arrangements/", arrangements.AllArrangements.as_view(), name="api-arrangements"),
    path(
        "services/<int:pk>/arrangements/",
        arrangements.Arrangements.as_view(),
        name="api-service-arrangements",
    ),
    path(
        "services/<int:pk>/arrangements/preview/",
        arrangements.PreviewArrangement.as_view(),
        name="api-service-arrangement-preview",
    ),
    path(
        "services/<int:pk>/arrangements/<int:number>/undo/",
        arrangements.UndoArrangement.as_view(),
        name="api-service-arrangement-undo",
    ),
    path(
        "services/<int:pk>/arrangements/<int:number>/resume/",
        arrangements.ResumeArrangement.as_view(),
        name="api-service-arrangement-resume",
    ),
    path("services/<int:pk>/usage/", usage.ServiceUsage.as_view(), name="api-service-usage"),
    path("retention-reports/", retention.RetentionReports.as_view(), name="api-retention-reports"),
    path("retention-reports/<int:pk>/", retention.OneRetentionReport.as_view(), name="api-retention-report"),
    path("usage/notices/", notices.UsageNotices.as_view(), name="api-usage-notices"),
    path("usage/notices/rule/", notices.UsageNoticeRule.as_view(), name="api-usage-notice-rule"),
    path("usage/", usage.AllUsage.as_view(), name="api-usage"),
    path("services/<int:pk>/corrections/", corrections.Corrections.as_view(), name="api-service-corrections"),
    path(
        "services/<int:pk>/corrections/<int:number>/undo/",
        corrections.UndoCorrection.as_view(),
        name="api-service-correction-undo",
    ),
]
