"""What the stores run their statements on, whatever the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from attendance_core.vocabulary import Seconds

NO_PARAMETERS: Mapping[str, Any] = {}
# Option of a statement that locks the rows it finds: an engine on which it may have waited for
# somebody has to find them again afterwards
LOCKS_ROWS: Final = "locks_rows"
# Option of a statement that reads what another one locks, in rows whose first column says which
# locked row they are about: it names that other one, which is run first
LOCK_FIRST: Final = "lock_first"
NO_LIMIT: Final = 2**31 - 1  # more rows than there will be
BROWSE_SECONDS: Final[Seconds] = 1.0  # for a look through a list, which takes some milliseconds
# Option of a statement whose row is compared with the time: an engine that has to ask for the
# time by a statement asks for both together
WITH_TIME: Final = "with_time"


class Executor(Protocol):
    """Runs the statements of the stores on an engine's own driver."""

    def execute(self, statement: Any, parameters: Mapping[str, Any] = ..., /) -> Rows:
        """Runs a statement and returns its rows.

        Raises the refusal that a broken constraint stands for.
        """
        ...

    def send(self, statement: Any, parameters: Mapping[str, Any] = ..., /) -> None:
        """Has a statement run whose rows nobody asks for, at once or before the next is executed.

        The refusal that a broken constraint stands for is raised then, or by the transaction.
        """
        ...

    def count(self, statement: Any, parameters: Mapping[str, Any] = ..., /) -> int:
        """Counts the rows that a statement finds by numbers and ids, behind what was sent."""
        ...


class Rows:
    """Holds what a statement returned: rows of Python's values."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: Sequence[Sequence[Any]], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Sequence[Any]]:
        return iter(self._rows)

    def one_or_none(self) -> Sequence[Any] | None:
        """Returns the row of a statement that finds at most one."""
        return self._rows[0] if self._rows else None

    def scalar_one(self) -> Any:
        """Returns the one value of the one row."""
        ((value,),) = self._rows
        return value


def pad_to_power_of_two(values: list[Any]) -> list[Any]:
    """Repeats the last value until there are 0, 1, 2, 4, 8..., so that few lengths are compiled."""
    length = 1 << (len(values) - 1).bit_length() if values else 0
    return values + values[-1:] * (length - len(values))
