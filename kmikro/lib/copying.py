"""Many new rows of one table at once by PostgreSQL's COPY: what an INSERT of objects does, several times as fast."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection, models
from psycopg2.extras import Json

# PostgreSQL's documentation of COPY, text format: what would end a value or a row.
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = "\\N"


def new_ids(model: type[models.Model], count: int) -> list[int]:
    """Primary keys for so many new rows; gaps are as usual as with any sequence."""
    options = model._meta
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [options.db_table, options.pk.column, count],
        )
        return [row[0] for row in cursor.fetchall()]


def add(same: models.Model, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert a row of the table of `same` for each of `rows`; raises IntegrityError as an INSERT does.

    `names` are the columns (attname) that differ, everything else is as in the unsaved object `same`. Values are as
    the database takes them: what a field would seal is given sealed.
    """
    fields = {each.attname: each for each in same._meta.concrete_fields}
    rest = {
        name: each.get_db_prep_save(each.pre_save(same, add=True), connection)
        for name, each in fields.items()
        if name not in names and not each.primary_key
    }
    columns = ", ".join(f'"{fields[name].column}"' for name in (*names, *rest))
    tail = "".join(f"\t{_text(value)}" for value in rest.values()) + "\n"
    text = io.StringIO("".join("\t".join(map(_text, row)) + tail for row in rows))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f'COPY "{same._meta.db_table}" ({columns}) FROM STDIN', text)


def _text(value: Any) -> str:
    match value:
        case None:
            return _NULL
        case bool():
            return "t" if value else "f"
        case str():
            return value.translate(_ESCAPED) if not value.isalnum() else value
        case date():  # and datetime
            return value.isoformat()
        case Json():
            return _text(value.dumps(value.adapted))
    return str(value)
