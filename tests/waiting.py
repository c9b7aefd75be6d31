"""The one place where tests wait: for a condition, looked at often, with a deadline that fails loudly."""

import time
from collections.abc import Callable

GLANCE = 0.02  # seconds between looks at another process or thread


def until(holds: Callable[[], object], seconds: float, what: str = "it did not come to pass") -> None:
    """Return as soon as holds() is true; AssertionError after seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(GLANCE)
