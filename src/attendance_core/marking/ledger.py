"""The record of marks: entries that are added and never change. Contract: 8.1 to 8.3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from attendance_core.vocabulary import EventId, Instant, UserId

# Of the entries of one place; more than there will be. The one behind it, too, is an INTEGER in SQL
MAX_ENTRY_N = 2**31 - 2


class Origin(Enum):
    """How a mark came to be."""

    HOLD = "hold"  # a marker held the person, and confirmed
    HAND = "hand"  # an organiser wrote it down


class AnnulReason(Enum):
    """Why a mark does not stand any more."""

    WRONG_PERSON = "wrong_person"
    NOT_PRESENT = "not_present"
    DUPLICATE = "duplicate"
    NOT_ME = "not_me"  # Contract: AnnulMark, only the person marked says so
    OTHER = "other"


class Grade(Enum):
    """How much a mark can be relied on, the most first."""

    ORGANISER = "organiser"
    CHECKED = "checked"
    PEER = "peer"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to be written down: a mark with its origin, or an annulment with its reason.

    The store adds what it knows of both their ticks, and the name that the person marked has now.
    """

    event_id: EventId
    user_id: UserId
    n: int  # 1, 2, 3... of one person in one event; odd ones mark, even ones annul
    actor_id: UserId
    at: Instant
    origin: Origin | None = None
    reason: AnnulReason | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is kept, for ever."""

    event_id: EventId
    user_id: UserId
    n: int
    actor_id: UserId
    at: Instant
    origin: Origin | None
    actor_checked: bool  # whether the actor had the tick then
    person_checked: bool  # whether the person had ever had one by then
    reason: AnnulReason | None

    @property
    def grade(self) -> Grade | None:
        """How much the mark can be relied on; None of an annulment."""
        return None if self.origin is None else grade_of(self.origin, self.actor_checked)


@dataclass(frozen=True, slots=True)
class EntryNotes:
    """What stands beside an entry until its person's account goes, and what they are called now."""

    marked_as: str | None = None  # the name a person was marked under
    note: str = ""
    display_name: str = ""


NO_NOTES = EntryNotes()


def grade_of(origin: Origin, actor_checked: bool) -> Grade:
    """Grades a mark."""
    if origin is Origin.HAND:
        return Grade.ORGANISER
    return Grade.CHECKED if actor_checked else Grade.PEER


def month_of(at: Instant) -> int:
    """Counts calendar months, by UTC, from January of the year 0 to that of an instant.

    Contract: 8.11.
    """
    date = datetime.fromtimestamp(int(at), UTC)
    return date.year * 12 + date.month - 1
