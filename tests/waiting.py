"""The one place where tests wait: for a condition, looked at often, with a deadline that fails loudly."""

import time
from collections.abc import Callable
from typing import TypeVar

GLANCE = 0.02  # seconds between looks at another process or thread
T = TypeVar("T")


def until(
    look: Callable[[], T], within: float, what: str = "it did not come to pass", *, glance: float = GLANCE
) -> T:
    """What look() gives as soon as it is true; AssertionError after `within` seconds."""
    ends = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < ends, f"waited {within:.0f} s: {what}"
        time.sleep(glance)
