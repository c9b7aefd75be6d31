"""Mail leaves by a worker: no page waits for a mail server."""

import json
from functools import partial
from smtplib import SMTPException
from typing import Any

from celery import shared_task
from django.db import transaction

from accounts import mail
from kmikro.lib.secrets import seal, unseal

BOUND_TO = "letter"


@shared_task(
    name="accounts.tasks.deliver",
    autoretry_for=(OSError, SMTPException),
    retry_backoff=10,
    retry_backoff_max=600,
    max_retries=6,
)
def deliver(sealed: str) -> None:
    """Send one letter; it crosses the broker sealed, since it may hold a link that signs in."""
    mail.send(mail.Letter(**json.loads(unseal(sealed, bound_to=BOUND_TO))))


def post(name: str, to: str, /, **context: Any) -> None:
    """Send a letter after the commit of what it tells; a silent broker does not undo that."""
    letter = mail.compose(name, to, **context)
    sealed = seal(json.dumps(letter.as_dict()).encode(), bound_to=BOUND_TO)
    transaction.on_commit(partial(deliver.delay, sealed), robust=True)
