"""Idempotency-Key: a POST that is sent again has one effect and the same answer, for 30 days and per token."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from django.db import connection, transaction
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken, IdempotentReply
from api import access, errors
from kmikro.lib import here
from kmikro.lib.refusal import Refusal
from kmikro.lib.secrets import seal, unseal

KEPT = timedelta(days=30)
LONGEST_KEY = 255
HEADER = "Idempotency-Key"
_REMEMBERED = {409, 422}  # refusals of the domain; a mistyped body may be sent right with the same key

Method = TypeVar("Method", bound=Callable[..., Response])


def idempotent(method: Method) -> Method:
    """Wrap a view's post: one unit of work, undone when it is refused, repeated never under the same key."""

    @wraps(method)
    def once(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        def act() -> Response:
            with transaction.atomic():
                return method(self, request, *args, **kwargs)

        key = request.headers.get(HEADER)
        if key is None:
            return act()
        if not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
            raise ParseError(f"{HEADER} has 1 to {LONGEST_KEY} printable characters.", code="bad_key")
        return _once(request, key, act)

    once.idempotent = True  # type: ignore[attr-defined]
    return once  # type: ignore[return-value]


def lock_number(schema: str, token_id: int, key: str) -> int:
    """The advisory lock that is held while a key is being worked on."""
    name = f"{schema}\0{token_id}\0{key}".encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:8], "big", signed=True)


def fingerprint(request: Request) -> str:
    """What was asked: the address and the meaning of the body, whatever the order of its names."""
    body = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{request.path}\0{body}".encode()).hexdigest()


def _once(request: Request, key: str, act: Callable[[], Response]) -> Response:
    token, now = access.token(request), datetime.now(UTC)
    asked = fingerprint(request)
    with connection.cursor() as cursor:
        # Until the end of the transaction; the kept reply is visible as soon as the lock is free.
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(here.schema(), token.pk, key)])
        if not cursor.fetchone()[0]:
            raise Refusal("in_flight", "A request with this key is being worked on. Ask again in a moment.")
    kept = IdempotentReply.objects.filter(token=token, key=key).first()
    if kept is not None and kept.made_at <= now - KEPT:
        kept.delete()
        kept = None
    if kept is not None:
        return _replay(kept, asked)
    try:
        response = act()
    except Refusal as refusal:
        response = errors.of_refusal(refusal)
        if response.status_code not in _REMEMBERED:
            raise
    _keep(token, key, asked, request.path, response, now)
    return response


def _replay(kept: IdempotentReply, asked: str) -> Response:
    if kept.body_digest != asked:
        raise Refusal("key_reused", "This key was used for another request. Take a new one.", field=HEADER)
    stored: Any = kept.reply
    reply = json.loads(unseal(stored["sealed"], bound_to=_binding(kept.token_id, kept.key)))
    response = Response(
        reply["body"],
        status=kept.status,
        headers={**reply["headers"], "Idempotent-Replayed": "true"},
        content_type=reply["type"],
    )
    return response


def _keep(token: ApiToken, key: str, asked: str, path: str, response: Response, now: datetime) -> None:
    headers = {"Location": response["Location"]} if response.has_header("Location") else {}
    reply = {"body": response.data, "headers": headers, "type": response.content_type}
    # Sealed: the command that enrols a router is a secret.
    sealed = seal(json.dumps(reply).encode(), bound_to=_binding(token.pk, key))
    IdempotentReply.objects.create(
        token=token,
        key=key,
        route=path[:200],
        body_digest=asked,
        status=response.status_code,
        reply={"sealed": sealed},
        made_at=now,
    )


def purge(*, now: datetime) -> int:
    """Forget replies that are older than 30 days."""
    return IdempotentReply.objects.filter(made_at__lte=now - KEPT).delete()[0]


def _binding(token_id: int, key: str) -> str:
    return f"{here.schema()}|idempotent|{token_id}|{key}"
