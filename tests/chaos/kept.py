"""What the store keeps in the end, as the checker judges it: rows, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple

BY_HOLD: Final = "hold"  # how a mark came to be, as rows have it
BY_HAND: Final = "hand"
PAYS: Final = 50  # karma; contract: 8.11
FOREVER: Final = float("inf")  # seconds


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row of the ledger; its instant in UNIX seconds."""

    event: str
    person: int
    n: int
    actor: int
    at: float
    origin: str | None
    person_checked: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark, and when it was annulled; in UNIX seconds."""

    event: str
    person: int
    marker: int
    at: float
    n: int
    origin: str
    person_checked: bool
    annulled_at: float = FOREVER

    def stood(self, start: float, end: float) -> bool:
        """Tells whether it stood at some instant of these."""
        return self.at <= end and start <= self.annulled_at


class EntryKey(NamedTuple):
    """What an entry is told by from others: its event, whom it is about, and its number."""

    event: str
    person: int
    n: int


class ShownEntry(NamedTuple):
    """An entry as an organiser is shown it; ``how`` is its origin, or the reason it annuls for."""

    person: int
    n: int
    actor: int
    how: str


class OldMark(NamedTuple):
    """A standing mark, as versions before the ledger read it."""

    event: str
    person: int
    marker: int


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event that is still there; its times in UNIX seconds."""

    name: str
    starts_at: float
    ends_at: float
    creator: int
    who_marks: str = "everybody"
    helpers: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class KarmaTerms:
    """How many marks of a month pay."""

    pair: int  # of two people, whoever marks
    unchecked: int  # of a marker, of people without the tick


@dataclass(frozen=True)
class Kept:
    """What is kept in the end; empty ``shown_entries`` or ``last_entries`` were not asked for."""

    ledger: Sequence[LedgerRow]
    events: Mapping[str, KeptEvent]
    karma: Mapping[int, int]  # as the service tells it
    karma_terms: KarmaTerms
    checked: Sequence[int] = ()  # people with the tick
    last_entries: Sequence[EntryKey] = ()  # as the places of their people have them
    old_marks: Sequence[OldMark] = ()
    shown_entries: Mapping[str, Sequence[ShownEntry]] = field(default_factory=dict)


def marks_of(ledger: Iterable[LedgerRow]) -> list[Mark]:
    """Finds every mark there ever was."""
    rows = list(ledger)
    ended = {(each.event, each.person, each.n): each.at for each in rows if each.origin is None}
    return [
        Mark(
            each.event,
            each.person,
            each.actor,
            each.at,
            each.n,
            each.origin,
            each.person_checked,
            ended.get((each.event, each.person, each.n + 1), FOREVER),
        )
        for each in rows
        if each.origin is not None
    ]


def karma_of(ledger: Iterable[LedgerRow], karma_terms: KarmaTerms) -> dict[int, int]:
    """Counts what each person is paid, from rows alone: the service's own fold is not asked."""
    pairs: dict[tuple[int, int, int], int] = {}
    unchecked: dict[tuple[int, int], int] = {}
    karma: dict[int, int] = {}
    standing = [
        each for each in marks_of(ledger) if each.annulled_at == FOREVER and each.origin == BY_HOLD
    ]
    for mark in sorted(standing, key=lambda each: (each.at, each.event, each.person)):
        date = datetime.fromtimestamp(mark.at, UTC)
        month = 100 * date.year + date.month
        pair = month, min(mark.marker, mark.person), max(mark.marker, mark.person)
        of_marker = month, mark.marker
        pays = pairs.get(pair, 0) < karma_terms.pair and (
            mark.person_checked or unchecked.get(of_marker, 0) < karma_terms.unchecked
        )
        pairs[pair] = pairs.get(pair, 0) + 1
        if not mark.person_checked:
            unchecked[of_marker] = unchecked.get(of_marker, 0) + 1
        if pays:
            karma[mark.marker] = karma.get(mark.marker, 0) + PAYS
    return karma
