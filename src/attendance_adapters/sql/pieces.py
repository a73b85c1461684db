"""Pieces of lists in SQL: so many rows, from the beginning or behind one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, Table, bindparam, func, select, tuple_

from attendance_adapters.sql.column_types import BigId, NameKey
from attendance_adapters.sql.executor import NO_LIMIT
from attendance_adapters.sql.tables import profiles
from attendance_core.folding import fold
from attendance_core.pieces import ListQuery

LIMIT, OFFSET = bindparam("limit", type_=BigInteger), bindparam("offset", type_=BigInteger)


def key_after(table: Table, id_name: str, text_name: str) -> ColumnElement[str]:
    """Makes the folded name that a list goes on behind, of the row ``after_id``.

    It is the one that is kept of the row, since it is kept in that order: another version of
    Python may have folded it, which knew other letters. Where the row has gone, or has another
    name than ``after_text`` now, it is ``after_key``, as we fold it.
    """
    row = table.alias("after")
    has_its_name = row.c[text_name] == bindparam("after_text", type_=String)
    kept = select(row.c.name_key).where(
        row.c[id_name] == bindparam("after_id", type_=row.c[id_name].type), has_its_name
    )
    return func.coalesce(kept.scalar_subquery(), bindparam("after_key", type_=NameKey))


def after_parameters(row_id: Any, name: str) -> dict[str, Any]:
    """Makes the parameters of `key_after`."""
    return {"after_id": row_id, "after_text": name, "after_key": fold(name)}


# Of people by display name, then id
is_after_person = tuple_(profiles.c.name_key, profiles.c.user_id) > tuple_(
    key_after(profiles, "user_id", "display_name"), bindparam("after_id", type_=BigId)
)


def size_of(query: ListQuery[Any]) -> dict[str, Any]:
    """Makes the parameters of a statement that has `LIMIT` and `OFFSET`."""
    return {"limit": NO_LIMIT if query.limit is None else query.limit, "offset": query.offset}
