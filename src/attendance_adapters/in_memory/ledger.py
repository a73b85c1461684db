"""The ledger in dicts."""

from __future__ import annotations

from collections.abc import Sequence

from attendance_adapters.in_memory.pieces import piece_of
from attendance_adapters.in_memory.places import Places
from attendance_adapters.in_memory.tables import EntryKey, Tables
from attendance_core.attendance import AnnulledMark, LedgerLine
from attendance_core.errors import AlreadyMarked
from attendance_core.marking.karma import paying_marks
from attendance_core.marking.ledger import Entry, EntryNotes, NewEntry
from attendance_core.marking.places import Place, PlaceKey
from attendance_core.marking.terms import Terms
from attendance_core.pieces import ListQuery
from attendance_core.profiles import Confirmation
from attendance_core.vocabulary import EventId, UserId


class Ledger:
    """Keeps entries; `repositories.Ledger`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, entry: NewEntry) -> None:
        key = EntryKey(entry.event_id, entry.user_id, entry.n)
        if key in self._tables.ledger:
            raise AlreadyMarked
        if entry.n > 1 and key._replace(n=entry.n - 1) not in self._tables.ledger:
            raise ValueError(f"no entry comes before {entry.n}")
        scan = self._tables.scans.get(entry.actor_id)
        self._tables.ledger[key] = Entry(
            event_id=entry.event_id,
            user_id=entry.user_id,
            n=entry.n,
            actor_id=entry.actor_id,
            at=entry.at,
            origin=entry.origin,
            actor_checked=scan is not None and scan.state is Confirmation.APPROVED,
            person_checked=entry.user_id in self._tables.first_ticks,
            reason=entry.reason,
        )
        place_key = PlaceKey(entry.event_id, entry.user_id)
        for user_id in (entry.actor_id, entry.user_id):
            places_of_entries = self._tables.places_of_entries.get(user_id, ())
            if place_key not in places_of_entries:
                self._tables.places_of_entries[user_id] = (*places_of_entries, place_key)
        profile = self._tables.profiles[entry.user_id]
        marked_as = None if entry.origin is None else profile.display_name
        self._tables.ledger_notes[key] = EntryNotes(marked_as, entry.note)

    def put_place_add_hold_mark_and_tell_if_it_pays(
        self, entry: NewEntry, marked: Place, terms: Terms
    ) -> bool:
        Places(self._tables).put(marked)
        self.add(entry)
        added = self.find(entry.event_id, entry.user_id, entry.n)
        return added in paying_marks(self._last_entries_concerning(entry.actor_id), terms)

    def find(self, event_id: EventId, user_id: UserId, n: int) -> Entry | None:
        return self._tables.ledger.get(EntryKey(event_id, user_id, n))

    def of(
        self, event_id: EventId, user_id: UserId | None, query: ListQuery[LedgerLine]
    ) -> Sequence[LedgerLine]:
        lines = (
            LedgerLine(entry, self._tables.notes_of(key))
            for key, entry in self._tables.ledger.items()
            if key.event_id == event_id and user_id in (None, key.user_id)
        )
        if user_id is not None:
            return piece_of(lines, query, lambda line: -line.entry.n)
        return piece_of(lines, query, _latest_first)

    def annulled(
        self, event_id: EventId, user_ids: Sequence[UserId], limit_each: int
    ) -> Sequence[AnnulledMark]:
        found = []
        for user_id in sorted(set(user_ids)):
            place = self._tables.places.get(PlaceKey(event_id, user_id))
            last_n = 0 if place is None else place.last_n
            annulments = range(2, last_n + 1, 2)  # each even entry annuls the one before it
            for n in annulments[-limit_each:]:
                key = EntryKey(event_id, user_id, n)
                mark = self._tables.ledger[key._replace(n=n - 1)]
                annulment = self._tables.ledger[key]
                assert annulment.reason is not None
                found.append(
                    AnnulledMark(
                        user_id=user_id,
                        annulment_n=n,
                        marked_at=mark.at,
                        marker=mark.actor_id,
                        at=annulment.at,
                        actor_id=annulment.actor_id,
                        reason=annulment.reason,
                        note=self._tables.notes_of(key).note,
                    )
                )
        return found

    def karma(self, user_id: UserId, terms: Terms) -> int:
        paid = paying_marks(self._last_entries_concerning(user_id), terms)
        return terms.karma_per_mark * sum(each.actor_id == user_id for each in paid)

    def _last_entries_concerning(self, marker: UserId) -> list[Entry]:
        """Lists the last entry of each place that is theirs, or has an entry made by them."""
        return [
            self._tables.ledger[EntryKey(*key, self._tables.places[key].last_n)]
            for key in self._tables.places_of_entries.get(marker, ())
        ]


def _latest_first(line: LedgerLine) -> tuple[float, ...]:
    """Makes the key that the entries of an event are listed by, the latest first."""
    return (-line.entry.at, -line.entry.user_id, -line.entry.n)
