"""The composition root as a Django app: its template tags belong to every page."""

from django.apps import AppConfig


class KmikroConfig(AppConfig):
    name = "kmikro"
    verbose_name = "K-Mikro Core"

    def ready(self) -> None:
        # The Celery app must exist before shared tasks are bound to it.
        from kmikro.celery import app  # noqa: PLC0415

        app.set_default()
