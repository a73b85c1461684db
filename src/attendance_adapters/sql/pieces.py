"""Pieces of lists in SQL: so many rows, from the beginning or behind one."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    Table,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
)

from attendance_adapters.sql.column_types import BigId, NameKey
from attendance_adapters.sql.executor import NO_LIMIT
from attendance_adapters.sql.tables import profiles
from attendance_core.folding import fold, search_fold
from attendance_core.pieces import ListQuery
from attendance_core.vocabulary import UserId

LIMIT, OFFSET = bindparam("limit", type_=BigInteger), bindparam("offset", type_=BigInteger)


def key_after(
    table: Table, id_name: str, text_name: str, key_name: str = "name_key"
) -> ColumnElement[str]:
    """Makes the folded name that a list goes on behind, of the row ``after_id``.

    It is the one that is kept of the row, since it is kept in that order: another version of
    Python may have folded it, which knew other letters. Where the row has gone, or has another
    name than ``after_text`` now, it is ``after_<key>``, as we fold it.
    """
    row = table.alias("after")
    has_its_name = row.c[text_name] == bindparam("after_text", type_=String)
    key = literal_column(f'"after".{key_name}', NameKey)  # that of searches is in no table of ours
    kept = select(key).where(
        row.c[id_name] == bindparam("after_id", type_=row.c[id_name].type), has_its_name
    )
    # As a whole a subquery, so that it is found once and not for each row
    found = func.coalesce(kept.scalar_subquery(), bindparam(f"after_{key_name}", type_=NameKey))
    return select(found).scalar_subquery()


def after_parameters(row_id: Any, name: str) -> dict[str, Any]:
    """Makes the parameters of `key_after`."""
    return {"after_id": row_id, "after_text": name, "after_name_key": fold(name)}


# Of people by display name (`name_order`), then id
BY_PERSON: Final = (
    literal_column("profiles.search_key", NameKey),
    profiles.c.name_key,
    profiles.c.user_id,
)
is_after_person = tuple_(*BY_PERSON) > tuple_(
    key_after(profiles, "user_id", "display_name", "search_key"),
    key_after(profiles, "user_id", "display_name"),
    bindparam("after_id", type_=BigId),
)


def after_person_parameters(user_id: UserId, name: str) -> dict[str, Any]:
    """Makes the parameters of `is_after_person`."""
    return {**after_parameters(user_id, name), "after_search_key": search_fold(name)}


def piece_parameters(query: ListQuery[Any]) -> dict[str, Any]:
    """Makes the parameters of a statement that has `LIMIT` and `OFFSET`."""
    return {"limit": NO_LIMIT if query.limit is None else query.limit, "offset": query.offset}
