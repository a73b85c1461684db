"""What those who play a lecture remember of it: who was marked by whom, annulled when and why.

Nothing in it is read from what the service keeps, so that it can be compared with that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from uuid import UUID


class Moment(NamedTuple):
    """When something was done: not before, and not after, in UNIX seconds of the service."""

    earliest: float
    latest: float

    def has(self, second: object) -> bool:
        """Tells whether it may have been in this second."""
        return isinstance(second, int | float) and int(self.earliest) <= second <= self.latest


@dataclass(frozen=True, slots=True)
class Deed:
    """A mark, or the annulment of the one before; ``name``: the person's by then."""

    user_id: int
    n: int
    actor_id: int
    when: Moment
    name: str
    origin: str | None = None  # of a mark
    reason: str | None = None  # of an annulment
    note: str | None = None


@dataclass
class Record:
    """One event as it was played, with the people in it, by their ids."""

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
    deeds: dict[int, list[Deed]] = field(default_factory=dict)

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

    def standing(self, user_id: int) -> Deed | None:
        """Finds the mark of somebody that stands."""
        last = self.deeds.get(user_id, [None])[-1]
        return last if last is not None and last.origin is not None else None

    @property
    def sheet(self) -> list[int]:
        """Lists whoever is on the sheet, by name then id."""
        return sorted(
            self.joined | self.deeds.keys(), key=lambda each: (*_in_order(self.names[each]), each)
        )

    def narrowed(self, entries: Iterable[Mapping[str, Any]]) -> Record:
        """Makes the same with the seconds that the ledger tells, where they may be right."""
        seconds = {(each.get("user_id"), each.get("n")): each.get("at") for each in entries}

        def known(deed: Deed) -> Deed:
            at = seconds.get((deed.user_id, deed.n))
            return replace(deed, when=Moment(at, at)) if at and deed.when.has(at) else deed

        deeds = {user_id: [known(each) for each in all_] for user_id, all_ in self.deeds.items()}
        return replace(self, deeds=deeds)

    def _note(self, user_id: int, actor_id: int, when: Moment, **what: str | None) -> int:
        theirs = self.deeds.setdefault(user_id, [])
        n = len(theirs) + 1
        theirs.append(Deed(user_id, n, actor_id, when, self.names[user_id], **what))
        return n


def _in_order(name: str) -> tuple[str, str]:
    """Makes what people are listed by: ё stands beside е."""
    folded = name.casefold()
    return folded.replace("ё", "е"), folded
