"""Keeps what became of people in events, for ever. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import EventId, UserId

if TYPE_CHECKING:
    from attendance_core.attendance import AnnulledMark, LedgerLine
    from attendance_core.marking.ledger import Entry, NewEntry
    from attendance_core.marking.places import Place
    from attendance_core.marking.terms import Terms
    from attendance_core.pieces import ListQuery


class Ledger(Protocol):
    """Keeps entries, which are added and never change. Contract: 8.1.

    An entry is added while the place of its person is locked, which has its number.
    """

    def add(self, entry: NewEntry) -> None:
        """Adds it with the facts of its moment, the name of the person marked, and its note.

        Raises AlreadyMarked where there is one of this number, and another error where there is
        none of the number before.
        """
        ...

    def put_place_add_hold_mark_and_tell_if_it_pays(
        self, entry: NewEntry, marked: Place, terms: Terms
    ) -> bool:
        """Puts the place of a person, and adds their mark of origin hold, without a note.

        Tells whether it pays, as `karma.pays` says. Raises as `add`.
        """
        ...

    def find(self, event_id: EventId, user_id: UserId, n: int) -> Entry | None: ...

    def of(
        self, event_id: EventId, user_id: UserId | None, query: ListQuery[LedgerLine]
    ) -> Sequence[LedgerLine]:
        """Lists the entries of an event, or of one person in it, the latest first.

        Of an event those of one instant by user id, then number, the greatest first; of one person
        all by number.
        """
        ...

    def annulled(
        self, event_id: EventId, user_ids: Sequence[UserId], limit_each: int
    ) -> Sequence[AnnulledMark]:
        """Lists the last annulled marks of each of these people, the earliest first.

        There are at most ``limit_each`` of one person.
        """
        ...

    def karma(self, user_id: UserId, terms: Terms) -> int:
        """Adds up what the marks that this person made pay, as `karma.paying_marks` says."""
        ...
