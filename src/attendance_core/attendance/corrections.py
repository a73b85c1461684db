"""How a record is put right: a mark by hand, and an annulment. Contract: 8.5, 8.7."""

from __future__ import annotations

from dataclasses import dataclass

from attendance_core import ports
from attendance_core.arguments import check_kind, check_kinds
from attendance_core.errors import (
    InvalidArgument,
    MayNotAnnul,
    PersonNotFound,
    RecordChanged,
    Yourself,
)
from attendance_core.events import Event
from attendance_core.events.organisers import check_organiser
from attendance_core.limits import (
    ANNULMENTS,
    ANNULMENTS_OF_ONE,
    JOINED_BY_HAND,
    count_or_raise,
)
from attendance_core.marking.announcements import ConnectionsEnded, PlaceChanged
from attendance_core.marking.connections import Role
from attendance_core.marking.endings import Ending
from attendance_core.marking.ledger import MAX_ENTRY_N, AnnulReason, Entry, NewEntry, Origin
from attendance_core.marking.moves import make_and_lock_places
from attendance_core.marking.places import Marked
from attendance_core.marking.who_marks import is_organiser
from attendance_core.texts import checked_text
from attendance_core.vocabulary import EventId, Instant, Seconds, UserId

MAX_NOTE_LENGTH = 200  # Contract: MarkParticipant
MARKER_MAY_ANNUL_SECONDS: Seconds = 900  # Contract: AnnulMark, whoever made the mark


@dataclass(frozen=True, slots=True)
class MarkParticipant:
    """Marks a person by hand, joined or not. Contract: POST /api/events/MarkParticipant."""

    transact: ports.Transact

    async def __call__(
        self, *, actor: UserId, event_id: EventId, user_id: UserId, note: str = ""
    ) -> int:
        """Answers the number of the standing mark; where there is one already, nothing changes.

        A hold on them ends. Raises InvalidArgument, BadLength, BadCharacters, EventNotFound,
        NotAnOrganiser, PersonNotFound, Yourself, EventNotStarted, TooManyRequests.
        """
        check_kinds(actor=actor, event_id=event_id, user_id=user_id)
        checked_note = checked_text(note, "note", 0, MAX_NOTE_LENGTH)

        def work(unit: ports.Unit) -> int:
            event = unit.events.get(event_id)
            check_organiser(unit, event, actor)
            place = make_and_lock_places(unit, event_id, user_id)[user_id]
            unit.profiles.lock_shared([user_id])
            event = unit.events.lock_shared(event_id)
            check_organiser(unit, event, actor)  # who helps no more may have waited for the place
            if user_id == actor:
                raise Yourself
            now = unit.now()
            event.check_started(now)
            if isinstance(place.state, Marked):
                return place.state.n
            if not place.member:
                count_or_raise(unit, JOINED_BY_HAND, str(actor))
            marked = place.marked_by_hand(actor, now)
            unit.places.put(marked)
            unit.ledger.add(
                NewEntry(
                    event_id,
                    user_id,
                    marked.last_n,
                    actor,
                    now,
                    Origin.HAND,
                    note=checked_note,
                )
            )
            unit.announce(PlaceChanged(marked, now))
            return marked.last_n

        return await self.transact(work)


@dataclass(frozen=True, slots=True)
class AnnulMark:
    """Has a mark stand no more. Contract: POST /api/events/AnnulMark."""

    transact: ports.Transact

    async def __call__(
        self,
        *,
        actor: UserId,
        event_id: EventId,
        user_id: UserId,
        n: int,
        reason: AnnulReason,
        note: str = "",
    ) -> int:
        """Answers the number of the entry that annuls the mark ``n``; the same again changes
        nothing. A socket that was not told of the mark ends, to come back.

        Raises InvalidArgument, BadLength, BadCharacters, EventNotFound, MayNotAnnul,
        PersonNotFound, RecordChanged, TooManyRequests.
        """
        check_kinds(actor=actor, event_id=event_id, user_id=user_id, n=n)
        check_kind("reason", reason, AnnulReason)
        checked_note = checked_text(note, "note", 0, MAX_NOTE_LENGTH)
        if not 1 <= n <= MAX_ENTRY_N:
            raise InvalidArgument(field="n")

        def work(unit: ports.Unit) -> int:
            place = unit.places.lock(event_id, [user_id]).get(user_id)
            event = unit.events.lock_shared(event_id)  # nobody becomes a helper, or is one no more
            now = unit.now()
            mark = unit.ledger.find(event_id, user_id, n)
            following = unit.ledger.find(event_id, user_id, n + 1)
            if following is not None and (following.actor_id, following.reason) == (actor, reason):
                return following.n
            if not _may_annul(unit, event, actor, user_id, mark, reason, now):
                raise MayNotAnnul
            unit.profiles.get_even_deleted(user_id)
            if place is None or not isinstance(place.state, Marked) or place.state.n != n:
                raise RecordChanged
            kept_note = checked_note if checked_note and _lock_if_there(unit, user_id) else ""
            count_or_raise(unit, ANNULMENTS, str(actor))
            if mark is not None and mark.origin is Origin.HOLD:
                count_or_raise(unit, ANNULMENTS_OF_ONE, f"{actor} {user_id}")
            annulled = place.annulled()
            unit.places.put(annulled)
            unit.ledger.add(
                NewEntry(
                    event_id,
                    user_id,
                    annulled.last_n,
                    actor,
                    now,
                    reason=reason,
                    note=kept_note,
                )
            )
            unit.announce(PlaceChanged(annulled, now))
            _end_sockets_not_told(unit, event_id, user_id)
            return annulled.last_n

        return await self.transact(work)


def _lock_if_there(unit: ports.Unit, user_id: UserId) -> bool:
    """Locks a person's profile, and tells whether there is one: notes go with it. Contract: 9.1."""
    try:
        unit.profiles.lock_shared([user_id])
    except PersonNotFound:
        return False
    return True


def _may_annul(
    unit: ports.Unit,
    event: Event,
    actor: UserId,
    user_id: UserId,
    mark: Entry | None,
    reason: AnnulReason,
    now: Instant,
) -> bool:
    """Tells whether somebody may annul what they name as a mark of a person.

    ``mark`` is that entry; None where there is none. Organisers may, and the person with
    ``not_me``: they learn from what follows whether it stands. Who is neither, nor has made it,
    may not, whether there is one or not.
    """
    if reason is AnnulReason.NOT_ME:
        return actor == user_id
    if is_organiser(unit, event, actor):
        return True
    return (
        mark is not None
        and mark.origin is not None
        and mark.actor_id == actor
        and now < mark.at + MARKER_MAY_ANNUL_SECONDS
    )


def _end_sockets_not_told(unit: ports.Unit, event_id: EventId, user_id: UserId) -> None:
    """Ends the ``mark_me`` sockets left to one whose mark is annulled: those told have gone."""
    not_told = frozenset(
        each.connection_id
        for each in unit.connections.of(event_id, user_id)
        if each.role is Role.MARK_ME
    )
    if not_told:
        unit.connections.remove(sorted(not_told))
        unit.announce(ConnectionsEnded(event_id, Ending.FORGOTTEN, not_told))
