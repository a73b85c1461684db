"""Compares what the service answers about an event with what was played there, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from attendance_web.demo import expected
from attendance_web.demo.expected import LocalTime
from attendance_web.demo.record import Moment, Record

MISSING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the service says of one event while nobody does anything there."""

    sheet: Mapping[str, Any]
    attendance: Sequence[Mapping[str, Any]]
    ledger: Sequence[Mapping[str, Any]]
    helpers: Sequence[int]
    board: Mapping[str, Any] | None  # the last counts that it was told
    karma: Mapping[int, int]
    made: Moment  # when the sheet was asked for


@dataclass
class Comparison:
    """How many cells were compared, and where they differ, a line each."""

    cells: int = 0
    differences: list[str] = field(default_factory=list)

    def compare(self, where: str, wanted: Any, found: Any) -> None:
        """Compares a cell, or all of a row or a list, however deep."""
        if isinstance(wanted, Mapping) and isinstance(found, Mapping):
            for key in [*wanted, *(each for each in found if each not in wanted)]:
                there = f"{where}, {key}"
                self.compare(there, wanted.get(key, MISSING), found.get(key, MISSING))
        elif isinstance(wanted, list) and isinstance(found, list | tuple):
            self._cell(f"{where}, how many", len(wanted), len(found))
            for number, (one, other) in enumerate(zip(wanted, found, strict=False), 1):
                self.compare(f"{where} {number}", one, other)
        else:
            self._cell(where, wanted, found)

    def _cell(self, where: str, wanted: Any, found: Any) -> None:
        self.cells += 1
        if not _is_as_played(wanted, found):
            self.differences.append(f"{where}: played {_text(wanted)}, found {_text(found)}")


def compared(record: Record, answers: Answers, earned: Callable[[int], int]) -> Comparison:
    """Compares all of it; the sheet and the attendance by the seconds that the ledger has."""
    found = Comparison()
    entries = {(each.get("user_id"), each.get("n")): each for each in answers.ledger}
    found.compare("the ledger, how many", sum(map(len, record.deeds.values())), len(answers.ledger))
    found.compare("the ledger", expected.ledger(record), entries)
    times = [each["at"] for each in answers.ledger if isinstance(each.get("at"), int)]
    found.compare("the ledger, newest first", sorted(times, reverse=True), times)
    exact = record.narrowed(answers.ledger)
    found.compare("the sheet", expected.sheet(exact, answers.made), answers.sheet)
    found.compare("the attendance", expected.attendance(exact), list(answers.attendance))
    found.compare("the helpers", record.helpers, list(answers.helpers))
    board = answers.board and {key: value for key, value in answers.board.items() if key != "at"}
    found.compare("the board", expected.counts(record), board)
    found.compare("karma", expected.karma(record, earned), answers.karma)
    return found


def _is_as_played(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, LocalTime):
        return wanted.is_told_by(found)
    if isinstance(wanted, Moment):
        return wanted.has(found)
    return type(wanted) is type(found) and bool(wanted == found)


def _text(value: Any) -> str:
    if isinstance(value, LocalTime):
        value = value.moment
    if isinstance(value, Moment):
        return f"a time from {value.earliest:.0f} to {value.latest:.0f}"
    return repr(value)
