"""Compares what the service answers about an event with what was played there, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from attendance_web.demo import expected
from attendance_web.demo.expected import LocalTime
from attendance_web.demo.played_event import Moment, PlayedEvent

MISSING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Answers:
    """Holds what the service says of one event while nobody does anything there."""

    sheet: Mapping[str, Any]
    attendance: Sequence[Mapping[str, Any]]
    ledger: Sequence[Mapping[str, Any]]
    helpers: Sequence[int]
    board: Mapping[str, Any] | None  # the last counts that it was told
    karma: Mapping[int, int]
    exported: Moment  # when the sheet was asked for


@dataclass
class Comparison:
    """Counts the cells that were compared, and tells where they differ, a line each."""

    cell_count: int = 0
    differences: list[str] = field(default_factory=list)

    def compare(self, where: str, wanted: Any, found: Any) -> None:
        """Compares a cell, or all of a row or a list, however deep."""
        if isinstance(wanted, Mapping) and isinstance(found, Mapping):
            for key in [*wanted, *(each for each in found if each not in wanted)]:
                there = f"{where}, {key}"
                self.compare(there, wanted.get(key, MISSING), found.get(key, MISSING))
        elif isinstance(wanted, list) and isinstance(found, list | tuple):
            self._compare_cell(f"{where}, how many", len(wanted), len(found))
            for number, (one, other) in enumerate(zip(wanted, found, strict=False), 1):
                self.compare(f"{where} {number}", one, other)
        else:
            self._compare_cell(where, wanted, found)

    def _compare_cell(self, where: str, wanted: Any, found: Any) -> None:
        self.cell_count += 1
        if not _is_as_played(wanted, found):
            self.differences.append(f"{where}: played {_text(wanted)}, found {_text(found)}")


def compare(
    played: PlayedEvent, answers: Answers, karma_of_marks: Callable[[int], int]
) -> Comparison:
    """Compares all of it; the sheet and the attendance by the seconds that the ledger has."""
    comparison = Comparison()
    told = {(each.get("user_id"), each.get("n")): each for each in answers.ledger}
    entry_count = sum(map(len, played.entries.values()))
    comparison.compare("the ledger, how many", entry_count, len(answers.ledger))
    comparison.compare("the ledger", expected.ledger(played), told)
    times = [each["at"] for each in answers.ledger if isinstance(each.get("at"), int)]
    comparison.compare("the ledger, newest first", sorted(times, reverse=True), times)
    narrowed = played.narrowed_by(answers.ledger)
    comparison.compare("the sheet", expected.sheet(narrowed, answers.exported), answers.sheet)
    comparison.compare("the attendance", expected.attendance(narrowed), list(answers.attendance))
    comparison.compare("the helpers", played.helpers, list(answers.helpers))
    board = answers.board and {key: value for key, value in answers.board.items() if key != "at"}
    comparison.compare("the board", expected.counts(played), board)
    comparison.compare("karma", expected.karma(played, karma_of_marks), answers.karma)
    return comparison


def _is_as_played(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, LocalTime):
        return wanted.matches(found)
    if isinstance(wanted, Moment):
        return wanted.may_be(found)
    return type(wanted) is type(found) and bool(wanted == found)


def _text(value: Any) -> str:
    if isinstance(value, LocalTime):
        value = value.moment
    if isinstance(value, Moment):
        return f"a time from {value.earliest:.0f} to {value.latest:.0f}"
    return repr(value)
