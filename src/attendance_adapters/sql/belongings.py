"""What is kept of a person who takes it along, in SQL. Decision 0026."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from attendance_adapters.sql.belonging_lists import LISTS
from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.pieces import piece_parameters
from attendance_core.belongings import Belonging, BelongingKind, session_name_of
from attendance_core.pieces import ListQuery
from attendance_core.vocabulary import UserId

FIRST_PIECES: Final = {kind: each.first_piece() for kind, each in LISTS.items()}
FURTHER_PIECES: Final = {kind: each.further_piece() for kind, each in LISTS.items()}
# What a record says otherwise than the column does, by its name in the record
_CONVERSIONS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "session": session_name_of,
    "scopes": str.split,
}


class Belongings:
    """Reads records of a person; `repositories.Belongings`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute

    def of(
        self, user_id: UserId, kind: BelongingKind, query: ListQuery[Belonging]
    ) -> Sequence[Belonging]:
        belonging_list, statement = LISTS[kind], FIRST_PIECES[kind]
        parameters: dict[str, Any] = {"user_id": user_id, **piece_parameters(query)}
        if query.after is not None:
            statement = FURTHER_PIECES[kind]
            parameters |= {f"after_{number}": value for number, value in enumerate(query.after.key)}
        key_length = len(belonging_list.keys)
        return [
            Belonging(tuple(row[:key_length]), _record(belonging_list.columns, row[key_length:]))
            for row in self._execute(statement, parameters)
        ]


def _record(names: Iterable[str], values: Sequence[Any]) -> Mapping[str, Any]:
    record = dict(zip(names, values, strict=True))
    for name in record.keys() & _CONVERSIONS.keys():
        record[name] = _CONVERSIONS[name](record[name])
    return record
