"""What was played in an event: who was marked by whom, annulled when and why.

Nothing in it is read from what the service keeps, so that it can be compared with that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from uuid import UUID


class Moment(NamedTuple):
    """Bounds when something was done: not before, and not after, in UNIX seconds of the service."""

    earliest: float
    latest: float

    def may_be(self, second: object) -> bool:
        """Tells whether it may have been in this second."""
        return isinstance(second, int | float) and int(self.earliest) <= second <= self.latest


@dataclass(frozen=True, slots=True)
class PlayedEntry:
    """Describes a mark, or the annulment of the one before."""

    user_id: int
    n: int
    actor_id: int
    when: Moment
    name: str  # the person's by then
    origin: str | None = None  # of a mark
    reason: str | None = None  # of an annulment
    note: str | None = None


@dataclass
class PlayedEvent:
    """Keeps one event as it was played, with the people in it, by their ids."""

    event_id: UUID
    name: str
    starts_at: int  # UNIX seconds
    ends_at: int  # UNIX seconds
    creator_id: int
    names: dict[int, str]  # what they are called now
    joined: set[int] = field(default_factory=set)  # and have not left
    waiting: set[int] = field(default_factory=set)
    held: set[int] = field(default_factory=set)
    helpers: list[int] = field(default_factory=list)
    entries: dict[int, list[PlayedEntry]] = field(default_factory=dict)

    def note_mark(
        self, user_id: int, actor_id: int, when: Moment, origin: str, note: str | None = None
    ) -> int:
        """Notes a mark, which has them join; answers its number."""
        self.joined.add(user_id)
        return self._note(user_id, actor_id, when, origin=origin, note=note)

    def note_annulment(
        self, user_id: int, actor_id: int, when: Moment, reason: str, note: str | None = None
    ) -> int:
        """Notes that the standing mark was annulled; answers the number of that."""
        return self._note(user_id, actor_id, when, reason=reason, note=note)

    def standing(self, user_id: int) -> PlayedEntry | None:
        """Finds the mark of somebody that stands."""
        last = self.entries.get(user_id, [None])[-1]
        return last if last is not None and last.origin is not None else None

    @property
    def user_ids_on_sheet(self) -> list[int]:
        """The ids of whoever is on the sheet, by name then id."""
        return sorted(
            self.joined | self.entries.keys(), key=lambda each: (*_sort_key(self.names[each]), each)
        )

    def narrowed_by(self, ledger: Iterable[Mapping[str, Any]]) -> PlayedEvent:
        """Makes the same with the seconds that the ledger tells, where they may be right."""
        seconds = {(each.get("user_id"), each.get("n")): each.get("at") for each in ledger}

        def narrow(entry: PlayedEntry) -> PlayedEntry:
            at = seconds.get((entry.user_id, entry.n))
            return replace(entry, when=Moment(at, at)) if at and entry.when.may_be(at) else entry

        entries = {
            user_id: [narrow(entry) for entry in theirs] for user_id, theirs in self.entries.items()
        }
        return replace(self, entries=entries)

    def _note(self, user_id: int, actor_id: int, when: Moment, **details: str | None) -> int:
        theirs = self.entries.setdefault(user_id, [])
        n = len(theirs) + 1
        theirs.append(PlayedEntry(user_id, n, actor_id, when, self.names[user_id], **details))
        return n


def _sort_key(name: str) -> tuple[str, str]:
    """Makes what people are listed by: ё stands beside е."""
    folded = name.casefold()
    return folded.replace("ё", "е"), folded
