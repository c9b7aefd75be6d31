"""What every list page does alike: search, filters, sort by an allow-list, 50 rows a page, CSV without formulas.

Nothing a browser sends reaches the database unbounded: the search is cut, page numbers are clamped, sorts and
filters come from tables of the page, and a statement that takes too long is stopped.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from defusedcsv import csv
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

PER_PAGE = 50
LONGEST_SEARCH = 100
LARGEST_ID = 2**63 - 1
EXPORT_ROWS = 20_000
STATEMENT_SECONDS = 5
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column head: url sorts by it, direction is ascending, descending or nothing (aria-sort)."""

    label: str
    url: str = ""
    direction: str = ""
    classes: str = ""


def search(request: HttpRequest, name: str = "q") -> str:
    """What was typed into the search box, cut to a sane length."""
    return request.GET.get(name, "").replace("\0", "").strip()[:LONGEST_SEARCH]


def choice(request: HttpRequest, name: str, allowed: Iterable[str], default: str = "") -> str:
    """A filter's value when it is one of the allowed, else the default."""
    value = request.GET.get(name, default)
    return value if value in set(allowed) else default


def number(request: HttpRequest, name: str) -> int | None:
    """A filter that holds an id; nonsense counts as no filter."""
    return identity(request.GET.get(name, ""))


def identity(typed: str) -> int | None:
    """An id as it comes from outside; None when no row can have it."""
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 19):
        return None
    value = int(typed)
    return value if value <= LARGEST_ID else None


def order(request: HttpRequest, allowed: Mapping[str, Sequence[str]], default: str) -> tuple[str, list[str]]:
    """The chosen sort ('name' or '-name') and its database ordering, out of the page's own table."""
    chosen = request.GET.get("sort", default)
    key = chosen.removeprefix("-")
    if key not in allowed:
        chosen, key = default, default.removeprefix("-")
    fields = list(allowed[key])
    if chosen.startswith("-"):
        fields = [field[1:] if field.startswith("-") else f"-{field}" for field in fields]
    return chosen, fields


def link(request: HttpRequest, **changes: str | int | None) -> str:
    """The query string of this page with changes; empty values leave it, and the page starts again at 1."""
    pairs = {key: value for key, value in request.GET.items() if key != "page"}
    for key, value in changes.items():
        if value is None or value == "":
            pairs.pop(key, None)
        else:
            pairs[key] = str(value)
    return "?" + urlencode(pairs)


def headings(
    request: HttpRequest, chosen: str, columns: Sequence[tuple[str, str] | tuple[str, str, str]]
) -> list[Heading]:
    """Column heads from (sort key or '', label, classes)."""
    key, falling = chosen.removeprefix("-"), chosen.startswith("-")
    made = []
    for name, label, *rest in columns:
        current = bool(name) and name == key
        target = f"-{name}" if current and not falling else name
        made.append(
            Heading(
                label,
                link(request, sort=target) if name else "",
                ("descending" if falling else "ascending") if current else "",
                rest[0] if rest else "",
            )
        )
    return made


def chips(
    request: HttpRequest,
    name: str,
    options: Iterable[tuple[str, str]],
    current: str,
    counts: Mapping[str, int] | None = None,
) -> list[dict[str, Any]]:
    """Filter chips from (value, label); the value '' shows all."""
    return [
        {
            "label": label,
            "url": link(request, **{name: value}),
            "current": value == current,
            "count": None if counts is None else counts.get(value, 0),
        }
        for value, label in options
    ]


def limit_statements() -> None:
    """Stop statements of this request that run longer than a page may take."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'")


def paged(request: HttpRequest, rows: "QuerySet[M]") -> "Page[M]":
    """The asked page of 50; nonsense is page 1, beyond the end is the last page."""
    limit_statements()
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page", "1"))


def wants_csv(request: HttpRequest) -> bool:
    return request.GET.get("format") == "csv"


def _cell(value: object) -> object:
    """defusedcsv knows = + - @ and |; a leading tab, line end or zero octet also hides a formula (ASVS 1.2.10)."""
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "")
    return f"'{text}" if value[:1] in {"\t", "\r", "\n", "\0"} else text


def csv_answer(
    name: str, heads: Sequence[str], rows: Iterable[Sequence[object]], *, most: int = 0
) -> HttpResponse:
    """A CSV file; cells that a spreadsheet would run as a formula are defused, rows are capped."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer.write("\ufeff")  # spreadsheets take the file for UTF-8
    writer = csv.writer(answer, quoting=csv.QUOTE_ALL)
    writer.writerow([_cell(value) for value in heads])
    for count, row in enumerate(rows):
        if count >= (most or EXPORT_ROWS):
            break
        writer.writerow([_cell(value) for value in row])
    return answer
