"""Structured logs: JSON lines in production, readable lines in development, never a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET_KEYS = re.compile(
    r"password|secret|token|authorization|cookie|api_key|private|credential|code$|csrf", re.IGNORECASE
)
SECRET_TEXT = re.compile(r"kmk_[A-Za-z0-9_-]{8,}|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")
Event = MutableMapping[str, Any]


def mask(_logger: Any, _method: str, event: Event) -> Event:
    """Hide values whose name or shape says that they are secret."""
    for key, value in event.items():
        if SECRET_KEYS.search(key):
            event[key] = "•••"
        elif isinstance(value, str):
            event[key] = SECRET_TEXT.sub("•••", value)
    return event


def configure(*, json: bool, level: str) -> None:
    """Send the standard library's and structlog's events through one chain to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("django.request", "django.security.DisallowedHost", "librouteros", "pyrad"):
        # librouteros logs =password= words at debug level; django.request repeats our own access line.
        logging.getLogger(noisy).setLevel(logging.ERROR if noisy.startswith("django") else logging.WARNING)
    structlog.configure(
        processors=[*shared[:-2], *shared[-2:], structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
