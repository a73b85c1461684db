"""Pieces of lists in SQL: so many rows, from the beginning or behind one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, bindparam, tuple_

from attendance_adapters.sql.column_types import BigId, NameKey
from attendance_adapters.sql.executor import NO_LIMIT
from attendance_adapters.sql.tables import profiles
from attendance_core.folding import fold
from attendance_core.pieces import ListQuery
from attendance_core.vocabulary import UserId

LIMIT, OFFSET = bindparam("limit", type_=BigInteger), bindparam("offset", type_=BigInteger)
# Of people by display name, then id
is_behind_person = tuple_(profiles.c.name_key, profiles.c.user_id) > tuple_(
    bindparam("after_name", type_=NameKey), bindparam("after_id", type_=BigId)
)


def size_of(query: ListQuery[Any]) -> dict[str, Any]:
    """Makes the parameters of a statement that has `LIMIT` and `OFFSET`."""
    return {"limit": NO_LIMIT if query.limit is None else query.limit, "offset": query.offset}


def after_person(display_name: str, user_id: UserId) -> dict[str, Any]:
    """Makes the parameters of `is_behind_person`."""
    return {"after_name": fold(display_name), "after_id": user_id}
