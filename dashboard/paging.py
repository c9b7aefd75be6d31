"""Pages of lists that are long and wide: first the ids of one page, then the rows; and counts that are kept for a moment.

PostgreSQL sorts what a list selects. With names, phones and states of a hundred thousand rows that costs more than the
page itself; ids alone cost little, and the rows of fifty ids nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.db.models import Count, Model, QuerySet, Window
from django.http import HttpRequest

from dashboard import listing

M = TypeVar("M", bound=Model)
MANY = 20_000  # rows from which on a count is kept
KEPT = 20  # seconds


def paged(
    request: HttpRequest, rows: "QuerySet[M]", whole: "QuerySet[M]", *, total: int | None = None
) -> "Page[M]":
    """The asked page of `rows`, which are filtered and in order, as rows of `whole`, the same without filters.

    `total` is how many `rows` has, where that is known. Nonsense is page 1, beyond the end is the last page.
    """
    listing.limit_statements()
    typed = request.GET.get("page", "1")
    number = max(1, int(typed)) if typed.isascii() and typed.isdigit() and len(typed) <= 9 else 1
    size = listing.PER_PAGE
    if total is not None:
        number = min(number, max(1, -(-total // size)))
    ids, counted = _ids(rows, (number - 1) * size, size, counts=total is None)
    if total is None:
        total = counted if ids or number == 1 else rows.count()
        if not ids and number > 1 and total:
            number = -(-total // size)
            ids, _ = _ids(rows, (number - 1) * size, size, counts=False)
    found = whole.in_bulk(ids)
    paginator: Any = Paginator(rows, size)
    paginator.count = total
    return Page([found[pk] for pk in ids if pk in found], number if total else 1, paginator)


def _ids(rows: Any, begin: int, size: int, *, counts: bool) -> tuple[list[int], int]:
    """Ids from `begin` on, and how many rows there are in all where that is asked."""
    if not counts:
        return list(rows.values_list("pk", flat=True)[begin : begin + size]), 0
    read = list(rows.annotate(in_all=Window(Count("*"))).values_list("pk", "in_all")[begin : begin + size])
    return [pk for pk, _ in read], read[0][1] if read else 0


def known(chosen: Mapping[str, Any], counts: Mapping[str, int]) -> int | None:
    """How many rows a list has, where nothing or only a state is chosen; `counts` are by state, '' is all."""
    only = {name: value for name, value in chosen.items() if value}
    return counts.get(only.get("state", ""), 0) if only.keys() <= {"state"} else None


def counted(name: str, count: Callable[[], dict[str, int]]) -> dict[str, int]:
    """Counts beside a list. Of many rows they may be as old as KEPT seconds; `name` is the list's own."""
    key = f"counted:{name}"
    kept: dict[str, int] | None = cache.get(key)
    if kept is None:
        kept = count()
        if sum(kept.values()) >= MANY:
            cache.set(key, kept, KEPT)
    return dict(kept)
