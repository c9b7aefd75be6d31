"""The ways by which people are told: a letter, a signed call to an address of theirs, and a text message some day.

Each takes a message and the time, and gives why it could not be told, or nothing.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from smtplib import SMTPException
from typing import TYPE_CHECKING

from django.conf import settings

from accounts import mail
from kmikro.lib import webhook

if TYPE_CHECKING:
    from routers.alerts import Message

NO_SMS = "No SMS provider is set, so nothing was sent."


def email(message: "Message", _now: datetime) -> str:
    """A letter by the service's mail server."""
    letter = mail.compose("alert", message.target, message=message)
    try:
        mail.send(letter)
    except (OSError, SMTPException) as error:
        return f"The mail server did not take the letter: {type(error).__name__}."
    return ""


def body(message: "Message") -> bytes:
    """What a webhook is told."""
    said = {
        "id": message.notice,
        "event": f"incident.{message.what}",
        "kind": message.kind,
        "isp": message.isp,
        "router": message.router,
        "site": message.site,
        "title": message.title,
        "text": message.text,
        "opened_at": message.opened_at.isoformat(),
        "closed_at": message.closed_at.isoformat() if message.closed_at else None,
    }
    return json.dumps(said, ensure_ascii=False).encode()


def signature(octets: bytes, *, secret: str, at: int) -> str:
    """What the other side checks: HMAC-SHA256 over the second, a dot and the body."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + octets, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def call(message: "Message", now: datetime) -> str:
    """A signed POST to a web address of the ISP."""
    octets = body(message)
    headers = {
        "Content-Type": "application/json",
        "K-Mikro-Signature": signature(octets, secret=message.secret, at=int(now.timestamp())),
    }
    try:
        webhook.post(message.target, octets, own=(settings.RADIUS_ADDRESS,), headers=headers)
    except webhook.NotDelivered as error:
        return str(error)
    return ""


def sms(_message: "Message", _now: datetime) -> str:
    """There is no provider yet, and nothing pretends that there is."""
    return NO_SMS


BY_NAME: dict[str, Callable[["Message", datetime], str]] = {"email": email, "webhook": call, "sms": sms}
