"""The Celery app and the beat table."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmikro.settings")

app = Celery("kmikro")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["routers"], related_name="care_tasks")
app.autodiscover_tasks(["routers"], related_name="changing")

app.conf.beat_schedule = {
    "beat-heartbeat": {"task": "tenants.tasks.heartbeat", "schedule": 15.0, "options": {"expires": 15}},
    "radius-project": {"task": "radius.tasks.project", "schedule": 5.0, "options": {"expires": 5}},
    "radius-close-stale": {
        "task": "radius.tasks.close_stale_everywhere",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "radius-note-usage": {
        "task": "radius.tasks.note_usage_everywhere",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "radius-forget": {
        "task": "radius.tasks.forget_everywhere",
        "schedule": 86_400.0,
        "options": {"expires": 3600},
    },
    "routers-health": {
        "task": "routers.tasks.check_everywhere",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "routers-changes": {
        "task": "routers.changing.due_everywhere",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "routers-tend": {
        "task": "routers.tasks.tend_everywhere",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "routers-backups": {
        "task": "routers.care_tasks.back_up_everywhere",
        "schedule": crontab(minute="10"),  # of every hour: each ISP has its own night
        "options": {"expires": 3600},
    },
    "routers-orders": {
        "task": "routers.care_tasks.tidy_everywhere",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "routers-leaks": {
        "task": "dashboard.tasks.audit_everywhere",
        "schedule": crontab(hour="0", minute="40"),
        "options": {"expires": 3600},
    },
    "billing-use-by": {
        "task": "billing.tasks.end_unused_everywhere",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "subscribers-forget-imports": {
        "task": "subscribers.tasks.forget_imports_everywhere",
        "schedule": crontab(hour="1", minute="20"),
        "options": {"expires": 3600},
    },
    "api-purge-replies": {
        "task": "api.tasks.purge_replies_everywhere",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}


@beat_init.connect
def beat_at_once(**_: Any) -> None:
    """The first heartbeat, so that a start is not called unready for one whole interval."""
    app.send_task("tenants.tasks.heartbeat", expires=60)
