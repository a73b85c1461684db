"""What the demo tells at its end: a table, and what was compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from rich.table import Table


@dataclass(frozen=True, slots=True)
class MarkerResult:
    """Tells whom one person marked, and what it paid."""

    name: str
    karma: int
    marked: Sequence[str]  # names


@dataclass(frozen=True, slots=True)
class Result:
    """Tells how the lecture went; times are milliseconds."""

    event_name: str
    asker_count: int
    drop_count: int  # of connections, by will
    refused_count: int  # of holds
    annulled_count: int
    by_hand_count: int
    markers: Sequence[MarkerResult]
    prepare_ms: Sequence[float]
    confirm_ms: Sequence[float]
    sheet_row_count: int
    ledger_entry_count: int
    person_count: int  # whose karma was compared
    times_board_was_told: int
    cell_count: int  # that were compared
    username: str  # of the creator, for whoever looks around
    password: str


def result_table(result: Result) -> Table:
    """Tells who marked whom, what it paid, and how fast the answers came."""
    table = Table(title=result.event_name, show_footer=True, caption_justify="left")
    table.add_column("Marked by", footer=f"{len(result.markers)} markers")
    mark_count = sum(len(each.marked) for each in result.markers)
    table.add_column("Marked", footer=f"{mark_count} ({result.asker_count} asked)", justify="right")
    karma = sum(each.karma for each in result.markers)
    table.add_column("Karma", footer=str(karma), justify="right")
    table.add_column("Whom", footer=_speed(result))
    for each in result.markers:
        table.add_row(each.name, str(len(each.marked)), str(each.karma), ", ".join(each.marked))
    table.caption = (
        f"Lost their connection and came back: {result.drop_count}; "
        f"refused first: {result.refused_count}; "
        f"marked by hand: {result.by_hand_count}; annulled: {result.annulled_count}"
    )
    return table


def what_was_compared(result: Result) -> str:
    """Tells what was compared with what was played, and is as it was played."""
    return (
        "Compared with what was played, while one was held and one waited, and again afterwards: "
        f"{result.sheet_row_count} rows of the sheet, "
        f"{result.ledger_entry_count} entries of the ledger, "
        f"the attendance, the helpers, the karma of {result.person_count}, and what the board was "
        f"told last of {result.times_board_was_told} times. "
        f"All {result.cell_count} cells are as they were played"
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
