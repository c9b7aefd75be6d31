"""Work of this ISP for a Celery worker, wished for by the name of its task; it may be another trade's or a door's."""

from __future__ import annotations

from celery import signature
from django.db import transaction

from kmikro.lib import here


def after_commit(task: str, *args: int) -> None:
    """Wish for `task(schema, *args)` once the transaction has committed.

    A broker that is away loses the wish, not the commit: sweeps wish again for what was not taken up.
    """
    wish = signature(task, args=(here.schema(), *args))
    transaction.on_commit(lambda: wish.apply_async(retry=False), robust=True)
