"""A sheet with a bit of everything, handed over in pieces as it is read, and what writes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import pytest

from attendance_adapters.sheets import SheetFiles
from attendance_core.attendance import AnnulledSeen, Participant, SheetPiece, SheetRow
from attendance_core.events import Event
from attendance_core.marking.ledger import AnnulReason, EntryNotes, Grade, Origin
from attendance_core.marking.places import Marked
from attendance_core.ports import SheetStyle
from attendance_core.sheet_counts import SheetCounts
from attendance_core.vocabulary import EventCode, EventId, UserId

ANNA, BORIS = UserId(7), UserId(12)
NINE_O_CLOCK = 1_788_242_400.0  # 2026-09-01, 09:00 in Moscow
NAME = '=HYPERLINK("http://e.test";"Лекция")'
EVENT = Event(
    EventId(UUID(int=15)), NAME, ANNA, NINE_O_CLOCK, NINE_O_CLOCK + 5400, EventCode("ABCDEF")
)
MOSCOW_STYLE = SheetStyle("csv", "Europe/Moscow", "ru")
UTC_STYLE = SheetStyle("csv", "UTC", "en")
ROWS = (
    SheetRow(Participant(ANNA, "Анна; «ё»", True, None), "joined"),
    SheetRow(
        Participant(
            BORIS,
            "-Борис 😀",
            False,
            Marked(ANNA, NINE_O_CLOCK + 61.75, 3, Origin.HAND),
            True,
            Grade.ORGANISER,
            EntryNotes("@Боря", "+без телефона", "-Борис 😀"),
        ),
        "marked",
        "Анна; «ё»",
        (
            AnnulledSeen(
                NINE_O_CLOCK,
                "שרה",
                NINE_O_CLOCK + 60,
                "Анна",
                AnnulReason.WRONG_PERSON,
                "не тот",
                UserId(13),
                ANNA,
            ),
        ),
        2,
    ),
    SheetRow(
        Participant(UserId(13), "שרה _x0041_ \ufffe", False, None, False),
        "left",
        None,
        (
            AnnulledSeen(
                NINE_O_CLOCK,
                "-Борис 😀",
                NINE_O_CLOCK + 1,
                "שרה",
                AnnulReason.NOT_ME,
                "",
                BORIS,
                UserId(13),
            ),
        ),
    ),
)
COUNTS = SheetCounts(3, 0, 0, 1, participants=2)


async def pieces(*rows: SheetRow, size: int = 2, event: Event = EVENT) -> AsyncIterator[SheetPiece]:
    for first in range(0, len(rows) or 1, size):
        yield SheetPiece(event, NINE_O_CLOCK + 3600, rows[first : first + size], COUNTS)


@pytest.fixture
def sheet_files() -> Iterator[SheetFiles]:
    made = SheetFiles()
    yield made
    made.close()


async def content(files: SheetFiles, style: SheetStyle = MOSCOW_STYLE, **options: Any) -> bytes:
    with await files.feed(pieces(*ROWS, **options), style) as file:
        return file.read()
