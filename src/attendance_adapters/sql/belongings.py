"""What is kept of a person who takes it along, in SQL. Decision 0026."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from attendance_adapters.sql.belonging_lists import LISTS
from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.pieces import piece_parameters
from attendance_core.belongings import Belonging, BelongingKind, session_name_of
from attendance_core.pieces import ListQuery
from attendance_core.vocabulary import UserId

FIRST: Final = {kind: each.first() for kind, each in LISTS.items()}
AFTER: Final = {kind: each.after() for kind, each in LISTS.items()}
# What is told otherwise than it is kept, by its name in a record
_TOLD: Final[Mapping[str, Callable[[Any], Any]]] = {"session": session_name_of, "scopes": str.split}


class Belongings:
    """Reads records of a person; `repositories.Belongings`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute

    def of(
        self, user_id: UserId, kind: BelongingKind, query: ListQuery[Belonging]
    ) -> Sequence[Belonging]:
        listed, statement = LISTS[kind], FIRST[kind]
        keys: dict[str, Any] = {"user_id": user_id, **piece_parameters(query)}
        if query.after is not None:
            statement = AFTER[kind]
            keys |= {f"after_{n}": value for n, value in enumerate(query.after.key)}
        size = len(listed.keys)
        return [
            Belonging(tuple(row[:size]), _record(listed.columns, row[size:]))
            for row in self._execute(statement, keys)
        ]


def _record(names: Mapping[str, Any], values: Sequence[Any]) -> Mapping[str, Any]:
    made = dict(zip(names, values, strict=True))
    for name in made.keys() & _TOLD.keys():
        made[name] = _TOLD[name](made[name])
    return made
