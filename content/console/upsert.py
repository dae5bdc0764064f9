"""Insert rows, or replace those that are older: one statement, so that two writers cannot undo each other.

Django's `bulk_create(update_conflicts=True)` replaces without asking; ON CONFLICT … DO UPDATE … WHERE (SQLite 3.24,
PostgreSQL 9.5) asks and writes under one row lock. Everything else about the statement comes from the model.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connections


def upsert_newer(alias: str, model: Any, rows: Sequence[dict[str, Any]], key: Sequence[str], newer: str) -> None:
    """Write `rows` of `model`; one whose `key` is there replaces that only if its `newer` is higher.

    No two of `rows` may have the same key, and they come in the order of their keys.
    """
    if not rows:
        return
    connection = connections[alias]
    quote = connection.ops.quote_name
    fields = [model._meta.get_field(name) for name in rows[0]]
    columns = ", ".join(quote(one.column) for one in fields)
    table = quote(model._meta.db_table)
    values = ", ".join(["%s"] * len(fields))
    conflict = ", ".join(quote(name) for name in key)
    changes = ", ".join(f"{quote(one.column)} = EXCLUDED.{quote(one.column)}" for one in fields if one.name not in key)
    sql = (
        f"INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT ({conflict}) "  # noqa: S608 -- names of ours
        f"DO UPDATE SET {changes} WHERE EXCLUDED.{quote(newer)} > {table}.{quote(newer)}"
    )
    prepared = [[one.get_db_prep_save(row[one.name], connection) for one in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(sql, prepared)
