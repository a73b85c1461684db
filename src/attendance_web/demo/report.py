"""What one sees of the demo: progress while it plays, and a table at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import ceil
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table


@dataclass(frozen=True, slots=True)
class MarkerResult:
    """What one person did at the sign-in sheet."""

    name: str
    karma: int
    marked: Sequence[str]  # names


@dataclass(frozen=True, slots=True)
class Result:
    """How the lecture went; times are milliseconds."""

    event: str
    asked: int
    drop_count: int
    refusal_count: int
    annulled: int
    by_hand: int
    markers: Sequence[MarkerResult]
    prepare_ms: Sequence[float]
    confirm_ms: Sequence[float]
    rows: int  # of the sheet
    entries: int
    people: int
    told: int  # how often the board was told counts
    cells: int  # that were compared
    login: str
    password: str


class Stages:
    """Shows a progress bar for each stage, where somebody looks at a terminal."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<20}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.enter_context(self._progress)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def stage(self, name: str, total: int) -> Callable[[], None]:
        """Makes what is to be called after each of so many things."""
        task = self._progress.add_task(name, total=total)
        return lambda: self._progress.advance(task)


def table(result: Result) -> Table:
    """Tells who marked whom, what it paid, and how fast the answers came."""
    shown = Table(title=result.event, show_footer=True, caption_justify="left")
    shown.add_column("Marked by", footer=f"{len(result.markers)} markers")
    marks = sum(len(each.marked) for each in result.markers)
    shown.add_column("Marked", footer=f"{marks} ({result.asked} asked)", justify="right")
    karma = sum(each.karma for each in result.markers)
    shown.add_column("Karma", footer=str(karma), justify="right")
    shown.add_column("Whom", footer=_speed(result))
    for each in result.markers:
        shown.add_row(each.name, str(len(each.marked)), str(each.karma), ", ".join(each.marked))
    shown.caption = (
        f"Lost their connection and came back: {result.drop_count}; "
        f"refused first: {result.refusal_count}; "
        f"marked by hand: {result.by_hand}; annulled: {result.annulled}"
    )
    return shown


def what_was_compared(result: Result) -> str:
    """Tells what was compared with what was played, and is as it was played."""
    return (
        "Compared with what was played, while one was held and one waited, and again afterwards: "
        f"{result.rows} rows of the sheet, {result.entries} entries of the ledger, the attendance, "
        f"the helpers, the karma of {result.people}, and what the board was told last of "
        f"{result.told} times. All {result.cells} cells are as they were played"
    )


def _speed(result: Result) -> str:
    """Writes, for instance, ``prepare 1.2 / 3.4 ms, confirm 1.3 / 4.0 ms (p50 / p99)``."""
    prepare, confirm = (
        f"{percentile(times, 50):.1f} / {percentile(times, 99):.1f} ms"
        for times in (result.prepare_ms, result.confirm_ms)
    )
    return f"prepare {prepare}, confirm {confirm} (p50 / p99)"


def percentile(times: Sequence[float], percent: int) -> float:
    """Finds the smallest time that so many percent of them do not exceed."""
    ordered = sorted(times)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]
