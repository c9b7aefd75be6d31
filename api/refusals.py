"""The domain's field names as this API calls them."""

from collections.abc import Iterator
from contextlib import contextmanager

from kmikro.lib.refusal import Refusal


@contextmanager
def naming(**names: str) -> Iterator[None]:
    """Within it a Refusal about the field `old` speaks of `new`: naming(old="new")."""
    try:
        yield
    except Refusal as refusal:
        if refusal.field in names:
            raise Refusal(refusal.code, refusal.text, field=names[refusal.field]) from None
        raise
