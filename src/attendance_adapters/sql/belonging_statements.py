"""How a list of what is kept of a person is read by statements: piece by piece, going on by a key.

Decision 0026.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, select, tuple_

from attendance_adapters.sql.pieces import LIMIT, OFFSET


@dataclass(frozen=True, kw_only=True)
class BelongingList:
    """A list of one kind: what a record has, by its names there, and what the list goes on by.

    Its condition names the person by the parameter ``user_id``.
    """

    columns: Mapping[str, ColumnElement[Any]]
    source: FromClause
    condition: ColumnElement[bool]
    keys: Sequence[ColumnElement[Any]]

    def first_piece(self) -> Select[Any]:
        """Makes the statement of the first piece, whose rows are the keys and then the columns."""
        # The label of a column has to be another than that of a key that is the same column
        columns = [column.label(f"_{name}") for name, column in self.columns.items()]
        return (
            select(*self.keys, *columns)
            .select_from(self.source)
            .where(self.condition)
            .order_by(*self.keys)
            .limit(LIMIT)
            .offset(OFFSET)
        )

    def further_piece(self) -> Select[Any]:
        """Makes that of a further one, behind the row with the keys ``after_0``, ``after_1``..."""
        after = [
            bindparam(f"after_{number}", type_=key.type) for number, key in enumerate(self.keys)
        ]
        return self.first_piece().where(tuple_(*self.keys) > tuple_(*after))
