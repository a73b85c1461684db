"""Participants in dicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from attendance_adapters.in_memory.pieces import piece_of
from attendance_adapters.in_memory.places import Places
from attendance_adapters.in_memory.tables import Tables
from attendance_core.attendance import Participant
from attendance_core.events import Event
from attendance_core.folding import name_order
from attendance_core.marking.places import Held, Marked, Place, Waiting
from attendance_core.pieces import ListQuery
from attendance_core.profiles import Confirmation, group_of
from attendance_core.sheet_counts import SheetCounts
from attendance_core.vocabulary import EventId, Instant, UserId


class Participants:
    """Shows who is in a sheet; `repositories.Participants`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._places = Places(tables)

    def listed(self, event_id: EventId, query: ListQuery[Participant]) -> Sequence[Participant]:
        return self._piece_among(self._places.in_event(event_id), query)

    def ids(self, event_id: EventId, limit: int) -> Sequence[UserId]:
        return [each.user_id for each in self.listed(event_id, ListQuery(limit))]

    def of(self, event_id: EventId, user_ids: Sequence[UserId]) -> Sequence[Participant]:
        return self._piece_among(self._places.of(event_id, user_ids), ListQuery())

    def counts(self, event: Event, now: Instant) -> SheetCounts:
        in_event = self._places.in_event(event.event_id)
        on_sheet = [place for place in in_event if place.member or place.last_n]
        waiting_or_held = [place for place in on_sheet if isinstance(place.state, Waiting | Held)]
        if event.ends_at <= now:
            waiting_or_held = []
        held_count = sum(
            isinstance(place.state, Held) and not place.hold_has_lapsed(now)
            for place in waiting_or_held
        )
        marked_count = sum(map(_is_marked, on_sheet))
        other_count = sum(
            place.member and (place.user_id != event.creator_id or place in waiting_or_held)
            for place in on_sheet
            if not _is_marked(place)
        )
        return SheetCounts(
            joined=len(on_sheet),
            waiting=len(waiting_or_held) - held_count,
            held=held_count,
            marked=marked_count,
            participants=marked_count + other_count,
        )

    def _piece_among(
        self, places: Iterable[Place], query: ListQuery[Participant]
    ) -> Sequence[Participant]:
        people = [self._participant(place) for place in places if place.member or place.last_n]
        return piece_of(people, query, lambda each: (*name_order(each.display_name), each.user_id))

    def _participant(self, place: Place) -> Participant:
        scan = self._tables.scans.get(place.user_id)
        is_confirmed = scan is not None and scan.state is Confirmation.APPROVED
        profile = self._tables.profiles[place.user_id]
        person = Participant(
            place.user_id,
            profile.display_name,
            is_confirmed,
            place.state,
            place.member,
            group=group_of(profile.bio),
        )
        last = self._tables.last_line_of(place)
        if last is not None and isinstance(place.state, Marked):
            return replace(person, grade=last.entry.grade, notes=last.notes)
        return person if last is None else replace(person, annulled=last)


def _is_marked(place: Place) -> bool:
    """Tells whether a mark stands: each even entry annuls the one before it."""
    return place.last_n % 2 == 1
